#pragma once

#include <string>

namespace sememe::test {

/// A .tiktoken file: ids 0 to 255 are the bytes, 256 is "ab", 257 "aba", 258 " a".
inline std::string rank_file() {
  std::string out;
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (unsigned byte = 0; byte < 256; ++byte) {
    out += std::string{kAlphabet[byte >> 2], kAlphabet[(byte & 3) << 4], '=', '='} + " " + std::to_string(byte) + "\n";
  }
  return out + "YWI= 256\nYWJh 257\nIGE= 258\n";
}

}  // namespace sememe::test
