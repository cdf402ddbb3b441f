#include "tokenize/models/sentencepiece_bpe.h"

#include <algorithm>
#include <bit>
#include <queue>
#include <unordered_map>
#include <utility>

#include "base/fail.h"
#include "io/utf8.h"
#include "tokenize/models/vocabulary_merges.h"

namespace sememe {
namespace {

constexpr std::string_view kMark = "\xE2\x96\x81";  // U+2581
constexpr int kDeepest = 100;

/// Larger for a larger score; equal for equal bits alone, as the reference compares them.
std::uint32_t priority_of(float score) {
  const auto bits = std::bit_cast<std::uint32_t>(score);
  return bits >> 31 != 0 ? ~bits : bits | 0x80000000U;
}

/// Start of the next word after `from`: a mark that follows another character.
std::size_t next_word(std::string_view text, std::size_t from) {
  std::size_t at = from;
  while (text.substr(at).starts_with(kMark)) at += kMark.size();
  return std::min(text.find(kMark, at), text.size());
}

}  // namespace

struct SentencePieceBpe::Buffers final : TokenModel::Scratch, BpeBuffers {
  std::size_t before = 0;  // tokens in the output that are not of this text
  std::unordered_map<std::int32_t, std::int32_t> left_lengths;
};

/// The symbols of [begin, end) of a text, front to back.
class SentencePieceBpe::SymbolReader {
 public:
  SymbolReader(const SentencePieceBpe& model, std::string_view text, std::size_t begin, std::size_t end)
      : model_(model), text_(text.substr(0, end)), at_(begin), first_(begin) {}

  bool done() const { return at_ == text_.size(); }

  void read(std::size_t count, BpeSymbols& out) {
    if (at_ == first_) out.clear(static_cast<std::int32_t>(at_));
    out.reserve(out.size + count);
    for (; count > 0 && at_ < text_.size(); --count) {
      std::int32_t symbol = model_.frozen_symbol();
      std::size_t length = model_.user_defined_.empty() ? 0 : model_.user_defined_.longest_prefix(text_.substr(at_));
      if (length == 0) {
        const CodePoint c = decode_utf8(text_, at_);
        length = static_cast<std::size_t>(c.length);
        symbol = model_.characters_.find(c.value);
        if (symbol == CharacterTable::kNone) symbol = model_.inert_symbol();
      }
      out.add(symbol, static_cast<std::int32_t>(length));
      at_ += length;
    }
  }

 private:
  const SentencePieceBpe& model_;
  std::string_view text_;
  std::size_t at_, first_;
};

SentencePieceBpe::SentencePieceBpe(const std::vector<SentencePiece>& pieces, bool byte_fallback,
                                   const std::string& where)
    : SentencePieceModel("BPE", pieces, byte_fallback, where), user_defined_(pieces) {
  read_symbols(pieces, where);
  read_merges(pieces, where);
  cuts_ = goes_on_before(kMark);
}

void SentencePieceBpe::read_symbols(const std::vector<SentencePiece>& pieces, const std::string& where) {
  Vocabulary::Builder builder(where);
  builder.reserve(pieces.size());
  const auto add = [&](std::string_view text, std::int32_t id) {
    builder.add(text, inert_symbol());
    ids_.push_back(id);
  };
  for (std::int32_t id = 0; id <= max_id(); ++id) {
    const std::string_view text = pieces[static_cast<std::size_t>(id)].text;
    priorities_.push_back(priority_of(pieces[static_cast<std::size_t>(id)].score));
    // A user-defined symbol is never made: where it could begin, it was found whole.
    if (!mergeable(id) || type(id) == SentencePiece::Type::kUserDefined) continue;
    if (text == std::string_view("\0", 1)) continue;
    const CodePoint c = decode_utf8(text, 0);
    if (static_cast<std::size_t>(c.length) == text.size()) characters_.set(c.value, inert_symbol());
    add(text, id);
  }
  const std::size_t known = ids_.size();
  for (std::size_t i = 0; i < known; ++i) {
    const std::string_view text = pieces[static_cast<std::size_t>(ids_[i])].text;
    for (std::size_t at = 0; at < text.size();) {
      const CodePoint c = decode_utf8(text, at);
      if (characters_.find(c.value) == CharacterTable::kNone) {
        characters_.set(c.value, inert_symbol());
        add(text.substr(at, static_cast<std::size_t>(c.length)), kUnknown);
      }
      at += static_cast<std::size_t>(c.length);
    }
  }
  if (frozen_symbol() >= MergeTable::kMaxSymbols) {
    fail(ErrorCode::kUnsupported, where, ": a BPE of ", ids_.size(), " symbols; at most ", MergeTable::kMaxSymbols - 2);
  }
  symbols_ = builder.build();
}

void SentencePieceBpe::read_merges(const std::vector<SentencePiece>& pieces, const std::string& where) {
  std::vector<std::int32_t> results;
  for (std::size_t symbol = 0; symbol < ids_.size(); ++symbol) {
    if (ids_[symbol] != kUnknown) results.push_back(static_cast<std::int32_t>(symbol));
  }
  const auto priority = [&](std::int32_t symbol) {
    return priorities_[static_cast<std::size_t>(ids_[static_cast<std::size_t>(symbol)])];
  };
  std::stable_sort(results.begin(), results.end(),
                   [&](std::int32_t a, std::int32_t b) { return priority(a) > priority(b); });
  std::vector<MergeTable::Merge> merges = vocabulary_merges(symbols_, results, SplitUnit::kCharacter);
  if (static_cast<std::int64_t>(merges.size()) > MergeTable::kMaxMerges) {
    fail(ErrorCode::kUnsupported, where, ": a BPE of ", merges.size(), " merges; at most ", MergeTable::kMaxMerges);
  }
  left_lengths_.assign(pieces.size(), 0);
  std::vector<std::uint32_t> orders;
  orders.reserve(merges.size());
  for (std::size_t i = 0; i < merges.size(); ++i) {
    const std::int32_t result = merges[i].result;
    const auto id = static_cast<std::size_t>(ids_[static_cast<std::size_t>(result)]);
    const bool same = i > 0 && merges[i - 1].result == result;
    orders.push_back(i > 0 && priority(merges[i - 1].result) == priority(result) ? orders.back()
                                                                                 : static_cast<std::uint32_t>(i));
    // Two ways to make an unused piece: it is taken apart in that which the text showed last.
    if (same && type(static_cast<std::int32_t>(id)) == SentencePiece::Type::kUnused) literal_ = true;
    left_lengths_[id] = static_cast<std::int32_t>(symbols_.text_of_entry(merges[i].left).size());
  }
  merger_ = BpeMerger(MergeTable(std::move(merges), std::move(orders)));
}

std::unique_ptr<TokenModel::Scratch> SentencePieceBpe::make_scratch() const { return std::make_unique<Buffers>(); }

void SentencePieceBpe::tokenize(std::string_view text, Scratch* scratch, std::vector<ModelToken>& out) const {
  run(text, static_cast<Buffers&>(*scratch), out, nullptr);
}

void SentencePieceBpe::tokenize_long(std::string_view text, Scratch* scratch, std::vector<ModelToken>& out,
                                     Parts& parts) const {
  run(text, static_cast<Buffers&>(*scratch), out, &parts);
}

void SentencePieceBpe::run(std::string_view text, Buffers& buffers, std::vector<ModelToken>& out, Parts* parts) const {
  buffers.before = out.size();
  if (literal_) return tokenize_literally(text, buffers, out);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = cuts_ ? next_word(text, at) : text.size();
    if (parts != nullptr && (out.size() >= kPart || end - at >= kLongPiece)) {
      parts->take(out, out.size());
      parts->settle();
    }
    tokenize_word(text, at, end, buffers, out, end - at >= kLongPiece ? parts : nullptr);
    at = end;
  }
}

/// `parts`, if not null, has all tokens before the word.
void SentencePieceBpe::tokenize_word(std::string_view text, std::size_t begin, std::size_t end, Buffers& buffers,
                                     std::vector<ModelToken>& out, Parts* parts) const {
  const std::size_t before = out.size();
  const auto take = [&](const BpeSymbols& tokens, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::int32_t symbol = tokens.symbol[i], from = tokens.begin[i], to = tokens.begin[i + 1];
      if (symbol < inert_symbol()) {
        const std::int32_t id = ids_[static_cast<std::size_t>(symbol)];
        if (id == kUnknown || usable(id)) {
          append(text, from, to, id, buffers.before, out);
        } else {
          take_apart(text, from, to, buffers, out);
        }
      } else if (symbol == frozen_symbol()) {
        append(text, from, to,
               vocabulary().find(text.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from))),
               buffers.before, out);
      } else {
        append(text, from, to, kUnknown, buffers.before, out);
      }
    }
    // The last may take in what is unknown after it.
    if (parts != nullptr && out.size() > kPart) parts->take(out, out.size() - 1);
  };
  const auto restart = [&] {
    out.resize(before);
    if (parts != nullptr) parts->restart();
  };
  merger_.merge_piece([&] { return SymbolReader(*this, text, begin, end); }, buffers, take, restart);
}

/// Appends bytes [begin, end), which are one piece, as the usable pieces that it was made of.
void SentencePieceBpe::take_apart(std::string_view text, std::int32_t begin, std::int32_t end, Buffers& buffers,
                                  std::vector<ModelToken>& out) const {
  struct Part {
    std::int32_t begin, end;
    int depth;
  };
  std::vector<Part> todo{{begin, end, 0}};
  while (!todo.empty()) {
    const Part part = todo.back();
    todo.pop_back();
    const std::string_view piece =
        text.substr(static_cast<std::size_t>(part.begin), static_cast<std::size_t>(part.end - part.begin));
    const std::int32_t id = piece.size() > vocabulary().longest() ? Vocabulary::kNone : vocabulary().find(piece);
    std::int32_t left = 0;
    if (id != Vocabulary::kNone && type(id) == SentencePiece::Type::kUnused && part.depth <= kDeepest) {
      const auto found = buffers.left_lengths.find(id);
      left = !literal_                             ? left_lengths_[static_cast<std::size_t>(id)]
             : found == buffers.left_lengths.end() ? 0
                                                   : found->second;
      if (left > 0) {
        todo.push_back({part.begin + left, part.end, part.depth + 1});
        todo.push_back({part.begin, part.begin + left, part.depth + 1});
        continue;
      }
    }
    const bool whole = id != Vocabulary::kNone && (usable(id) || part.depth > kDeepest);
    append(text, part.begin, part.end, whole ? id : kUnknown, buffers.before, out);
  }
}

/// Two neighbours that could merge.
struct SentencePieceBpe::Candidate {
  std::uint32_t priority;
  std::int32_t left, right;  // symbols
  std::int32_t size;         // bytes of both
  bool operator<(const Candidate& other) const {
    return priority != other.priority ? priority < other.priority : left > other.left;
  }
};

// The definition, step by step.
void SentencePieceBpe::tokenize_literally(std::string_view text, Buffers& buffers, std::vector<ModelToken>& out) const {
  BpeSymbols& symbols = buffers.source;
  symbols.clear();
  SymbolReader(*this, text, 0, text.size()).read(text.size(), symbols);
  const auto n = static_cast<std::int32_t>(symbols.size);
  std::vector<std::int32_t> end(symbols.begin.begin() + 1,
                                symbols.begin.begin() + 1 + n);  // begin: merged into another
  std::vector<std::int32_t> previous(symbols.size), next(symbols.size);
  buffers.left_lengths.clear();
  std::priority_queue<Candidate> agenda;
  const auto at = [](std::int32_t i) { return static_cast<std::size_t>(i); };
  const auto look = [&](std::int32_t left, std::int32_t right) {
    if (left < 0 || right >= n) return;
    if (symbols.symbol[at(left)] == frozen_symbol() || symbols.symbol[at(right)] == frozen_symbol()) return;
    const std::int32_t size = end[at(right)] - symbols.begin[at(left)];
    if (at(size) > vocabulary().longest()) return;
    const std::int32_t id = vocabulary().find(text.substr(at(symbols.begin[at(left)]), at(size)));
    if (id == Vocabulary::kNone || !mergeable(id)) return;
    agenda.push({priorities_[at(id)], left, right, size});
    if (type(id) == SentencePiece::Type::kUnused) {
      buffers.left_lengths[id] = end[at(left)] - symbols.begin[at(left)];
    }
  };
  for (std::int32_t i = 0; i < n; ++i) {
    previous[at(i)] = i - 1;
    next[at(i)] = i + 1;
    look(i - 1, i);
  }
  while (!agenda.empty()) {
    const auto [priority, left, right, size] = agenda.top();
    agenda.pop();
    const bool gone = end[at(left)] == symbols.begin[at(left)] || end[at(right)] == symbols.begin[at(right)];
    if (gone || end[at(right)] - symbols.begin[at(left)] != size || next[at(left)] != right) continue;
    end[at(left)] = end[at(right)];
    end[at(right)] = symbols.begin[at(right)];
    next[at(left)] = next[at(right)];
    if (next[at(right)] < n) previous[at(next[at(right)])] = left;
    look(previous[at(left)], left);
    look(left, next[at(left)]);
  }
  for (std::int32_t i = 0; i < n; i = next[at(i)]) {
    take_apart(text, symbols.begin[at(i)], end[at(i)], buffers, out);
  }
}

// A piece that goes over a cut would have the mark after another character. And the mark itself must be known, lest an
// unknown one became one token with what is unknown before it.
bool SentencePieceBpe::goes_on_before(std::string_view mark) const {
  if (literal_ || find_usable(mark) == kUnknown) return false;
  for (std::int32_t id = 0; id <= max_id(); ++id) {
    if (mergeable(id) && goes_over_cut(*vocabulary().token(id), mark)) return false;
  }
  return true;
}

}  // namespace sememe
