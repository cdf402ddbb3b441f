#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/fail.h"
#include "io/utf8.h"
#include "unicode/code_point_set.h"
#include "unicode/regex.h"

namespace sememe {

/// The characters of a pattern, front to back, and errors that say where.
class RegexReader {
 public:
  RegexReader(std::string_view pattern, RegexSyntax syntax)
      : pattern_(pattern), fancy_(syntax == RegexSyntax::kFancyRegex) {}

  bool fancy() const { return fancy_; }  ///< Rust's syntax, not Oniguruma's
  bool done() const { return at_ >= pattern_.size(); }
  std::size_t position() const { return at_; }
  void seek(std::size_t at) { at_ = at; }

  /// 0 at the end.
  char32_t peek() const { return done() ? 0 : decode_utf8(pattern_, at_).value; }
  bool at(std::string_view text) const { return pattern_.substr(at_).starts_with(text); }
  char32_t next() {
    if (done()) corrupt("unexpected end of the pattern");
    const CodePoint c = decode_utf8(pattern_, at_);
    at_ += static_cast<std::size_t>(c.length);
    return c.value;
  }
  bool accept(std::string_view text) {
    if (!at(text)) return false;
    at_ += text.size();
    return true;
  }

  [[noreturn]] void corrupt(std::string_view what) const {
    fail(ErrorCode::kCorrupt, "regular expression ", quote(pattern_), ": ", what, " at byte ", at_);
  }
  [[noreturn]] void unsupported(std::string_view what) const {
    fail(ErrorCode::kUnsupported, "regular expression ", quote(pattern_), ": ", what, " (at byte ", at_,
         ") cannot be matched as the reference does: rewrite the pattern without it");
  }

  /// Up to `most` digits of the base; how many there were.
  int digits(int base, int most, std::uint32_t& value);

  /// What stands for one character after a backslash that was read; nullopt if a set or something else begins there.
  std::optional<char32_t> escaped_character(bool in_brackets);

  /// The set that begins after a backslash that was read: d D s S w W h H p P. nullopt if there is none.
  std::optional<CodePointSet> escaped_set(bool in_brackets);

  /// A bracket class whose '[' was read. Negation of the whole is told apart, as case is folded before it.
  struct Brackets {
    CodePointSet set;
    bool negated;
  };
  Brackets brackets(int depth = 0);

 private:
  char32_t raw_bytes(std::uint32_t first);
  CodePointSet property(bool negated, bool in_brackets);
  std::optional<CodePointSet> posix_bracket();

  std::string_view pattern_;
  bool fancy_;
  std::size_t at_ = 0;
};

}  // namespace sememe
