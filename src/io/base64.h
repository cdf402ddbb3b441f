#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sememe {

/// The bytes that `text` stands for, or nothing if it is not their one encoding: RFC 4648, section 4, with padding,
/// without line breaks, and with zero in the bits that are left over.
std::optional<std::string> decode_base64(std::string_view text);

/// Appends the one encoding of `bytes`. Pieces of a multiple of 3 bytes may be encoded one after another.
void append_base64(std::string& out, std::string_view bytes);

}  // namespace sememe
