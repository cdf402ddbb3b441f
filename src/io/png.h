#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace sememe {

/// A PNG file of 8-bit RGB pixels, row by row. The same bytes for the same pixels and release of zlib.
/// Precondition   rgb has 3 * width * height bytes, width and height are 1 to 2^15.
/// Source   PNG, 3rd edition (W3C 2025): IHDR, IDAT (filter "Up" throughout), IEND.
std::string encode_png(std::span<const std::uint8_t> rgb, std::int64_t width, std::int64_t height);

}  // namespace sememe
