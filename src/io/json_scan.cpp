#include "io/json_scan.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <numeric>
#include <vector>

#include "base/fail.h"
#include "io/utf8.h"

namespace sememe {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// One pass over a JSON text with a stack of open brackets; throws JsonFlaw at the first byte that does not fit.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  void scan() {
    skip_space();
    value();
    while (!open_.empty()) {
      skip_space();
      const bool object = open_.back() == '{';
      if (peek() == (object ? '}' : ']')) {
        open_.pop_back();
        ++at_;
        continue;
      }
      if (peek() != ',') flaw(object ? "expected ',' or '}'" : "expected ',' or ']'");
      ++at_;
      skip_space();
      if (object) key();
      value();
    }
    skip_space();
    if (at_ != text_.size()) flaw("expected nothing more");
  }

 private:
  int peek() const { return at_ < text_.size() ? static_cast<unsigned char>(text_[at_]) : -1; }

  [[noreturn]] void flaw(std::string_view expected) const { flaw_at(at_, expected); }
  [[noreturn]] void flaw_at(std::size_t at, std::string_view expected) const {
    const std::string found = at < text_.size() ? quote(text_.substr(at, 1)) : "the end of the text";
    plain_flaw(at, concat(expected, ", found ", found));
  }
  [[noreturn]] void plain_flaw(std::size_t at, std::string message) const {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    throw JsonFlaw{at, line, std::move(message)};
  }

  void skip_space() {
    while (at_ < text_.size() && std::strchr(" \t\r\n", text_[at_]) != nullptr && text_[at_] != '\0') ++at_;
  }

  /// A scalar, or an opening bracket (and the first key of an object); the caller's loop does the rest.
  void value() {
    for (;;) {
      skip_space();
      const int c = peek();
      if (c == '"') return string();
      if (c == 't') return literal("true");
      if (c == 'f') return literal("false");
      if (c == 'n') return literal("null");
      if (c == '-' || (c >= '0' && c <= '9')) return number();
      if (c != '{' && c != '[') flaw("expected a value");
      if (open_.size() == kMaxJsonDepth) plain_flaw(at_, concat("nested deeper than ", kMaxJsonDepth));
      open_.push_back(static_cast<char>(c));
      ++at_;
      skip_space();
      if (peek() == (c == '{' ? '}' : ']')) return;
      if (c == '{') key();
    }
  }

  void key() {
    if (peek() != '"') flaw("expected a key in double quotes");
    string();
    skip_space();
    if (peek() != ':') flaw("expected ':'");
    ++at_;
  }

  void string() {
    const std::size_t start = at_++;
    for (;; ++at_) {
      const int c = peek();
      if (c == -1) plain_flaw(start, "a string without its closing quote");
      if (c < 0x20) flaw("expected a control character in a string to be escaped");
      if (c == '"') break;
      if (c == '\\') escape();
    }
    ++at_;
    if (const std::optional<std::size_t> bad = find_invalid_utf8(text_.substr(start, at_ - start))) {
      flaw_at(start + *bad, "expected UTF-8");
    }
  }

  unsigned hex4() {
    unsigned code = 0;
    const char* const first = text_.data() + std::min(at_ + 1, text_.size());
    const char* const last = text_.data() + std::min(at_ + 5, text_.size());
    if (std::from_chars(first, last, code, 16).ptr != first + 4) flaw("expected four hexadecimal digits after \\u");
    at_ += 4;
    return code;
  }

  void escape() {
    const std::size_t start = at_++;
    const int c = peek();
    if (c == 'u') {
      const unsigned code = hex4();
      if (code < 0xD800 || code > 0xDFFF) return;
      if (code < 0xDC00 && text_.substr(at_ + 1, 2) == "\\u") {
        at_ += 2;
        const unsigned low = hex4();
        if (low >= 0xDC00 && low <= 0xDFFF) return;
      }
      plain_flaw(start, "a \\u escape is half of a surrogate pair");
    }
    if (c <= 0 || std::strchr("\"\\/bfnrt", c) == nullptr) flaw("expected an escape that JSON knows");
  }

  void literal(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) flaw("expected a value");
    at_ += word.size();
  }

  void digits() {
    if (!is_digit(static_cast<char>(std::max(peek(), 0)))) flaw("expected a digit");
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  }

  void number() {
    const std::size_t start = at_;
    if (peek() == '-') ++at_;
    const bool zero = peek() == '0';
    digits();
    if (zero && at_ - start > (text_[start] == '-' ? 2U : 1U))
      flaw_at(start, "expected a number without leading zeros");
    if (peek() == '.') {
      ++at_;
      digits();
    }
    bool negative_exponent = false;
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      negative_exponent = peek() == '-';
      if (peek() == '-' || peek() == '+') ++at_;
      digits();
    }
    double value = 0;
    const auto [end, status] = std::from_chars(text_.data() + start, text_.data() + at_, value);
    if (status == std::errc::result_out_of_range && !negative_exponent && !zero) {
      plain_flaw(start, "a number beyond the range of a double");
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string open_;
};

bool fits_64_bits(std::string_view integer) {
  std::int64_t as_signed = 0;
  std::uint64_t as_unsigned = 0;
  const char* const end = integer.data() + integer.size();
  return std::from_chars(integer.data(), end, as_signed).ec == std::errc() ||
         std::from_chars(integer.data(), end, as_unsigned).ec == std::errc();
}

std::uint64_t hash_key(std::string_view key) {
  constexpr std::uint64_t kMul = 0x9E3779B97F4A7C15;
  std::uint64_t h = key.size() * kMul;
  const auto mix = [&h](std::uint64_t word) {
    h = (h ^ word) * kMul;
    h ^= h >> 32;
  };
  while (key.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, key.data(), 8);
    mix(word);
    key.remove_prefix(8);
  }
  std::uint64_t word = 0;
  std::memcpy(&word, key.data(), key.size());
  mix(word);
  mix(0);
  return h;
}

std::optional<std::size_t> find_duplicate_sorted(std::span<const std::string_view> keys) {
  std::vector<std::size_t> order(keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const int c = keys[a].compare(keys[b]);
    return c != 0 ? c < 0 : a < b;
  });
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (keys[order[i - 1]] == keys[order[i]]) return order[i];
  }
  return std::nullopt;
}

}  // namespace

std::optional<JsonFlaw> find_json_flaw(std::string_view text) {
  try {
    Scanner(text).scan();
    return std::nullopt;
  } catch (JsonFlaw& flaw) {
    return std::move(flaw);
  }
}

std::optional<std::string> rewrite_big_integers(std::string_view text) {
  constexpr std::string_view kNumberCharacters = "0123456789+-.eE";
  std::string out;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\' ? 1 : 0;
      ++i;
    } else if (!is_digit(text[i]) && text[i] != '-') {
      ++i;
    } else {
      const std::size_t end = std::min(text.find_first_not_of(kNumberCharacters, i), text.size());
      const std::string_view token = text.substr(i, end - i);
      const std::string_view digits = token.substr(token[0] == '-' ? 1 : 0);
      double value = 0;
      if (digits.size() >= 19 && digits[0] != '0' && std::all_of(digits.begin(), digits.end(), is_digit) &&
          std::from_chars(token.data(), token.data() + token.size(), value).ec == std::errc() && !fits_64_bits(token)) {
        std::array<char, 32> scientific{};
        const auto written = std::to_chars(scientific.data(), scientific.data() + scientific.size(), value,
                                           std::chars_format::scientific);
        out.append(text, copied, i - copied).append(scientific.data(), written.ptr);
        copied = end;
      }
      i = end;
    }
  }
  if (copied == 0) return std::nullopt;
  return out.append(text, copied);
}

std::optional<std::size_t> find_duplicate(std::span<const std::string_view> keys) {
  if (keys.size() <= 12) {
    for (std::size_t i = 1; i < keys.size(); ++i) {
      if (std::find(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(i), keys[i]) !=
          keys.begin() + static_cast<std::ptrdiff_t>(i)) {
        return i;
      }
    }
    return std::nullopt;
  }
  struct Slot {
    std::uint32_t hash;   // the half that does not choose the place
    std::uint32_t index;  // from 1; 0: free
  };
  const std::size_t slots = std::bit_ceil(keys.size() + keys.size() / 2);
  std::vector<Slot> table(slots);
  std::size_t probes_left = keys.size() * 16;  // far more than honest keys take
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::uint64_t full = hash_key(keys[i]);
    const auto hash = static_cast<std::uint32_t>(full >> 32);
    std::size_t at = static_cast<std::size_t>(full) & (slots - 1);
    for (; table[at].index != 0; at = (at + 1) & (slots - 1)) {
      if (table[at].hash == hash && keys[table[at].index - 1] == keys[i]) return i;
      if (--probes_left == 0) return find_duplicate_sorted(keys);
    }
    table[at] = {hash, static_cast<std::uint32_t>(i + 1)};
  }
  return std::nullopt;
}

}  // namespace sememe
