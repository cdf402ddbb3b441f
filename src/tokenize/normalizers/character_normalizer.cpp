#include "tokenize/normalizers/character_normalizer.h"

namespace sememe {

bool is_seam_mark(std::string_view mark) {
  return mark == "\u2581" || (mark.size() == 1 && mark[0] >= ' ' && mark[0] < 0x7F);
}

std::optional<std::string> CharacterNormalizer::seam_mark(std::string_view mark) const {
  if (!is_seam_mark(mark)) return std::nullopt;
  const std::string before = "x" + std::string(mark) + "x";
  NormalizedString text;
  text.assign(before, 0);
  normalize(text);
  return std::string(text.text().substr(1, text.text().size() - 2));
}

}  // namespace sememe
