#pragma once

#include <zlib.h>

#include <cstdint>
#include <string_view>

/// Numbers of the ZIP format (APPNOTE.TXT 6.3.10) that reader and writer share.
namespace sememe::zip_format {

inline constexpr std::uint32_t kLocalHeader = 0x04034b50, kCentralHeader = 0x02014b50, kEnd = 0x06054b50,
                               kZip64End = 0x06064b50, kZip64Locator = 0x07064b50;
inline constexpr std::uint16_t kStored = 0, kDeflated = 8;
inline constexpr std::uint16_t kZip64Extra = 0x0001;

inline std::uint32_t checksum(std::uint32_t crc, std::string_view bytes) {
  return static_cast<std::uint32_t>(::crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace sememe::zip_format
