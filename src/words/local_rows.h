#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/buffer.h"
#include "base/thread_pool.h"

namespace sememe {

inline constexpr std::int64_t kLane = 16;  // rows are padded to whole vectors

/// Vectors of inputs and, numbered after them, of outputs, shared by all threads.
struct SharedRows {
  std::int64_t rows, stride, first_output;
  Buffer<float> inputs, outputs;  // apart, so that outputs are freed before results are made of the inputs

  /// Rows of `dim` floats, padded to whole vectors, not initialised.
  SharedRows(std::int64_t input_rows, std::int64_t output_rows, std::int64_t dim)
      : rows(input_rows + output_rows),
        stride((dim + kLane - 1) / kLane * kLane),
        first_output(input_rows),
        inputs(input_rows * stride),
        outputs(output_rows * stride) {}

  const float* row(std::int64_t i) const {
    return i < first_output ? inputs.data() + i * stride : outputs.data() + (i - first_output) * stride;
  }
  float* row(std::int64_t i) { return const_cast<float*>(std::as_const(*this).row(i)); }
  void prefetch(std::int64_t i) const {
    constexpr std::int64_t kLineFloats = 16;
    for (std::int64_t j = 0; j < stride; j += kLineFloats) __builtin_prefetch(row(i) + j, 1);
  }
  int kind(std::int64_t i) const { return i >= first_output ? 1 : 0; }
};

/// What one block of the corpus makes of the shared rows: copies of those that it touches. Blocks that run at the same
/// time see the same shared rows, and merge_rows() puts their changes together in the order of the blocks, so that
/// nothing depends on threads.
class LocalRows {
 public:
  explicit LocalRows(SharedRows& shared);

  /// To be called when a block is done: measures how long its vectors are.
  void finish_block();

  /// The copy of a row, made when it is first asked for, which stays where it is until the block is merged; `uses`
  /// changes are going to be made to it.
  float* row(std::int64_t i, std::int32_t uses);

  /// Says that a row will soon be asked for.
  void prefetch(std::int64_t i) const {
    __builtin_prefetch(&slots_[static_cast<std::size_t>(i)], 1);
    shared_->prefetch(i);
  }

 private:
  friend void merge_rows(SharedRows& shared, std::vector<LocalRows>& blocks, double lr, ThreadPool& pool);
  static constexpr std::int64_t kShards = 16, kChunkRows = 512;

  float* copy(std::int64_t slot) {
    return chunks_[static_cast<std::size_t>(slot / kChunkRows)].data() + slot % kChunkRows * shared_->stride;
  }

  SharedRows* shared_;
  std::vector<std::int32_t> slots_;  // of each shared row; -1: not copied
  std::vector<std::vector<std::int32_t>> touched_;
  std::vector<std::int32_t> uses_;     // of each slot
  std::vector<Buffer<float>> chunks_;  // the copies, which stay where they are
  std::int64_t used_ = 0;
  double squares_[2] = {}, changes_[2] = {};  // of inputs and outputs: squared lengths times uses, uses
};

/// Adds the changes of all blocks to the shared rows, and empties the blocks.
///
/// A row that was changed often in each of several blocks came near the same goal in each: their sum would go far past
/// it. So the sum is scaled by 1 / (1 + (B - 1) s), where B blocks changed the row and s, from 0 to 1, tells how near
/// to its goal a block brings it: 1 - exp(-c n) after n changes, where c = 0.05 lr |x|^2 is about the second derivative
/// of the loss along a vector x of the other kind. Rare rows add up, frequent ones are averaged.
void merge_rows(SharedRows& shared, std::vector<LocalRows>& blocks, double lr, ThreadPool& pool);

}  // namespace sememe
