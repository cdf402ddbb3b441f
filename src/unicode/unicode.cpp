#include "unicode/unicode.h"

#include <algorithm>
#include <tuple>

#include "unicode/tables.h"

namespace sememe::unicode {
namespace {

using tables::two_stage;

// Hangul syllables are composed by arithmetic (Unicode 15, section 3.12).
constexpr char32_t kS = 0xAC00, kL = 0x1100, kV = 0x1161, kT = 0x11A7;
constexpr char32_t kLCount = 19, kVCount = 21, kTCount = 28, kSCount = kLCount * kVCount * kTCount;

}  // namespace

Script script(char32_t c) noexcept { return two_stage(tables::kScriptStage1, tables::kScriptStage2, c); }

Expansion decompose(char32_t c) noexcept {
  if (c - kS < kSCount) {
    const char32_t s = c - kS, t = s % kTCount;
    return {{kL + s / (kVCount * kTCount), kV + s / kTCount % kVCount, kT + t, 0}, t == 0 ? 2 : 3};
  }
  if (!has(c, kDecomposes)) return {{c, 0, 0, 0}, 1};
  const unsigned entry = two_stage(tables::kDecompositionStage1, tables::kDecompositionStage2, c);
  Expansion out{{0, 0, 0, 0}, static_cast<int>(entry % 4) + 1};
  std::copy_n(tables::kDecompositionPool + entry / 4, out.size, out.values);
  return out;
}

std::u32string_view compatibility_decomposition(char32_t c) noexcept {
  const std::size_t at = two_stage(tables::kCompatibilityStage1, tables::kCompatibilityStage2, c);
  return {tables::kCompatibilityPool + at + 1, tables::kCompatibilityPool[at]};
}

char32_t compose(char32_t first, char32_t second) noexcept {
  if (first - kL < kLCount && second - kV < kVCount) {
    return kS + ((first - kL) * kVCount + (second - kV)) * kTCount;
  }
  if (first - kS < kSCount && (first - kS) % kTCount == 0 && second - kT - 1 < kTCount - 1) {
    return first + (second - kT);
  }
  const auto* const end = tables::kCompositions + tables::kCompositionCount;
  const auto* const at = std::lower_bound(
      tables::kCompositions, end, std::tie(first, second),
      [](const tables::Composition& entry, const auto& key) { return std::tie(entry.first, entry.second) < key; });
  return at != end && at->first == first && at->second == second ? at->composite : 0;
}

Expansion lower(char32_t c) noexcept {
  if (c == 0x130) return {{U'i', 0x307, 0, 0}, 2};  // the only one that grows
  const std::int32_t delta = tables::kLowerDeltas[two_stage(tables::kLowerStage1, tables::kLowerStage2, c)];
  return {{static_cast<char32_t>(static_cast<std::int32_t>(c) + delta), 0, 0, 0}, 1};
}

}  // namespace sememe::unicode
