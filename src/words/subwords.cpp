#include "words/subwords.h"

#include <cstring>
#include <string>

#include "io/utf8.h"

namespace sememe {
namespace {

constexpr std::string_view kEndOfSentence = "</s>";  // fastText's own word, which has no n-grams

// 32-bit FNV-1a, but with bytes taken as signed, which the files depend on.
constexpr std::uint32_t kHashStart = 2166136261;
std::uint32_t hash_step(std::uint32_t hash, char byte) noexcept {
  return (hash ^ static_cast<std::uint32_t>(static_cast<std::int8_t>(byte))) * 16777619;
}

}  // namespace

std::vector<std::int64_t> ngram_buckets_of(std::string_view word, const NgramTable& table) {
  std::vector<std::int64_t> out;
  if (table.buckets == 0 || table.max_length == 0 || (word == kEndOfSentence && !table.end_is_a_word)) return out;
  const std::string text = std::string("<").append(word).append(">");
  for (std::size_t start = 0; start < text.size(); ++start) {
    if (is_utf8_continuation(text[start])) continue;
    std::uint32_t hash = kHashStart;
    std::size_t end = start;
    for (std::int64_t length = 1; end < text.size() && length <= table.max_length; ++length) {
      hash = hash_step(hash, text[end++]);
      while (end < text.size() && is_utf8_continuation(text[end])) hash = hash_step(hash, text[end++]);
      if (length < table.min_length || (length == 1 && (start == 0 || end == text.size()))) continue;
      out.push_back(hash % static_cast<std::uint64_t>(table.buckets));
    }
  }
  return out;
}

std::int64_t add_ngrams(std::string_view word, const NgramTable& table, std::span<float> sum) {
  const std::vector<std::int64_t> buckets = ngram_buckets_of(word, table);
  for (const std::int64_t bucket : buckets) {
    const std::byte* const row = table.rows + bucket * std::ssize(sum) * static_cast<std::int64_t>(sizeof(float));
    for (std::size_t i = 0; i < sum.size(); ++i) {
      float value;
      std::memcpy(&value, row + i * sizeof value, sizeof value);
      sum[i] += value;
    }
  }
  return std::ssize(buckets);
}

}  // namespace sememe
