#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sememe {

inline constexpr std::size_t kMaxJsonDepth = 512;

/// Where a text stops being JSON, for messages: simdjson says what, not where.
struct JsonFlaw {
  std::size_t offset;  ///< in bytes
  std::int64_t line;   ///< from 1
  std::string message;
};
/// The first flaw of `text`, or nullopt if it is JSON (RFC 8259, depth at most kMaxJsonDepth). Duplicate keys are no
/// flaw.
std::optional<JsonFlaw> find_json_flaw(std::string_view text);

/// `text` with every integer that fits neither int64 nor uint64 written with an exponent ("1e30"), which simdjson reads
/// as a double; nullopt if there is none. Offsets of everything else stay.
std::optional<std::string> rewrite_big_integers(std::string_view text);

/// Index of a key that equals an earlier one. Linear time for any keys that are not made to collide, n log n then.
std::optional<std::size_t> find_duplicate(std::span<const std::string_view> keys);

}  // namespace sememe
