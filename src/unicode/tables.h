#pragma once

#include <cstdint>

#include "unicode/unicode.h"

/// The tables that unicode.h leaves to unicode.cpp.
namespace sememe::unicode::tables {

struct Composition {
  char32_t first, second, composite;
};

extern const std::uint8_t kScriptStage1[];
extern const std::uint8_t kScriptStage2[];

extern const std::uint8_t kGraphemeStage1[];
extern const std::uint8_t kGraphemeStage2[];

extern const std::int32_t kLowerDeltas[];
extern const std::uint8_t kLowerStage1[];
extern const std::uint8_t kLowerStage2[];

extern const std::uint8_t kDecompositionStage1[];
extern const std::uint16_t kDecompositionStage2[];  ///< position in the pool * 4 + length - 1
extern const char32_t kDecompositionPool[];

extern const std::uint8_t kCompatibilityStage1[];
extern const std::uint16_t
    kCompatibilityStage2[];  ///< position in the pool of the length, which the code points follow
extern const char32_t kCompatibilityPool[];

extern const Composition kCompositions[];  ///< ordered by (first, second)
extern const int kCompositionCount;

}  // namespace sememe::unicode::tables
