#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/utf8.h"
#include "tokenize/normalizers/normalizer.h"

namespace sememe::test {

/// The normalized text, then the original of each of its code points: "ab|0-1 1-3".
inline std::string normalized(const Normalizer& normalizer, std::string_view text, std::int32_t shift = 0) {
  NormalizedString string;
  string.assign(text, shift);
  normalizer.normalize(string);
  std::string out(string.text());
  char separator = '|';
  for (std::int32_t at = 0; at < string.size();) {
    const std::int32_t end = at + decode_utf8(string.text(), static_cast<std::size_t>(at)).length;
    const Offset offset = string.original(at, end);
    out += separator + std::to_string(offset.begin) + '-' + std::to_string(offset.end);
    separator = ' ';
    at = end;
  }
  return out;
}

}  // namespace sememe::test
