#include "tokenizer_train/word_level_trainer.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace sememe {

std::vector<std::pair<std::string, std::int32_t>> train_word_level(std::span<const CountedWord> words,
                                                                   const std::vector<std::string>& special_tokens,
                                                                   std::int64_t vocab_size,
                                                                   std::int64_t min_frequency) {
  std::vector<CountedWord> ordered;
  for (const CountedWord& word : words)
    if (word.count >= min_frequency) ordered.push_back(word);
  const auto kept = std::clamp<std::int64_t>(vocab_size - std::ssize(special_tokens), 0, std::ssize(ordered));
  std::partial_sort(ordered.begin(), ordered.begin() + kept, ordered.end(),
                    [](const CountedWord& a, const CountedWord& b) {
                      return a.count != b.count ? a.count > b.count : a.text < b.text;
                    });
  std::vector<std::string_view> tokens(special_tokens.begin(), special_tokens.end());
  for (std::int64_t i = 0; i < kept; ++i) tokens.push_back(ordered[static_cast<std::size_t>(i)].text);
  tokens.resize(static_cast<std::size_t>(std::min(vocab_size, std::ssize(tokens))));

  std::unordered_map<std::string_view, std::int32_t> last;
  for (std::size_t i = 0; i < tokens.size(); ++i) last[tokens[i]] = static_cast<std::int32_t>(i);
  std::vector<std::pair<std::string, std::int32_t>> out;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto id = static_cast<std::int32_t>(i);
    if (last[tokens[i]] == id) out.emplace_back(tokens[i], id);
  }
  return out;
}

}  // namespace sememe
