#pragma once

#include <cstdint>
#include <vector>

#include "io/spill_file.h"

namespace sememe {

/// One thing to learn: how often `context` stands near `word`.
struct PairRecord {
  std::int32_t word, context;
  float log_count, weight;
};

/// Records in a grid by the remainders of their words, in memory or, beyond `bytes`, on the disk.
class PairCells {
 public:
  /// Cells in a row: those of one remainder are small enough to stay in the cache, and there are more than threads.
  static constexpr std::int64_t kSide = 32;

  explicit PairCells(std::int64_t bytes) : most_(bytes / static_cast<std::int64_t>(sizeof(PairRecord))) {}

  void add(const PairRecord& record);
  /// The records of a cell, in the order in which they came.
  void read(std::int64_t row, std::int64_t column, std::vector<PairRecord>& out) const;
  std::int64_t size() const { return size_; }

 private:
  void spill();

  struct Block {
    std::int64_t at, size;
  };
  struct Cell {
    std::vector<PairRecord> records;  // after those of the blocks
    std::vector<Block> blocks;
  };
  std::int64_t most_, held_ = 0, size_ = 0;
  std::vector<Cell> cells_ = std::vector<Cell>(kSide * kSide);
  SpillFile file_;
};

}  // namespace sememe
