#include "tokenize/models/sentencepiece_unigram.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/fail.h"

namespace sememe {
namespace {

constexpr float kUnkPenalty = 10.0F;
/// Beyond this sums start anew, so that they do not lose their last digits.
constexpr float kResetThreshold = 100000.0F;
/// Sums stay below 2^17, where one addition errs by at most 2^-8. Two ways to cut a text compare alike wherever it
/// stands if they differ by more than their additions may err: by twice that, for the difference is itself one of such
/// sums.
constexpr float kErrorPerStep = 1.0F / 128;
constexpr float kLargestSum = 131072.0F;
/// Bytes of text that are in work at a time.
constexpr std::size_t kWindow = std::size_t{1} << 12;
/// Chunks that are longer are not worth to be kept.
constexpr std::size_t kLongestChunk = 256;

constexpr std::int32_t kUnreached = -1;

}  // namespace

/// The best way to each place of the text in work.
struct SentencePieceUnigram::Lattice final : TokenModel::Scratch {
  struct Node {
    float score;
    std::int32_t start;  // where its last piece begins, in the text; kUnreached: no piece ends here
    std::int32_t id;     // of that piece, or kUnknown
    float second;        // score of the best other way to come here
  };
  std::vector<Node> nodes;  // of the text's bytes from base on
  std::size_t base = 0;
  std::vector<std::uint8_t> marks;
  std::vector<ModelToken> path;
  std::size_t before = 0;  // tokens in `out` that are not of this text

  float score = 0;             // of the chunks before
  float margin = 0;            // by how much the tokens won at least
  std::size_t characters = 0;  // in the chunk
  bool unknown = false;        // some of it has no piece

  Node& at(std::size_t place) { return nodes[place - base]; }

  /// The last place that the best ways to `start` and to all places after it have in common.
  std::size_t common_place(std::size_t start, std::size_t frontier) {
    marks.assign(frontier + 1 - base, 0);
    std::size_t ways = 0;
    for (std::size_t place = start; place <= frontier; ++place) {
      if (place != start && at(place).start == kUnreached) continue;
      marks[place - base] = 1;
      ++ways;
    }
    std::size_t place = frontier;
    for (; place > base; --place) {
      if (marks[place - base] == 0) continue;
      if (ways == 1) break;
      std::uint8_t& origin = marks[static_cast<std::size_t>(at(place).start) - base];
      if (origin != 0) --ways;
      origin = 1;
    }
    return place;
  }

  /// Gives up the nodes before `place`.
  void drop_before(std::size_t place, std::size_t frontier) {
    std::copy_n(nodes.begin() + static_cast<std::ptrdiff_t>(place - base), frontier + 1 - place, nodes.begin());
    base = place;
  }
};

SentencePieceUnigram::SentencePieceUnigram(const std::vector<SentencePiece>& pieces, bool byte_fallback,
                                           const std::string& where)
    : SentencePieceModel("Unigram", pieces, byte_fallback, where) {
  std::vector<ByteTrie::Entry> entries;
  entries.reserve(pieces.size());
  scores_.reserve(pieces.size());
  float least = std::numeric_limits<float>::max();
  bool any = false;
  for (const SentencePiece& piece : pieces) {
    const auto id = static_cast<std::int32_t>(scores_.size());
    if (!std::isfinite(piece.score)) {
      fail(ErrorCode::kCorrupt, where, ": piece ", id, " (", quote(piece.text), ") has a score that is not finite");
    }
    float score = piece.score;
    if (piece.type == SentencePiece::Type::kNormal) least = std::min(least, score);
    // More than any pieces of the same text could have together, as those of a language model are below 0.
    if (piece.type == SentencePiece::Type::kUserDefined) {
      score = static_cast<float>(0.1 * (static_cast<double>(piece.text.size()) - 1));
    }
    scores_.push_back(score);
    if (usable(id)) entries.push_back({piece.text, id});
    any = any || usable(id) || type(id) == SentencePiece::Type::kUnused;
  }
  if (!any) fail(ErrorCode::kCorrupt, where, ": a Unigram model without a piece of text");
  unk_score_ = least - kUnkPenalty;
  largest_ = std::abs(unk_score_);
  for (const ByteTrie::Entry& entry : entries) {
    largest_ = std::max(largest_, std::abs(scores_[static_cast<std::size_t>(entry.value)]));
  }
  trie_ = ByteTrie(std::move(entries));
}

std::unique_ptr<TokenModel::Scratch> SentencePieceUnigram::make_scratch() const { return std::make_unique<Lattice>(); }

// Where all ways to the frontier have come through one place, the way to it is known and its nodes are not needed any
// more.
template <bool kMargins>
void SentencePieceUnigram::run(std::string_view text, Lattice& lattice, std::vector<ModelToken>& out,
                               Parts* parts) const {
  using Node = Lattice::Node;
  constexpr float kNothing = -std::numeric_limits<float>::infinity();
  const Node unreached{0, kUnreached, kUnknown, kNothing};
  const std::size_t size = text.size(), longest = vocabulary().longest();
  std::size_t window = kWindow;
  lattice.base = 0;
  const auto make_room = [&] { lattice.nodes.resize(std::max(lattice.nodes.size(), window + longest + 8)); };
  make_room();
  lattice.nodes[0] = {lattice.score, kUnreached, kUnknown, kNothing};
  std::size_t frontier = 0;
  const auto reach = [&](std::size_t place, float score, std::size_t start, std::int32_t id) {
    while (frontier < place) lattice.at(++frontier) = unreached;
    Node& node = lattice.at(place);
    if (node.start == kUnreached || score > node.score) {
      if constexpr (kMargins) node.second = node.start == kUnreached ? kNothing : node.score;
      node.score = score;
      node.start = static_cast<std::int32_t>(start);
      node.id = id;
    } else if constexpr (kMargins) {
      node.second = std::max(node.second, score);
    }
  };
  for (std::size_t start = 0; start < size;) {
    if (start - lattice.base >= window) {
      if (const std::size_t place = lattice.common_place(start, frontier); place > lattice.base) {
        emit(text, place, lattice, out);
        lattice.drop_before(place, frontier);
        // The last may take in what is unknown after it.
        if (parts != nullptr && out.size() > kPart) parts->take(out, out.size() - 1);
      }
      if (start - lattice.base > window / 2) {
        window *= 2;
        make_room();
      }
    }
    float score = lattice.at(start).score;
    if (score < -kResetThreshold || score > kResetThreshold) {
      for (std::size_t i = start; i <= frontier; ++i) {
        Node& node = lattice.at(i);
        if (i != start && node.start == kUnreached) continue;
        node.score -= score;
        if constexpr (kMargins) node.second -= score;
      }
      score = 0;
    }
    const std::size_t character = std::min(character_length(text[start]), size - start);
    bool known = false;
    ByteTrie::Node node = trie_.root();
    for (std::size_t end = start; end < size && trie_.step(node, text[end]);) {
      ++end;
      const std::int32_t id = node.value();
      if (id == ByteTrie::kNone) continue;
      reach(end, scores_[static_cast<std::size_t>(id)] + score, start, id);
      known = known || end - start == character;
    }
    if (!known) reach(start + character, unk_score_ + score, start, kUnknown);
    start += character;
    if constexpr (kMargins) ++lattice.characters;
  }
  if (size == 0) return;
  lattice.score = lattice.at(size).score;
  emit(text, size, lattice, out);
}

/// Appends the tokens of the best way from lattice.base to `end`.
void SentencePieceUnigram::emit(std::string_view text, std::size_t end, Lattice& lattice,
                                std::vector<ModelToken>& out) const {
  lattice.path.clear();
  for (std::size_t place = end; place > lattice.base;) {
    const Lattice::Node& node = lattice.at(place);
    lattice.path.push_back({node.id, node.start, static_cast<std::int32_t>(place)});
    lattice.margin = std::min(lattice.margin, node.score - node.second);
    lattice.unknown = lattice.unknown || node.id == kUnknown;
    place = static_cast<std::size_t>(node.start);
  }
  for (auto token = lattice.path.rbegin(); token != lattice.path.rend(); ++token) {
    append(text, token->begin, token->end, token->id, lattice.before, out);
  }
}

void SentencePieceUnigram::tokenize(std::string_view text, Scratch* scratch, std::vector<ModelToken>& out) const {
  auto& lattice = static_cast<Lattice&>(*scratch);
  lattice.score = 0;
  lattice.before = out.size();
  run<false>(text, lattice, out);
}

void SentencePieceUnigram::tokenize_long(std::string_view text, Scratch* scratch, std::vector<ModelToken>& out,
                                         Parts& parts) const {
  auto& lattice = static_cast<Lattice&>(*scratch);
  lattice.score = 0;
  lattice.before = out.size();
  run<false>(text, lattice, out, &parts);
}

// A piece that goes over a cut would end in the mark or have it after another character. And the mark itself must be
// known, lest an unknown one became one token with what is unknown before it.
bool SentencePieceUnigram::goes_on_before(std::string_view mark) const {
  if (find_usable(mark) == kUnknown) return false;
  for (std::int32_t i = 0; i <= max_id(); ++i) {
    if (usable(i) && goes_over_cut(*vocabulary().token(i), mark)) return false;
  }
  return true;
}

void SentencePieceUnigram::start_text(Scratch* scratch) const { static_cast<Lattice&>(*scratch).score = 0; }

bool SentencePieceUnigram::tokenize_chunk(std::string_view chunk, Scratch* scratch,
                                          std::vector<ModelToken>& out) const {
  auto& lattice = static_cast<Lattice&>(*scratch);
  lattice.before = out.size();
  if (chunk.size() > kLongestChunk) {
    run<false>(chunk, lattice, out);
    return false;
  }
  lattice.margin = std::numeric_limits<float>::infinity();
  lattice.characters = 0;
  lattice.unknown = false;
  run<true>(chunk, lattice, out);
  const auto steps = static_cast<float>(lattice.path.size() + lattice.characters + 2);
  return !lattice.unknown && lattice.margin > steps * kErrorPerStep &&
         kResetThreshold + static_cast<float>(chunk.size()) * largest_ < kLargestSum;
}

// The sum grows as it would have, token by token.  Where it could come to be reset within the chunk, everything may
// change.
bool SentencePieceUnigram::pass_chunk(std::span<const std::int32_t> ids, Scratch* scratch) const {
  auto& lattice = static_cast<Lattice&>(*scratch);
  const auto most_bytes = static_cast<float>(ids.size() * vocabulary().longest());
  if (!(std::abs(lattice.score) + most_bytes * largest_ < kResetThreshold)) return false;
  for (const std::int32_t id : ids) lattice.score += scores_[static_cast<std::size_t>(id)];
  return true;
}

}  // namespace sememe
