#include "tokenize/pre_tokenizers/character_splits.h"

#include <algorithm>

#include "unicode/unicode.h"

namespace sememe {
namespace {

auto find_flagged(int flag) {
  return find_characters([flag](char32_t c) { return unicode::has(c, flag); });
}

}  // namespace

void PreTokenizerSequence::split(NormalizedString& text, std::vector<Piece>& pieces) const {
  for (const auto& step : steps_) step->split(text, pieces);
}

// What comes after a cut sees no piece that reaches over a seam; what comes after a step that kept it, but wrote
// another character in its place, promised nothing of that.
Seam PreTokenizerSequence::seam() const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Seam seam = steps_[i]->seam();
    if (seam != Seam::kKept) return seam;
    if (steps_[i]->rewrites_spaces() && i + 1 < steps_.size()) return Seam::kJoined;
  }
  return Seam::kKept;
}

// Whether there is a prefix behind a seam depends on what an earlier step made of it.
Seam PreTokenizerSequence::seam_at_punctuation() const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (i > 0 && steps_[i]->adds_prefixes()) return Seam::kJoined;
    if (steps_[i]->seam_at_punctuation() != Seam::kKept) return steps_[i]->seam_at_punctuation();
  }
  return Seam::kKept;
}

bool PreTokenizerSequence::rewrites_spaces() const {
  return std::any_of(steps_.begin(), steps_.end(), [](const auto& step) { return step->rewrites_spaces(); });
}

std::string PreTokenizerSequence::describe() const {
  std::string out;
  for (const auto& step : steps_) out.append(out.empty() ? "" : ", ").append(step->describe());
  return "Sequence(" + out + ")";
}

void BertPreTokenizer::split(NormalizedString& text, std::vector<Piece>& pieces) const {
  std::vector<Piece> out;
  for (const Piece& piece : pieces) {
    if (piece.added_id >= 0) {
      out.push_back(piece);
      continue;
    }
    std::int32_t begin = piece.begin;
    for (std::int32_t at = piece.begin; at < piece.end;) {
      const CodePoint c = decode_utf8(text.text(), static_cast<std::size_t>(at));
      const int flags = unicode::properties(c.value).flags;
      if ((flags & (unicode::kWhitespace | unicode::kPunctuation)) != 0) {
        if (begin < at) out.push_back({begin, at, -1});
        begin = at + c.length;
        if ((flags & unicode::kPunctuation) != 0) out.push_back({at, begin, -1});
      }
      at += c.length;
    }
    if (begin < piece.end) out.push_back({begin, piece.end, -1});
  }
  pieces.swap(out);
}

void Whitespace::split(NormalizedString& text, std::vector<Piece>& pieces) const {
  enum class Kind { kWord, kOther, kSpace };
  split_pieces(text.text(), pieces, SplitBehavior::kRemoved, [](std::string_view all, Piece piece, Stretches& out) {
    Kind last = Kind::kSpace;
    std::int32_t begin = piece.begin;
    for (std::int32_t at = piece.begin; at < piece.end;) {
      const CodePoint c = decode_utf8(all, static_cast<std::size_t>(at));
      const int flags = unicode::properties(c.value).flags;
      const Kind kind = (flags & unicode::kWord) != 0         ? Kind::kWord
                        : (flags & unicode::kWhitespace) != 0 ? Kind::kSpace
                                                              : Kind::kOther;
      if (kind != last) {
        if (begin < at) out.push_back({{begin, at, -1}, last == Kind::kSpace});
        begin = at;
      }
      last = kind;
      at += c.length;
    }
    if (begin < piece.end) out.push_back({{begin, piece.end, -1}, last == Kind::kSpace});
  });
}

void WhitespaceSplit::split(NormalizedString& text, std::vector<Piece>& pieces) const {
  split_pieces(text.text(), pieces, SplitBehavior::kRemoved, find_flagged(unicode::kWhitespace));
}

// Merged with what is before it, a mark would draw the word to its side of the seam.
Seam Punctuation::seam_at_punctuation() const {
  return behavior_ == SplitBehavior::kMergedWithPrevious ? Seam::kJoined : Seam::kCut;
}

void Punctuation::split(NormalizedString& text, std::vector<Piece>& pieces) const {
  split_pieces(text.text(), pieces, behavior_, find_flagged(unicode::kPunctuation));
}

void Digits::split(NormalizedString& text, std::vector<Piece>& pieces) const {
  split_pieces(text.text(), pieces, individual_ ? SplitBehavior::kIsolated : SplitBehavior::kContiguous,
               find_flagged(unicode::kNumeric));
}

void CharDelimiterSplit::split(NormalizedString& text, std::vector<Piece>& pieces) const {
  split_pieces(text.text(), pieces, SplitBehavior::kRemoved,
               find_characters([this](char32_t c) { return c == delimiter_; }));
}

}  // namespace sememe
