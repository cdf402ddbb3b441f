#include "tokenize/models/vocabulary_merges.h"

#include "io/utf8.h"

namespace sememe {

std::vector<MergeTable::Merge> vocabulary_merges(const Vocabulary& symbols, std::span<const std::int32_t> results,
                                                 SplitUnit unit) {
  std::vector<MergeTable::Merge> out;
  out.reserve(results.size() * 2);
  for (const std::int32_t result : results) {
    const std::string_view text = symbols.text_of_entry(result);
    Vocabulary::Hash hash;
    for (std::size_t i = 1; i < text.size(); ++i) {
      hash.add(text[i - 1]);
      if (unit == SplitUnit::kCharacter && is_utf8_continuation(text[i])) continue;
      const std::int32_t left = symbols.find_entry(hash, text.substr(0, i), {});
      if (left == Vocabulary::kNone) continue;
      const std::int32_t right = symbols.find_entry(text.substr(i));
      if (right != Vocabulary::kNone) out.push_back({left, right, result});
    }
  }
  return out;
}

}  // namespace sememe
