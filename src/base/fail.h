#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "sememe/error.h"

namespace sememe {

namespace detail {
inline void append_part(std::string& out, std::string_view part) { out.append(part); }
inline void append_part(std::string& out, char part) { out.push_back(part); }
void append_part(std::string& out, double part);  ///< shortest round-trip form
template <std::integral T>
void append_part(std::string& out, T part) {
  out.append(std::to_string(part));
}
}  // namespace detail

/// The parts one after another: concat("row ", 3, " of ", path).
template <class... Parts>
std::string concat(const Parts&... parts) {
  std::string out;
  (detail::append_part(out, parts), ...);
  return out;
}

/// Throws Error{code, concat(parts...)}. Say what, where, expected, found, and what to do, on one line.
template <class... Parts>
[[noreturn]] void fail(ErrorCode code, const Parts&... parts) {
  throw Error(code, concat(parts...));
}

/// `text` made fit for a one-line message: control characters and invalid UTF-8 escaped as \xNN, at most
/// `max_bytes` bytes (then "..." follows), in single quotes.
std::string quote(std::string_view text, std::size_t max_bytes = 80);

}  // namespace sememe
