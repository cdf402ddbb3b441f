#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "sememe/words.h"

namespace sememe {

inline bool closer(const ScoredWord& a, const ScoredWord& b) {
  return a.score > b.score || (a.score == b.score && a.id < b.id);
}

/// The best k of the words that it is shown. What it keeps does not depend on their order.
class TopWords {
 public:
  TopWords(std::int64_t k, std::span<const std::int64_t> excluded)
      : k_(static_cast<std::size_t>(k)), excluded_(excluded) {}

  void offer(ScoredWord word) {
    if (heap_.size() == k_ && !closer(word, heap_.front())) return;
    if (std::find(excluded_.begin(), excluded_.end(), word.id) != excluded_.end()) return;
    if (heap_.size() == k_) {
      std::pop_heap(heap_.begin(), heap_.end(), closer);
      heap_.pop_back();
    }
    heap_.push_back(word);
    std::push_heap(heap_.begin(), heap_.end(), closer);
  }
  /// What a word's score must reach.
  float floor() const { return heap_.size() == k_ ? heap_.front().score : -std::numeric_limits<float>::infinity(); }
  const std::vector<ScoredWord>& kept() const { return heap_; }
  /// The kept words in their order; none are left.
  std::vector<ScoredWord> take() {
    std::sort_heap(heap_.begin(), heap_.end(), closer);
    return std::exchange(heap_, {});
  }

 private:
  std::size_t k_;
  std::span<const std::int64_t> excluded_;
  std::vector<ScoredWord> heap_;  // the worst at the front
};

}  // namespace sememe
