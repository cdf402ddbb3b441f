#pragma once

#include <cstddef>
#include <string_view>

#include "tokenize/seam.h"

namespace sememe {

/// Where a chunk of a text stands in it: tells steps that do something at the ends of a text.
enum class ChunkPlace { kWhole, kFirst, kMiddle, kLast };
inline constexpr int kChunkPlaces = 4;

/// Calls visit(chunk, place) for the chunks of `text` between its seams before a space: together they are the text, and
/// all but the first begin with a space. Precondition: UTF-8.
template <class Visit>
void cut_at_seams(std::string_view text, Visit&& visit) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = next_seam(text, begin, false);
    const bool last = end == text.size();
    visit(text.substr(begin, end - begin), begin == 0 ? (last ? ChunkPlace::kWhole : ChunkPlace::kFirst)
                                                      : (last ? ChunkPlace::kLast : ChunkPlace::kMiddle));
    begin = end;
  }
}

}  // namespace sememe
