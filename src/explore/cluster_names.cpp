#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "explore/clusters.h"
#include "io/utf8.h"
#include "unicode/unicode.h"

namespace sememe {
namespace {

constexpr std::size_t kShownWords = 3;
constexpr double kLeastLift = 1.5;

/// Calls take(word) for every run of letters, digits and marks that has two characters or more and a letter.
template <class Take>
void for_each_word(std::string_view text, const Take& take) {
  std::string word;
  std::int64_t characters = 0;
  bool letters = false;
  const auto end = [&] {
    if (characters > 1 && letters) take(word);
    word.clear();
    characters = 0;
    letters = false;
  };
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_utf8(text, at);
    at += static_cast<std::size_t>(c.length);
    if (!unicode::in(c.value, unicode::kCategoryL | unicode::kCategoryM | unicode::kCategoryN)) {
      end();
      continue;
    }
    ++characters;
    letters |= unicode::in(c.value, unicode::kCategoryL);
    const unicode::Expansion lower = unicode::lower(c.value);
    for (int i = 0; i < lower.size; ++i) append_utf8(word, lower.values[i]);
  }
  end();
}

struct Scored {
  double score;
  const std::string* word;
  bool operator<(const Scored& other) const { return score != other.score ? score > other.score : *word < *other.word; }
};

}  // namespace

std::vector<std::string> name_clusters(const Clusters& clusters, std::span<const std::string> texts) {
  if (clusters.count == 0) return {};
  std::unordered_map<std::string, std::vector<std::int32_t>> counts;  // of each word in each cluster
  std::vector<double> totals(clusters.count);
  double all = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::int32_t cluster = clusters.of_point[i];
    for_each_word(texts[i], [&](const std::string& word) {
      std::vector<std::int32_t>& of_word = counts[word];
      of_word.resize(clusters.count);
      ++of_word[cluster];
      ++totals[cluster];
      ++all;
    });
  }
  std::vector<std::vector<Scored>> best(clusters.count);
  const double average = all / static_cast<double>(std::max<std::int64_t>(1, clusters.count));
  for (const auto& [word, of_word] : counts) {
    double frequency = 0;
    for (const std::int32_t count : of_word) frequency += count;
    for (std::int64_t c = 0; c < clusters.count; ++c) {
      const double share = of_word[c] / std::max(1.0, totals[c]);
      if (of_word[c] == 0 || (clusters.count > 1 && share < kLeastLift * frequency / all)) continue;
      best[c].push_back({share * std::log(1 + average / frequency), &word});
    }
  }
  std::vector<std::string> names;
  for (std::vector<Scored>& words : best) {
    const std::size_t shown = std::min(kShownWords, words.size());
    std::partial_sort(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(shown), words.end());
    std::string name;
    for (std::size_t i = 0; i < shown; ++i) name.append(i == 0 ? "" : ", ").append(*words[i].word);
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace sememe
