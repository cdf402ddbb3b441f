#pragma once

#include <cstdint>
#include <span>

#include "sememe/matrix.h"

namespace sememe {

/// The rows of a table (V, D): float32, or bytes that the scale of their row makes numbers.
struct WordRows {
  MatView<const float> floats;
  MatView<const std::int8_t> bytes;  ///< empty if floats is not
  std::span<const float> scales;     ///< V
};

/// out_t = words[ids[t]] + positions[position of t in its text + first_position] + types[type_ids[t]].
///
/// Shapes   ids (T); type_ids (T) or empty (then types row 0 for all); offsets (B + 1); words (V, D);
///          positions (P, D) or empty; types (>= 1, D) or empty; out (T, D).
/// Requires every id, position and type inside its table (the caller checks).
/// Source   BertEmbeddings (order of the sums: word + type + position).
void embed(std::span<const std::int32_t> ids, std::span<const std::int32_t> type_ids,
           std::span<const std::int64_t> offsets, const WordRows& words, MatView<const float> positions,
           std::int64_t first_position, MatView<const float> types, MatView<float> out);

}  // namespace sememe
