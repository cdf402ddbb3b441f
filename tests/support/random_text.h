#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace sememe::test {

/// Texts made of what tokenizers treat in their own ways: contractions, spaces and newlines of every kind, digits,
/// symbols, cased and uncased letters, marks, emoji sequences, controls, and any code point.
class RandomText {
 public:
  explicit RandomText(std::uint32_t seed) : random_(seed) {}

  std::string operator()(int max_parts = 16) {
    constexpr std::array<std::string_view, 71> kParts = {"'s",
                                                         "'S",
                                                         "'\u017F",
                                                         "'ll",
                                                         "'LL",
                                                         "'re",
                                                         "'v",
                                                         "'",
                                                         "don't",
                                                         "I'M",
                                                         " ",
                                                         " ",
                                                         " ",
                                                         "  ",
                                                         "\n",
                                                         "\r\n",
                                                         "\t",
                                                         " \n",
                                                         "\n\n",
                                                         "a",
                                                         "B",
                                                         "Ab",
                                                         "aB",
                                                         "ABC",
                                                         "word",
                                                         "1",
                                                         "12",
                                                         "1234",
                                                         "!",
                                                         "?!",
                                                         "/",
                                                         "_",
                                                         "\u2581",
                                                         "\u00E9",
                                                         "e\u0301",
                                                         "\u0301",
                                                         "\u00C9",
                                                         "\u01C5",
                                                         "\u02B0",
                                                         "\u4E2D",
                                                         "\u6587",
                                                         "\u3042",
                                                         "\u30AB\u30FC",
                                                         "\u0663",
                                                         "\u00B2",
                                                         "\u2167",
                                                         "\U0001F600",
                                                         "\u200D",
                                                         "\uFE0F",
                                                         "\U0001F468\u200D\U0001F469",
                                                         "\u00A0",
                                                         "\u3000",
                                                         "\u2028",
                                                         "\u0085",
                                                         "\x1C",
                                                         "\u200B",
                                                         "\uFEFF",
                                                         "<|endoftext|>",
                                                         "<|",
                                                         "the",
                                                         ".",
                                                         ",",
                                                         "-",
                                                         "\u0E01\u0E33",
                                                         "\u1100\u1161",
                                                         "\u0345",
                                                         "\u093F",
                                                         "\U00010D50",
                                                         "\U00011F00",
                                                         "\uA7CB",
                                                         "\U0001D7D8"};
    std::string out;
    for (int n = pick(max_parts); n >= 0; --n) {
      if (pick(12) == 0) {
        append_any(out);
      } else {
        out.append(kParts[static_cast<std::size_t>(pick(static_cast<int>(kParts.size())))]);
      }
    }
    return out;
  }

  int pick(int below) { return static_cast<int>(random_() % static_cast<std::uint32_t>(below)); }

 private:
  void append_any(std::string& out) {
    char32_t c = static_cast<char32_t>(pick(pick(2) == 0 ? 0x3100 : 0x110000));
    if (c >= 0xD800 && c <= 0xDFFF) c -= 0x1000;
    if (c < 0x80) {
      out.push_back(static_cast<char>(c));
      return;
    }
    const int extra = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    constexpr std::array<int, 4> kLead = {0, 0xC0, 0xE0, 0xF0};
    out.push_back(static_cast<char>(kLead[static_cast<std::size_t>(extra)] | static_cast<int>(c >> (6 * extra))));
    for (int i = extra - 1; i >= 0; --i) out.push_back(static_cast<char>(0x80 | (c >> (6 * i) & 0x3F)));
  }

  std::mt19937 random_;
};

}  // namespace sememe::test
