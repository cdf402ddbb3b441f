#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sememe {

/// Whose words a pattern is written in.
enum class RegexSyntax {
  kOniguruma,   ///< Hugging Face tokenizer.json: the onig crate with its default syntax
  kFancyRegex,  ///< tiktoken: Rust's fancy-regex
};

/// A compiled regular expression over UTF-8. Immutable: threads may share it.
///
/// It finds what the engine that the pattern was written for finds, or refuses the pattern. A pattern and text that
/// would take very long together are an error, not a hang.
///
/// Errors  kCorrupt: the pattern is malformed. kUnsupported: it uses something that has no equal here; or, from a
///         search, the match takes too many steps or too much memory.
class Regex {
 public:
  /// Bytes [begin, end) of the text.
  struct Match {
    std::int32_t begin, end;
    bool operator==(const Match&) const = default;
  };

  explicit Regex(std::string_view pattern, RegexSyntax syntax = RegexSyntax::kOniguruma);
  ~Regex();
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;

  const std::string& pattern() const { return pattern_; }

  /// The matches of a text from left to right. Of empty matches those are left out that touch the match before.
  /// Precondition: well-formed UTF-8, less than 2 GiB, that outlives this object; so must the Regex.
  /// Source  find_iter of Rust's onig and fancy-regex crates.
  class Matches {
   public:
    Matches(const Regex& regex, std::string_view text);
    std::optional<Match> next();

   private:
    std::optional<Match> search(std::size_t from);
    bool took_too_long();

    const Regex& regex_;
    std::string_view text_;
    std::size_t from_ = 0;
    std::optional<std::size_t> last_end_;
    std::optional<std::chrono::nanoseconds> deadline_;  // from the first look at the clock on
    std::uint32_t steps_ = 0;
  };

  Matches matches(std::string_view text) const { return {*this, text}; }

 private:
  struct Code;
  std::string pattern_;
  std::unique_ptr<const Code> code_;
};

}  // namespace sememe
