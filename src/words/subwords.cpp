#include "words/subwords.h"

#include <string>

#include "io/utf8.h"
#include "words/fasttext_model.h"

namespace sememe {
namespace {

constexpr std::uint32_t kHashStart = 2166136261;
std::uint32_t hash_step(std::uint32_t hash, char byte) noexcept {
  return (hash ^ static_cast<std::uint32_t>(static_cast<std::int8_t>(byte))) * 16777619;
}

}  // namespace

std::uint32_t fasttext_hash(std::string_view text) noexcept {
  std::uint32_t hash = kHashStart;
  for (const char byte : text) hash = hash_step(hash, byte);
  return hash;
}

std::vector<std::int64_t> ngram_buckets_of(std::string_view word, const NgramSettings& settings) {
  std::vector<std::int64_t> out;
  if (settings.buckets == 0 || settings.max_length == 0 || (word == kEndOfSentence && !settings.end_is_a_word))
    return out;
  const std::string text = std::string("<").append(word).append(">");
  for (std::size_t start = 0; start < text.size(); ++start) {
    if (is_utf8_continuation(text[start])) continue;
    std::uint32_t hash = kHashStart;
    std::size_t end = start;
    for (std::int64_t length = 1; end < text.size() && length <= settings.max_length; ++length) {
      hash = hash_step(hash, text[end++]);
      while (end < text.size() && is_utf8_continuation(text[end])) hash = hash_step(hash, text[end++]);
      if (length < settings.min_length || (length == 1 && (start == 0 || end == text.size()))) continue;
      out.push_back(hash % static_cast<std::uint64_t>(settings.buckets));
    }
  }
  return out;
}

}  // namespace sememe
