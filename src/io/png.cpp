#include "io/png.h"

#include <zlib.h>

#include <cassert>
#include <new>
#include <vector>

namespace sememe {
namespace {

void append_big_endian(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift & 0xFF));
}

void append_chunk(std::string& out, const char* type, const std::string& data) {
  append_big_endian(out, static_cast<std::uint32_t>(data.size()));
  const std::string body = type + data;
  out.append(body);
  append_big_endian(out, static_cast<std::uint32_t>(
                             ::crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()))));
}

}  // namespace

std::string encode_png(std::span<const std::uint8_t> rgb, std::int64_t width, std::int64_t height) {
  assert(width > 0 && height > 0 && std::ssize(rgb) == 3 * width * height);
  constexpr char kUp = 2;
  std::string filtered;
  for (std::int64_t y = 0; y < height; ++y) {
    filtered.push_back(kUp);
    for (std::int64_t i = 3 * y * width; i < 3 * (y + 1) * width; ++i)
      filtered.push_back(static_cast<char>(rgb[i] - (y > 0 ? rgb[i - 3 * width] : 0)));
  }
  uLongf size = ::compressBound(static_cast<uLong>(filtered.size()));
  std::string packed(size, '\0');
  if (::compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(filtered.data()),
                  static_cast<uLong>(filtered.size()), 9) != Z_OK)
    throw std::bad_alloc();  // there is room for the worst case: only memory can be missing
  packed.resize(size);

  std::string out = "\x89PNG\r\n\x1A\n", header;
  append_big_endian(header, static_cast<std::uint32_t>(width));
  append_big_endian(header, static_cast<std::uint32_t>(height));
  header.append({8, 2, 0, 0, 0});  // bits, RGB, deflate, adaptive filters, not interlaced
  append_chunk(out, "IHDR", header);
  append_chunk(out, "IDAT", packed);
  append_chunk(out, "IEND", "");
  return out;
}

}  // namespace sememe
