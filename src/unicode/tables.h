#pragma once

#include <cstdint>

#include "unicode/unicode.h"

/// Two-stage tables: the value of c is stage2[stage1[c / kBlock] * kBlock + c % kBlock].
namespace sememe::unicode::tables {

inline constexpr char32_t kBlock = 128;

struct Composition {
  char32_t first, second, composite;
};

extern const Properties kProperties[];
extern const std::uint8_t kPropertyStage1[];
extern const std::uint8_t kPropertyStage2[];

extern const std::int32_t kLowerDeltas[];
extern const std::uint8_t kLowerStage1[];
extern const std::uint8_t kLowerStage2[];

extern const std::uint8_t kDecompositionStage1[];
extern const std::uint16_t kDecompositionStage2[];  ///< position in the pool * 4 + length - 1
extern const char32_t kDecompositionPool[];

extern const Composition kCompositions[];  ///< ordered by (first, second)
extern const int kCompositionCount;

}  // namespace sememe::unicode::tables
