#include "tokenize/pre_tokenizers/split.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/fail.h"

namespace sememe {
namespace {

/// Patterns that see one kind of characters, never space or punctuation: what they find on one side of a seam depends
/// on that side.
constexpr std::array<std::string_view, 7> kWithinWords = {
    "[0-9]", "[0-9][0-9][0-9]", "[0-9]{3}", "\\d", "\\p{N}", "\\p{N}{1,3}", "\\d{1,3}",
};

}  // namespace

Split::Split(Kind kind, std::string_view pattern, SplitBehavior behavior, bool invert, RegexSyntax syntax)
    : kind_(kind), pattern_(pattern), behavior_(behavior), invert_(invert) {
  if (kind == Kind::kRegex) {
    scanner_ = find_scanner(pattern, syntax);
    if (!pieces_are_matches()) scanner_ = nullptr;
    if (scanner_ == nullptr) regex_.emplace(pattern, syntax);
  } else if (pattern.empty()) {
    regex_.emplace("");
  }
}

// What no match covers must not show.
bool Split::pieces_are_matches() const {
  if (scanner_ == nullptr) return false;
  return behavior_ == SplitBehavior::kRemoved ? invert_ : behavior_ == SplitBehavior::kIsolated && scanner_->covers;
}

void Split::split(NormalizedString& text, std::vector<Piece>& pieces) const {
  if (scanner_ == nullptr) {
    split_pieces(text.text(), pieces, behavior_, [this](std::string_view all, Piece piece, Stretches& out) {
      if (regex_) {
        find_regex(all, piece, out);
      } else {
        find_literal(all, piece, out);
      }
    });
    return;
  }
  std::vector<Piece> out;
  out.reserve(pieces.size());
  for (const Piece& piece : pieces) {
    if (piece.added_id >= 0) {
      out.push_back(piece);
    } else {
      scanner_->scan(text.text(), piece, out);
    }
  }
  pieces.swap(out);
}

void Split::find_literal(std::string_view text, Piece piece, Stretches& out) const {
  const auto length = static_cast<std::int32_t>(pattern_.size());
  std::int32_t at = piece.begin;
  while (at < piece.end) {
    // std::string_view::find takes quadratic time where text and pattern are much the same.
    const void* const found =
        memmem(text.data() + at, static_cast<std::size_t>(piece.end - at), pattern_.data(), pattern_.size());
    if (found == nullptr) break;
    const auto begin = static_cast<std::int32_t>(static_cast<const char*>(found) - text.data());
    if (at < begin) out.push_back({{at, begin, -1}, invert_});
    at = begin + length;
    out.push_back({{begin, at, -1}, !invert_});
  }
  if (at < piece.end) out.push_back({{at, piece.end, -1}, invert_});
}

void Split::find_regex(std::string_view text, Piece piece, Stretches& out) const {
  const auto bytes =
      text.substr(static_cast<std::size_t>(piece.begin), static_cast<std::size_t>(piece.end - piece.begin));
  std::int32_t at = piece.begin;
  Regex::Matches matches = regex_->matches(bytes);
  while (const auto match = matches.next()) {
    const std::int32_t begin = piece.begin + match->begin;
    if (at != begin) out.push_back({{at, begin, -1}, invert_});
    at = piece.begin + match->end;
    out.push_back({{begin, at, -1}, !invert_});
  }
  if (at != piece.end) out.push_back({{at, piece.end, -1}, invert_});
}

bool Split::is_within_words() const {
  return kind_ == Kind::kRegex && std::find(kWithinWords.begin(), kWithinWords.end(), pattern_) != kWithinWords.end();
}

Seam Split::seam() const {
  if (scanner_ != nullptr) return Seam::kCut;  // every such pattern begins a match at a lone space, or matches none
  if (kind_ == Kind::kRegex) return is_within_words() ? Seam::kKept : Seam::kJoined;
  if (pattern_ == " ") return behavior_ == SplitBehavior::kMergedWithPrevious || invert_ ? Seam::kJoined : Seam::kCut;
  return pattern_.empty() || pattern_.find(' ') != std::string::npos ? Seam::kJoined : Seam::kKept;
}

// Words and numbers end before punctuation in all patterns of scanners; CLIP's alone has special tokens with seams
// inside.
Seam Split::seam_at_punctuation() const {
  if (scanner_ != nullptr) return scanner_->covers ? Seam::kCut : Seam::kJoined;
  if (kind_ == Kind::kRegex) return is_within_words() ? Seam::kKept : Seam::kJoined;
  return pattern_.empty() || has_seam(pattern_, SeamKind::kPunctuation) ? Seam::kJoined : Seam::kKept;
}

std::string Split::describe() const {
  std::string out = concat("Split(", kind_ == Kind::kRegex ? "regex " : "", quote(pattern_));
  return out.append(invert_ ? ", inverted)" : ")");
}

}  // namespace sememe
