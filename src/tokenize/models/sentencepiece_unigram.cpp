#include "tokenize/models/sentencepiece_unigram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

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

/// What stands for the last piece of the best way to a place, beside ids: no way comes here; or what is unknown, by its
/// bytes.
constexpr std::int32_t kUnreached = -1;
constexpr std::int32_t unknown_of(std::size_t bytes) { return kUnreached - static_cast<std::int32_t>(bytes); }

}  // namespace

/// The best way to each place of the text in work.
struct SentencePieceUnigram::Lattice final : TokenModel::Scratch {
  struct Way {
    float score;
    float second;  // of the best other way to come here
  };
  std::vector<Way> ways;            // a ring: the places that a piece may reach from the one in work, and a chunk
  std::vector<std::int32_t> lasts;  // of the text's bytes from base on: the last piece of the best way there
  std::size_t base = 0;
  std::vector<std::uint8_t> marks;
  std::size_t before = 0;  // tokens in `out` that are not of this text

  float score = 0;             // of the chunks before
  float margin = 0;            // by how much the tokens won at least
  std::size_t tokens = 0;      // in the chunk
  std::size_t characters = 0;  // in the chunk
  bool unknown = false;        // some of it has no piece

  std::int32_t& last(std::size_t place) { return lasts[place - base]; }
  Way& way(std::size_t place) { return ways[place & (ways.size() - 1)]; }

  /// Gives up the places before `place`.
  void drop_before(std::size_t place) {
    lasts.erase(lasts.begin(), lasts.begin() + static_cast<std::ptrdiff_t>(place - base));
    base = place;
  }
};

std::size_t SentencePieceUnigram::length_of(std::int32_t last) const {
  return last < 0 ? static_cast<std::size_t>(kUnreached - last) : vocabulary().token(last)->size();
}

/// The last place that the best ways to `start` and to all places after it have in common.
std::size_t SentencePieceUnigram::common_place(Lattice& lattice, std::size_t start, std::size_t frontier) const {
  lattice.marks.assign(frontier + 1 - lattice.base, 0);
  std::size_t ways = 0;
  for (std::size_t place = start; place <= frontier; ++place) {
    if (place != start && lattice.last(place) == kUnreached) continue;
    lattice.marks[place - lattice.base] = 1;
    ++ways;
  }
  std::size_t place = frontier;
  for (; place > lattice.base; --place) {
    if (lattice.marks[place - lattice.base] == 0) continue;
    if (ways == 1) break;
    std::uint8_t& origin = lattice.marks[place - length_of(lattice.last(place)) - lattice.base];
    if (origin != 0) --ways;
    origin = 1;
  }
  return place;
}

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
  trie_ = ByteTrie(entries);
}

std::unique_ptr<TokenModel::Scratch> SentencePieceUnigram::make_scratch() const { return std::make_unique<Lattice>(); }

// Where all ways to the frontier have come through one place, the way to it is known and what led there is not needed
// any more.
template <bool kMargins>
void SentencePieceUnigram::run(std::string_view text, Lattice& lattice, std::vector<ModelToken>& out,
                               Parts* parts) const {
  constexpr float kNothing = -std::numeric_limits<float>::infinity();
  const std::size_t size = text.size();
  if (lattice.ways.empty()) lattice.ways.resize(std::bit_ceil(std::max(vocabulary().longest(), kLongestChunk) + 5));
  lattice.base = 0;
  lattice.lasts.assign(1, kUnreached);
  lattice.way(0) = {lattice.score, kNothing};
  std::size_t frontier = 0, window = kWindow;
  const auto reach = [&](std::size_t place, float score, std::int32_t last) {
    while (frontier < place) {
      lattice.lasts.push_back(kUnreached);
      ++frontier;
    }
    Lattice::Way& way = lattice.way(place);
    std::int32_t& best = lattice.last(place);
    if (best == kUnreached || score > way.score) {
      if constexpr (kMargins) way.second = best == kUnreached ? kNothing : way.score;
      way.score = score;
      best = last;
    } else if constexpr (kMargins) {
      way.second = std::max(way.second, score);
    }
  };
  for (std::size_t start = 0; start < size;) {
    if (start - lattice.base >= window) {
      if (const std::size_t place = common_place(lattice, start, frontier); place > lattice.base) {
        emit<kMargins>(text, place, lattice, out, parts);
        lattice.drop_before(place);
      }
      if (start - lattice.base > window / 2) window *= 2;
    }
    float score = lattice.way(start).score;
    if (score < -kResetThreshold || score > kResetThreshold) {
      for (std::size_t i = start; i <= frontier; ++i) {
        if (i != start && lattice.last(i) == kUnreached) continue;
        lattice.way(i).score -= score;
        if constexpr (kMargins) lattice.way(i).second -= score;
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
      reach(end, scores_[static_cast<std::size_t>(id)] + score, id);
      known = known || end - start == character;
    }
    if (!known) reach(start + character, unk_score_ + score, unknown_of(character));
    start += character;
    if constexpr (kMargins) ++lattice.characters;
  }
  if (size == 0) return;
  lattice.score = lattice.way(size).score;
  emit<kMargins>(text, size, lattice, out, parts);
}

/// Appends the tokens of the best way from lattice.base to `end`. The way is turned round where it stands: each place
/// on it gets the piece that begins there.
template <bool kMargins>
void SentencePieceUnigram::emit(std::string_view text, std::size_t end, Lattice& lattice, std::vector<ModelToken>& out,
                                Parts* parts) const {
  std::int32_t last = lattice.last(end);
  for (std::size_t place = end; place > lattice.base;) {
    if constexpr (kMargins) {
      const Lattice::Way& way = lattice.way(place);
      lattice.margin = std::min(lattice.margin, way.score - way.second);
      lattice.unknown = lattice.unknown || last < 0;
      ++lattice.tokens;
    }
    place -= length_of(last);
    std::swap(last, lattice.last(place));
  }
  for (std::size_t place = lattice.base; place < end;) {
    const std::int32_t piece = lattice.last(place);
    const std::size_t next = place + length_of(piece);
    append(text, static_cast<std::int32_t>(place), static_cast<std::int32_t>(next), piece < 0 ? kUnknown : piece,
           lattice.before, out);
    // The last may take in what is unknown after it.
    if (parts != nullptr && out.size() > kPart) parts->take(out, out.size() - 1);
    place = next;
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
  lattice.characters = lattice.tokens = 0;
  lattice.unknown = false;
  run<true>(chunk, lattice, out);
  const auto steps = static_cast<float>(lattice.tokens + lattice.characters + 2);
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
