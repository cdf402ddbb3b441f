#include "tokenize/normalizers/replace.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "base/fail.h"
#include "tokenize/normalizers/character_normalizer.h"
#include "unicode/unicode.h"

namespace sememe {
namespace {

/// Puts content in the place of text[begin, end).
class Replacer {
 public:
  Replacer(NormalizedString& string, std::string_view content)
      : text_(string.text()),
        content_(content),
        one_character_(!content.empty() && static_cast<std::size_t>(decode_utf8(content, 0).length) == content.size()),
        out_(string) {}

  std::string_view text() const { return text_; }

  void operator()(std::size_t begin, std::size_t end) {
    if (one_character_ && text_.substr(begin, end - begin) == content_) return;  // copied with what follows
    out_.keep_to(static_cast<std::int32_t>(begin));
    out_.skip_to(static_cast<std::int32_t>(end));
    if (!content_.empty()) out_.put(content_, out_.last_alignment());
  }

  void finish() {
    out_.keep_to(static_cast<std::int32_t>(text_.size()));
    out_.commit();
  }

 private:
  std::string_view text_, content_;
  bool one_character_;
  Rewriter out_;
};

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// Whether c may stand on the right of a seam of kind kPunctuation.
bool is_seam_punctuation(char c) { return c > ' ' && c < 0x7F && !is_letter_or_digit(c) && c != '\'' && c != '_'; }

std::size_t whitespace_end(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const CodePoint c = decode_utf8(text, at);
    if (!unicode::has(c.value, unicode::kWhitespace)) break;
    at += static_cast<std::size_t>(c.length);
  }
  return at;
}

void replace_whitespace(Replacer& replace) {
  const std::string_view text = replace.text();
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_utf8(text, at);
    const std::size_t next = at + static_cast<std::size_t>(c.length);
    if (c.value > ' ' && (c.value < 0x80 || !unicode::has(c.value, unicode::kWhitespace))) {
      at = next;
      continue;
    }
    const std::size_t end = whitespace_end(text, at);
    if (end > at) replace(at, end);
    at = std::max(end, next);
  }
}

void replace_spaces(Replacer& replace) {
  const std::string_view text = replace.text();
  for (std::size_t at = text.find("  "); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_not_of(' ', at), text.size());
    replace(at, end);
    at = text.find("  ", end);
  }
}

/// Patterns whose matches are whitespace and nothing else; `space` if a single space may be one.
struct WhitespacePattern {
  std::string_view pattern;
  bool space;
};
constexpr std::array kWhitespacePatterns{
    WhitespacePattern{"\\s", true},      WhitespacePattern{"\\s+", true},     WhitespacePattern{" ", true},
    WhitespacePattern{" +", true},       WhitespacePattern{" {2,}", false},   WhitespacePattern{"  +", false},
    WhitespacePattern{"\\s{2,}", false}, WhitespacePattern{"\\s\\s+", false}, WhitespacePattern{"^ ", false},
    WhitespacePattern{"^ +", false},     WhitespacePattern{"^\\s+", false},   WhitespacePattern{" +$", false},
    WhitespacePattern{"\\s+$", false},   WhitespacePattern{"\\n", false},     WhitespacePattern{"\\n+", false},
};

const WhitespacePattern* find_whitespace_pattern(std::string_view pattern) {
  const auto* const at = std::find_if(kWhitespacePatterns.begin(), kWhitespacePatterns.end(),
                                      [&](const WhitespacePattern& known) { return known.pattern == pattern; });
  return at == kWhitespacePatterns.end() ? nullptr : at;
}

/// A replacement that the next step sees nothing special in.
bool is_visible(std::string_view content) {
  if (content.empty()) return false;
  for (std::size_t at = 0; at < content.size();) {
    const CodePoint c = decode_utf8(content, at);
    if (c.value == ' ' || !(c.value == 0x2581 || (c.value > ' ' && c.value < 0x7F))) return false;
    at += static_cast<std::size_t>(c.length);
  }
  return true;
}

std::string mark_or_nothing(std::string_view content) { return std::string(is_seam_mark(content) ? content : ""); }

bool all_seam_punctuation(std::string_view text) { return std::all_of(text.begin(), text.end(), is_seam_punctuation); }

}  // namespace

void ReplaceString::normalize(NormalizedString& text) const {
  Replacer replace(text, content_);
  const std::string_view from = replace.text();
  for (std::size_t at = from.find(pattern_); at != std::string_view::npos;) {
    replace(at, at + pattern_.size());
    at = from.find(pattern_, at + pattern_.size());
  }
  replace.finish();
}

std::optional<std::string> ReplaceString::seam_mark(std::string_view mark) const {
  if (!is_seam_mark(mark)) return std::nullopt;
  if (pattern_ == mark) return mark_or_nothing(content_);
  // A seam's space stands alone.
  if (mark == " " && pattern_.find_first_not_of(' ') == std::string::npos) return std::string(mark);
  if (pattern_.find(mark, 1) != std::string::npos) return std::nullopt;
  return is_visible(content_) && !pattern_.starts_with(mark) ? std::string(mark) : "";
}

bool ReplaceString::keeps_punctuation_seams() const {
  for (std::size_t i = 1; i < pattern_.size(); ++i) {
    const char c = pattern_[i];
    const bool beyond_ascii = static_cast<unsigned char>(c) >= 0x80;
    if (is_letter_or_digit(pattern_[i - 1]) && (beyond_ascii || is_seam_punctuation(c))) return false;
  }
  return true;
}

bool ReplaceString::punctuation_seams_stay() const {
  const bool spaces = pattern_.find_first_not_of(' ') == std::string::npos;
  return spaces || (all_seam_punctuation(pattern_) && all_seam_punctuation(content_) && !content_.empty());
}

std::string ReplaceString::describe() const { return concat("Replace(", quote(pattern_), ", ", quote(content_), ")"); }

ReplaceRegex::ReplaceRegex(std::string pattern, std::string content)
    : regex_(pattern),
      content_(std::move(content)),
      kind_(pattern == "\\s+"    ? Kind::kSpaces
            : pattern == " {2,}" ? Kind::kTwoSpaces
                                 : Kind::kAny) {}

void ReplaceRegex::normalize(NormalizedString& text) const {
  if (text.size() == 0) return;
  Replacer replace(text, content_);
  switch (kind_) {
    case Kind::kSpaces:
      replace_whitespace(replace);
      break;
    case Kind::kTwoSpaces:
      replace_spaces(replace);
      break;
    case Kind::kAny: {
      Regex::Matches matches = regex_.matches(replace.text());
      while (const auto match = matches.next()) {
        replace(static_cast<std::size_t>(match->begin), static_cast<std::size_t>(match->end));
      }
      break;
    }
  }
  replace.finish();
}

std::optional<std::string> ReplaceRegex::seam_mark(std::string_view mark) const {
  const WhitespacePattern* const known = find_whitespace_pattern(regex_.pattern());
  if (known == nullptr || !is_seam_mark(mark)) return std::nullopt;
  return mark == " " && known->space ? mark_or_nothing(content_) : std::string(mark);
}

bool ReplaceRegex::keeps_punctuation_seams() const { return find_whitespace_pattern(regex_.pattern()) != nullptr; }

bool ReplaceRegex::punctuation_seams_stay() const { return keeps_punctuation_seams(); }

std::string ReplaceRegex::describe() const {
  return concat("Replace(/", quote(regex_.pattern()), "/, ", quote(content_), ")");
}

}  // namespace sememe
