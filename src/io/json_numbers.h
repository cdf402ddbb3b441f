#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sememe {

/// What Rust's serde_json makes of a number without its float_roundtrip feature: digits as an integer, divided by or
/// multiplied with a power of ten, both rounded. Often one unit in the last place off the nearest double.
/// Precondition: a number as JSON has it.
/// Source  serde_json 1.0, de.rs: parse_integer to f64_from_parts.
double parse_as_serde(std::string_view number) noexcept;

/// Replaces every double on simdjson's tape of `text` by what parse_as_serde() makes of its text.
/// Precondition: `text` is JSON and `tape` its tape.
void reparse_as_serde(std::string_view text, std::span<std::uint64_t> tape) noexcept;

}  // namespace sememe
