#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace sememe {

inline constexpr std::int64_t kBlockWords = 1024;  // of the corpus, so that a block's rows stay in the L2 cache
inline constexpr std::int64_t kBlocks = 4;         // trained at a time, whatever the threads

/// When a block ends before it has kBlockWords.
struct BlockLimits {
  std::int64_t weight = std::numeric_limits<std::int64_t>::max();   ///< of its words, one word apart
  std::int64_t repeats = std::numeric_limits<std::int64_t>::max();  ///< words for each different one; some come always
};

/// Cuts a stream of word ids, in which -1 ends a sentence, into blocks of about kBlockWords.
class BlockQueue {
 public:
  template <class Weight>
  void push(std::span<const std::int32_t> ids, const BlockLimits& limits, const Weight& weight) {
    constexpr std::int64_t kFewest = 64;
    for (const std::int32_t id : ids) {
      if (id < 0 && (block_.empty() || block_.back() < 0)) continue;
      block_.push_back(id);
      if (id >= 0) {
        weight_ += weight(id);
        if (std::cmp_greater_equal(id, block_of_.size())) block_of_.resize(static_cast<std::size_t>(id) + 1, -1);
        different_ += std::exchange(block_of_[static_cast<std::size_t>(id)], number_) != number_;
      }
      const std::int64_t size = std::ssize(block_);
      if (size == kBlockWords || weight_ >= limits.weight || (size >= kFewest && size / different_ >= limits.repeats))
        end_block();
    }
  }
  void end_block() {
    weight_ = different_ = 0;
    ++number_;
    if (!block_.empty()) blocks_.push_back(std::exchange(block_, {}));
  }
  std::int64_t size() const { return std::ssize(blocks_); }
  std::span<const std::int32_t> operator[](std::int64_t i) const { return blocks_[static_cast<std::size_t>(i)]; }
  /// Takes the first `count` away. The words that they held.
  std::int64_t drop(std::int64_t count) {
    std::int64_t words = 0;
    for (std::int64_t i = 0; i < count; ++i)
      words += std::count_if((*this)[i].begin(), (*this)[i].end(), [](std::int32_t id) { return id >= 0; });
    blocks_.erase(blocks_.begin(), blocks_.begin() + count);
    return words;
  }

 private:
  std::vector<std::int32_t> block_;
  std::deque<std::vector<std::int32_t>> blocks_;
  std::int64_t weight_ = 0, different_ = 0, number_ = 0;  // of the block
  std::vector<std::int64_t> block_of_;                    // the last that each word was in
};

}  // namespace sememe
