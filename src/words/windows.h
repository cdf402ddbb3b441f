#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "words/noise.h"

namespace sememe {

/// The words of a block of the corpus that are kept when frequent ones are thinned out, and those around each.
class Windows {
 public:
  /// `kept`: how likely an occurrence of each word is kept. `line_end`: the word that ends a line; -1: none.
  Windows(const std::vector<float>& kept, std::int64_t reach, std::int32_t line_end)
      : kept_(kept), reach_(reach), line_end_(line_end) {}

  /// How many words a word has around it, in the mean of all reaches.
  std::int64_t mean_pairs() const { return reach_ + 1; }

  /// `ids`: words, -1 ends a line. Calls take(sentence, at, first, last) for each word sentence[at] that has others
  /// around it: those from `first` up to `last`.
  template <class Take>
  void read(std::span<const std::int32_t> ids, RandomStream& random, const Take& take) {
    sentence_.clear();
    for (const std::int32_t id : ids) {
      const std::int32_t word = id < 0 ? line_end_ : id;
      if (word >= 0 && kept_[static_cast<std::size_t>(word)] >= random.uniform()) sentence_.push_back(word);
      if (id >= 0) continue;
      read_sentence(random, take);
      sentence_.clear();
    }
    read_sentence(random, take);
  }

 private:
  template <class Take>
  void read_sentence(RandomStream& random, const Take& take) {
    const std::int64_t size = std::ssize(sentence_);
    for (std::int64_t at = 0; at < size; ++at) {
      const std::int64_t reach = reach_ - random.below(static_cast<std::uint32_t>(reach_));
      const std::int64_t first = std::max<std::int64_t>(0, at - reach), last = std::min(size, at + reach + 1);
      if (last - first > 1) take(std::span<const std::int32_t>(sentence_), at, first, last);
    }
  }

  const std::vector<float>& kept_;
  std::int64_t reach_;
  std::int32_t line_end_;
  std::vector<std::int32_t> sentence_;
};

}  // namespace sememe
