#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "words/input_rows.h"

namespace sememe {

inline constexpr std::int64_t kBlockWords = 1024;  // of the corpus, so that a block's rows stay in the L2 cache
inline constexpr std::int64_t kBlocks = 4;         // trained at a time, whatever the threads

/// When a block ends before it has kBlockWords.
struct BlockLimits {
  std::int64_t weight = std::numeric_limits<std::int64_t>::max();   ///< of its words, one word apart
  std::int64_t repeats = std::numeric_limits<std::int64_t>::max();  ///< words for each different one; some come always
  const InputRows* rows = nullptr;                                  ///< of words, that kMostSharers counts for

  static constexpr std::int64_t kMostSharers = 8;  ///< words of a block that share a row, in the mean of their rows
};
/// Where words move by turns, turns are short if few words come again and again, or if words are made of the same rows:
/// each would carry these to its own goal, and all together far beyond. English has 2 or 3 of each word in a block.
inline BlockLimits limits_of_turns(const InputRows& rows) {
  return {.repeats = 4, .rows = rows.most_rows() > 1 ? &rows : nullptr};
}

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
        if (std::exchange(block_of_[static_cast<std::size_t>(id)], number_) != number_) {
          ++different_;
          if (limits.rows != nullptr) share(limits.rows->of(id));
        }
      }
      const std::int64_t size = std::ssize(block_);
      if (size == kBlockWords || weight_ >= limits.weight || (size >= kFewest && size / different_ >= limits.repeats) ||
          shares_together_ > BlockLimits::kMostSharers * shares_)
        end_block();
    }
  }
  void end_block() {
    weight_ = different_ = shares_ = shares_together_ = 0;
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
  static constexpr int kSharerBits = 12;  // count the words that share a row; the others number the block, modulo 2^20
  static_assert(kBlockWords < 1 << kSharerBits);
  /// Counts for the rows of a word how many words of the block share each.
  void share(std::span<const std::int32_t> rows) {
    constexpr std::size_t kSlots = 1 << 15;  // rows that fall together are rare, and only end a block earlier
    sharers_.resize(kSlots);                 // small, as training empties the cache between blocks
    const std::uint32_t none = static_cast<std::uint32_t>(number_) << kSharerBits;
    for (const std::int32_t row : rows) {
      std::uint32_t& sharers = sharers_[static_cast<std::size_t>(row) % kSlots];
      if (sharers >> kSharerBits != none >> kSharerBits) sharers = none;
      shares_together_ += 2 * (sharers++ - none) + 1;
    }
    shares_ += std::ssize(rows);
  }

  std::vector<std::int32_t> block_;
  std::deque<std::vector<std::int32_t>> blocks_;
  std::int64_t weight_ = 0, different_ = 0, number_ = 0;  // of the block
  std::vector<std::int64_t> block_of_;                    // the last that each word was in
  std::vector<std::uint32_t> sharers_;                    // of each slot
  std::int64_t shares_ = 0,
               shares_together_ = 0;  // of its words in rows; the sum of the words that share each of these
};

}  // namespace sememe
