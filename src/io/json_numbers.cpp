#include "io/json_numbers.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace sememe {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Correctly rounded, as a compiler reads 1e23.
const std::array<double, 309> kPowersOfTen = [] {
  std::array<double, 309> powers{};
  for (std::size_t i = 0; i < powers.size(); ++i) {
    char text[8] = {'1', 'e'};
    const auto end = std::to_chars(text + 2, text + sizeof text, i).ptr;
    std::from_chars(text, end, powers[i]);
  }
  return powers;
}();

/// significand * 10 + digit, unless that is too large for 64 bits.
bool add_digit(std::uint64_t& significand, char digit) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  const auto value = static_cast<std::uint64_t>(digit - '0');
  if (significand > kMost / 10 || (significand == kMost / 10 && value > kMost % 10)) return false;
  significand = significand * 10 + value;
  return true;
}

/// The numbers of a JSON text, in order.
class NumberReader {
 public:
  explicit NumberReader(std::string_view text) : text_(text) {}

  std::string_view next() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
      } else if (is_digit(c) || c == '-') {
        const std::size_t begin = at_;
        while (at_ < text_.size() && (is_digit(text_[at_]) || std::strchr("+-.eE", text_[at_]) != nullptr)) ++at_;
        return text_.substr(begin, at_ - begin);
      }
    }
    return {};
  }

 private:
  // Stops at the closing quote.
  void skip_string() {
    for (;;) {
      const void* const quote = std::memchr(text_.data() + at_ + 1, '"', text_.size() - at_ - 1);
      if (quote == nullptr) {
        at_ = text_.size();
        return;
      }
      const auto end = static_cast<std::size_t>(static_cast<const char*>(quote) - text_.data());
      std::size_t slashes = 0;
      while (text_[end - 1 - slashes] == '\\') ++slashes;
      at_ = end;
      if (slashes % 2 == 0) return;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

double parse_as_serde(std::string_view number) noexcept {
  const bool negative = number.starts_with('-');
  std::size_t at = negative ? 1 : 0;
  std::uint64_t significand = 0;
  std::int64_t exponent = 0;
  bool full = false;
  for (; at < number.size() && is_digit(number[at]); ++at) {
    full = full || !add_digit(significand, number[at]);
    if (full) ++exponent;
  }
  if (at < number.size() && number[at] == '.') {
    full = false;  // as there: after a long integer, a digit may still fit
    for (++at; at < number.size() && is_digit(number[at]); ++at) {
      full = full || !add_digit(significand, number[at]);
      if (!full) --exponent;
    }
  }
  if (at < number.size()) {
    const bool down = number[at + 1] == '-';
    at += down || number[at + 1] == '+' ? 2 : 1;
    std::int64_t written = 0;
    for (; at < number.size(); ++at) written = std::min<std::int64_t>(written * 10 + (number[at] - '0'), 1 << 30);
    exponent += down ? -written : written;
  }
  auto value = static_cast<double>(significand);
  for (; exponent < -308 && value != 0; exponent += 308) value /= kPowersOfTen[308];
  if (value != 0) {
    const double power = kPowersOfTen[static_cast<std::size_t>(std::min<std::int64_t>(std::abs(exponent), 308))];
    value = exponent < 0 ? value / power : value * power;
  }
  return negative ? -value : value;
}

void reparse_as_serde(std::string_view text, std::span<std::uint64_t> tape) noexcept {
  NumberReader numbers(text);
  for (std::size_t i = 0; i < tape.size(); ++i) {
    const auto type = static_cast<char>(tape[i] >> 56);
    if (type != 'l' && type != 'u' && type != 'd') continue;
    const std::string_view number = numbers.next();
    ++i;
    if (type == 'd') tape[i] = std::bit_cast<std::uint64_t>(parse_as_serde(number));
  }
}

}  // namespace sememe
