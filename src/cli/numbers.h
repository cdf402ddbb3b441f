#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sememe::cli {

/// The number that a flag was given. Errors  kInvalidArgument: it is none.
double number_of(const std::string& text, std::string_view flag);
/// Appends the shortest text that reads back as the same float: 0.5, 1e-08.
void append_float(std::string& out, float number);
/// `number` with `digits` digits after the point, right-aligned in `width` columns.
std::string fixed(double number, int digits, int width);
/// `number` in `digits` significant digits: 2e-05, 0.000483, 1.2e+06.
std::string rounded(double number, int digits);
/// A whole number, right-aligned in `width` columns.
std::string right_aligned(std::int64_t number, int width);
/// 1234567 as "1,234,567".
std::string with_commas(std::int64_t number);

}  // namespace sememe::cli
