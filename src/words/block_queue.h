#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace sememe {

inline constexpr std::int64_t kBlockWords = 1024;  // of the corpus, so that a block's rows stay in the L2 cache
inline constexpr std::int64_t kBlocks = 4;         // trained at a time, whatever the threads

/// Cuts a stream of word ids, in which -1 ends a sentence, into blocks of about kBlockWords.
class BlockQueue {
 public:
  /// `weight(id)` of the words of a block is `most` at most, one word apart.
  template <class Weight>
  void push(std::span<const std::int32_t> ids, std::int64_t most, const Weight& weight) {
    for (const std::int32_t id : ids) {
      if (id < 0 && (block_.empty() || block_.back() < 0)) continue;
      block_.push_back(id);
      if (id >= 0) weight_ += weight(id);
      if (std::ssize(block_) == kBlockWords || weight_ >= most) end_block();
    }
  }
  void end_block() {
    weight_ = 0;
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
  std::vector<std::vector<std::int32_t>> blocks_;
  std::int64_t weight_ = 0;
};

}  // namespace sememe
