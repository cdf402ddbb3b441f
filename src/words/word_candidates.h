#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "words/top_words.h"

namespace sememe {

/// Rows that may be among the best k, told by scores that are only about right: each row has a least and a greatest
/// score, and goes when k others are certainly better.
class WordCandidates {
 public:
  WordCandidates(std::int64_t k, std::span<const std::int64_t> excluded)
      : k_(static_cast<std::size_t>(k)), excluded_(excluded) {}

  /// What a row's greatest score must reach.
  float floor() const { return floor_; }
  void offer(std::int64_t id, float least, float greatest) {
    if (greatest < floor_) return;
    if (std::find(excluded_.begin(), excluded_.end(), id) != excluded_.end()) return;
    kept_.push_back({id, greatest});
    raise_floor(least);
    if (kept_.size() >= next_sweep_) sweep();
  }
  /// What another thread found.
  void merge(const WordCandidates& other) {
    for (const float least : other.least_) raise_floor(least);
    kept_.insert(kept_.end(), other.kept_.begin(), other.kept_.end());
  }
  /// Those that are left; the scores are the greatest ones.
  const std::vector<ScoredWord>& take() {
    sweep();
    return kept_;
  }

 private:
  void raise_floor(float least) {
    least_.push_back(least);
    std::push_heap(least_.begin(), least_.end(), std::greater<>());
    if (least_.size() > k_) {
      std::pop_heap(least_.begin(), least_.end(), std::greater<>());
      least_.pop_back();
    }
    if (least_.size() == k_) floor_ = std::max(floor_, least_.front());
  }
  void sweep() {
    std::erase_if(kept_, [&](const ScoredWord& word) { return word.score < floor_; });
    next_sweep_ = std::max<std::size_t>(1024, 2 * kept_.size());
  }

  std::size_t k_, next_sweep_ = 1024;
  std::span<const std::int64_t> excluded_;
  std::vector<float> least_;  // the k greatest of least scores, the smallest at the front
  std::vector<ScoredWord> kept_;
  float floor_ = -std::numeric_limits<float>::infinity();
};

}  // namespace sememe
