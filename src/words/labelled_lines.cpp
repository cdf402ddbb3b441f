#include <algorithm>

#include "words/fasttext_train.h"

namespace sememe {

void parse_labelled_line(std::string_view line, const FastTextModel& model, std::string_view label, LabelledLine& out) {
  const FastTextDictionary& dictionary = model.dictionary;
  const bool with_ngrams = model.settings.max_length > 0;
  std::vector<std::int32_t> hashes;
  out.rows.clear();
  out.labels.clear();
  out.words = 0;
  const auto take = [&](std::string_view word) {
    ++out.words;
    const auto id = dictionary.words.find(word);
    if (!id) {
      if (const auto known = dictionary.labels.find(word)) {
        out.labels.push_back(static_cast<std::int32_t>(*known));
        return;
      }
      if (!label.empty() && word.starts_with(label)) return;
    }
    if (id) out.rows.push_back(*id);
    if (with_ngrams) model.append_ngram_rows(word, out.rows);
    hashes.push_back(static_cast<std::int32_t>(fasttext_hash(word)));
  };
  for_each_word(line, take, line.size());
  take(kEndOfSentence);
  // Runs of words share the buckets of n-grams of characters. Hashes are signed, as in fastText.
  constexpr std::uint64_t kFactor = 116049371;
  const auto longest = static_cast<std::size_t>(std::max(1, model.settings.word_ngrams));
  if (model.settings.buckets == 0) return;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    auto hash = static_cast<std::uint64_t>(std::int64_t{hashes[i]});
    for (std::size_t j = i + 1; j < hashes.size() && j < i + longest; ++j) {
      hash = hash * kFactor + static_cast<std::uint64_t>(std::int64_t{hashes[j]});
      const auto buckets = static_cast<std::uint64_t>(model.settings.buckets);
      if (const std::int64_t row = model.row_of_bucket(static_cast<std::int64_t>(hash % buckets)); row >= 0)
        out.rows.push_back(row);
    }
  }
}

}  // namespace sememe
