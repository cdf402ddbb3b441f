#pragma once

#include <cstdint>
#include <string_view>

/// Character properties as the reference tokenizer has them; docs at each table's source, tools/unicode.
/// Precondition of all functions: c <= U+10FFFF.
namespace sememe::unicode {

/// Bits of Properties::flags. Some follow older versions of Unicode because the reference does.
enum Flag : std::uint16_t {
  kWhitespace = 1 << 0,      ///< White_Space; \s of regular expressions
  kOther = 1 << 1,           ///< Cc, Cf and Co of Unicode 8.0 and U+FFFD, but not tab, line feed, carriage return
  kPunctuation = 1 << 2,     ///< P* of Unicode 8.0, and all ASCII that is neither letter, digit, space nor control
  kNonspacingMark = 1 << 3,  ///< Mn of Unicode 8.0
  kCombining = 1 << 4,       ///< M* of Unicode 9.0
  kNumeric = 1 << 5,         ///< N*
  kWord = 1 << 6,            ///< \w of UTS #18
  kIdeograph = 1 << 7,       ///< what BERT calls a Chinese character
  kDecomposes = 1 << 8,      ///< has a canonical decomposition (Unicode 9.0)
  kLowers = 1 << 9,          ///< lower() changes it
  kRegexWord = 1 << 10,      ///< \w of Oniguruma, the engine of patterns in tokenizer.json
  kDecomposesCompatibly = 1 << 11,  ///< has a canonical or a compatibility decomposition (Unicode 9.0)
  kNfcMaybe = 1 << 12,              ///< NFC_Quick_Check is not Yes
  kNfkcMaybe = 1 << 13,             ///< NFKC_Quick_Check is not Yes
};

struct Properties {
  std::uint16_t flags;
  std::uint8_t combining_class;  ///< Canonical_Combining_Class of Unicode 9.0
};

/// General_Category of Unicode 16.0: what \p{..} means to Oniguruma, and to tiktoken, which agree on every code point.
enum class Category : std::uint8_t {
  kLu,
  kLl,
  kLt,
  kLm,
  kLo,
  kMn,
  kMc,
  kMe,
  kNd,
  kNl,
  kNo,
  kPc,
  kPd,
  kPs,
  kPe,
  kPi,
  kPf,
  kPo,
  kSm,
  kSc,
  kSk,
  kSo,
  kZs,
  kZl,
  kZp,
  kCc,
  kCf,
  kCs,
  kCo,
  kCn
};

/// A bit for each of some categories.
using CategorySet = std::uint32_t;

template <class... Categories>
constexpr CategorySet category_set(Categories... categories) {
  return ((CategorySet{1} << static_cast<int>(categories)) | ...);
}

inline constexpr CategorySet kCategoryL =
    category_set(Category::kLu, Category::kLl, Category::kLt, Category::kLm, Category::kLo);
inline constexpr CategorySet kCategoryM = category_set(Category::kMn, Category::kMc, Category::kMe);
inline constexpr CategorySet kCategoryN = category_set(Category::kNd, Category::kNl, Category::kNo);
inline constexpr CategorySet kCategoryP = category_set(Category::kPc, Category::kPd, Category::kPs, Category::kPe,
                                                       Category::kPi, Category::kPf, Category::kPo);
inline constexpr CategorySet kCategoryS = category_set(Category::kSm, Category::kSc, Category::kSk, Category::kSo);
inline constexpr CategorySet kCategoryZ = category_set(Category::kZs, Category::kZl, Category::kZp);
inline constexpr CategorySet kCategoryC =
    category_set(Category::kCc, Category::kCf, Category::kCs, Category::kCo, Category::kCn);

/// Two-stage tables: the value of c is stage2[stage1[c / kBlock] * kBlock + c % kBlock].
namespace tables {

inline constexpr char32_t kBlock = 128;

extern const Properties kProperties[];
extern const std::uint8_t kPropertyStage1[];
extern const std::uint8_t kPropertyStage2[];
extern const std::uint16_t kCategoryStage1[];
extern const std::uint8_t kCategoryStage2[];

template <class Block, class T>
T two_stage(const Block* stage1, const T* stage2, char32_t c) noexcept {
  return stage2[stage1[c / kBlock] * kBlock + c % kBlock];
}

}  // namespace tables

inline Properties properties(char32_t c) noexcept {
  return tables::kProperties[tables::two_stage(tables::kPropertyStage1, tables::kPropertyStage2, c)];
}
inline bool has(char32_t c, int flags) noexcept { return (properties(c).flags & flags) != 0; }

inline Category category(char32_t c) noexcept {
  return static_cast<Category>(tables::two_stage(tables::kCategoryStage1, tables::kCategoryStage2, c));
}
inline bool in(char32_t c, CategorySet set) noexcept { return (set >> static_cast<int>(category(c)) & 1U) != 0; }

/// Scripts of Unicode 9.0 as numbers that mean nothing but same or other. Hiragana, Katakana and the prolonged sound
/// mark U+30FC count as Han; what has no script, and the space, are kAnyScript and go with every script.
/// Source  SentencePiece, unicode_script.cc and its use in trainer_interface.cc.
using Script = std::uint8_t;
inline constexpr Script kAnyScript = 0;
Script script(char32_t c) noexcept;

/// A code point as the few that it becomes.
struct Expansion {
  char32_t values[4];
  int size;
};

/// Full canonical decomposition (NFD of c alone).
Expansion decompose(char32_t c) noexcept;

/// Full compatibility decomposition (NFKD of c alone, up to 18 code points) where it differs from the canonical one;
/// empty where it does not.
std::u32string_view compatibility_decomposition(char32_t c) noexcept;

/// The primary composite of two code points, 0 if there is none.
char32_t compose(char32_t first, char32_t second) noexcept;

/// Full lower case, without context (no final sigma).
Expansion lower(char32_t c) noexcept;

}  // namespace sememe::unicode
