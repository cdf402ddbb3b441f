#include "cli/numbers.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/fail.h"

namespace sememe::cli {
namespace {

std::string pad_left(std::string text, int width) {
  text.insert(0, static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, width - std::ssize(text))), ' ');
  return text;
}

}  // namespace

double number_of(const std::string& text, std::string_view flag) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, status] = std::from_chars(text.data(), end, number);
  if (status != std::errc() || stop != end)
    fail(ErrorCode::kInvalidArgument, "--", flag, ": expected a number, found ", quote(text));
  return number;
}

void append_float(std::string& out, float number) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

std::string fixed(double number, int digits, int width) {
  std::array<char, 400> text;  // 1e308 has 309 digits before the point
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed, digits).ptr;
  std::string out(text.data(), end);
  if (out.front() == '-' && out.find_first_not_of("-0.") == std::string::npos) out.erase(0, 1);  // -0.0000
  return pad_left(std::move(out), width);
}

std::string rounded(double number, int digits) {
  std::array<char, 64> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::general, digits).ptr;
  return {text.data(), end};
}

std::string right_aligned(std::int64_t number, int width) { return pad_left(std::to_string(number), width); }

std::string with_commas(std::int64_t number) {
  std::string out = std::to_string(number);
  const std::ptrdiff_t sign = number < 0 ? 1 : 0;
  for (std::ptrdiff_t at = std::ssize(out) - 3; at > sign; at -= 3) out.insert(static_cast<std::size_t>(at), 1, ',');
  return out;
}

}  // namespace sememe::cli
