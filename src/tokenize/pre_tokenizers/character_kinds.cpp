#include "tokenize/pre_tokenizers/character_kinds.h"

#include "io/utf8.h"
#include "unicode/unicode.h"

namespace sememe::scan {
namespace {

using unicode::Category;

constexpr std::array<std::uint8_t, 32> kCategoryKinds = [] {
  std::array<std::uint8_t, 32> kinds{};
  kinds.fill(kOther);
  const auto set = [&kinds](Category category, Kind kind) { kinds[static_cast<std::size_t>(category)] = kind; };
  set(Category::kLl, kLower);
  set(Category::kLu, kUpper);
  set(Category::kLt, kUpper);
  set(Category::kLm, kUncased);
  set(Category::kLo, kUncased);
  set(Category::kMn, kMark);
  set(Category::kMc, kMark);
  set(Category::kMe, kMark);
  set(Category::kNd, kNumber);
  set(Category::kNl, kNumber);
  set(Category::kNo, kNumber);
  set(Category::kZs, kSpace);
  set(Category::kZl, kSpace);
  set(Category::kZp, kSpace);
  return kinds;
}();

}  // namespace

Character look_beyond_ascii(const Byte* p) noexcept {
  const std::string_view text(reinterpret_cast<const char*>(p), 4);  // decode reads what the first byte announces
  const CodePoint c = decode_utf8(text, 0);
  // White_Space is Z* and some controls, of which one lies beyond ASCII.
  const std::uint8_t kind =
      c.value == 0x85 ? std::uint8_t{kSpace} : kCategoryKinds[static_cast<std::size_t>(unicode::category(c.value))];
  return {kind, c.length};
}

}  // namespace sememe::scan
