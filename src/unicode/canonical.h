#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "io/utf8.h"
#include "unicode/unicode.h"

namespace sememe {

/// One code point of a decomposed text. `change` tells how it relates to the text before: 0, it stands for the next
/// code point; 1, it is an additional one; -n, it stands for the next, and n more after it are gone.
struct Decomposed {
  char32_t value;
  std::uint8_t combining_class;
  std::int32_t change;
};

/// Stable sort by combining class, in linear time however long the run of marks is.
void sort_by_combining_class(std::vector<Decomposed>& run);

/// Calls emit(const Decomposed&) for each code point of the canonical decomposition (NFD) of `text`, in order.
/// Source  Unicode 15, section 3.11, D108 and D109.
template <class Emit>
void for_each_decomposed(std::string_view text, Emit&& emit) {
  std::vector<Decomposed> run;  // a starter and the marks after it
  const auto flush = [&] {
    if (run.size() > 1) sort_by_combining_class(run);
    for (const Decomposed& item : run) emit(item);
    run.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto [c, length] = decode_utf8(text, at);
    at += static_cast<std::size_t>(length);
    if (c < 0x80) {
      flush();
      run.push_back({c, 0, 0});
      continue;
    }
    const unicode::Expansion parts = unicode::decompose(c);
    for (int i = 0; i < parts.size; ++i) {
      const std::uint8_t combining_class = unicode::properties(parts.values[i]).combining_class;
      if (combining_class == 0) flush();
      run.push_back({parts.values[i], combining_class, i == 0 ? 0 : 1});
    }
  }
  flush();
}

/// The canonical composition (NFC) of `text`, in order.
/// Source  Unicode 15, section 3.11, D117.
std::vector<Decomposed> compose_canonically(std::string_view text);

}  // namespace sememe
