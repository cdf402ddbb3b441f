#include "words/local_rows.h"

#include <array>
#include <cmath>
#include <cstring>
#include <utility>

#include "kernels/kernels.h"

namespace sememe {

LocalRows::LocalRows(SharedRows& shared)
    : shared_(&shared), slots_(static_cast<std::size_t>(shared.rows), -1), touched_(kShards) {}

float* LocalRows::row(std::int64_t i, std::int32_t uses) {
  std::int32_t& slot = slots_[static_cast<std::size_t>(i)];
  if (slot < 0) {
    slot = static_cast<std::int32_t>(used_++);
    if (used_ > std::ssize(chunks_) * kChunkRows) {
      chunks_.emplace_back(kChunkRows * shared_->stride);
      uses_.resize(chunks_.size() * kChunkRows);
    }
    uses_[static_cast<std::size_t>(slot)] = 0;
    touched_[static_cast<std::size_t>(i % kShards)].push_back(static_cast<std::int32_t>(i));
    std::memcpy(copy(slot), shared_->row(i), static_cast<std::size_t>(shared_->stride) * sizeof(float));
  }
  uses_[static_cast<std::size_t>(slot)] += uses;
  return copy(slot);
}

void LocalRows::finish_block() {
  for (const std::vector<std::int32_t>& shard : touched_) {
    for (const std::int32_t row : shard) {
      const std::int32_t slot = slots_[static_cast<std::size_t>(row)];
      const float* const x = copy(slot);
      const auto uses = static_cast<double>(uses_[static_cast<std::size_t>(slot)]);
      squares_[shared_->kind(row)] += uses * kernels().dot(x, x, shared_->stride);
      changes_[shared_->kind(row)] += uses;
    }
  }
}

void merge_rows(SharedRows& shared, std::vector<LocalRows>& blocks, double lr, ThreadPool& pool) {
  constexpr double kCurvature = 0.05;
  const std::int64_t stride = shared.stride;
  double pull[2] = {};  // of a change to an input, to an output: by the vectors of the other kind
  for (const int kind : {0, 1}) {
    double squares = 0, changes = 0;
    for (LocalRows& block : blocks) {
      squares += std::exchange(block.squares_[1 - kind], 0.0);
      changes += std::exchange(block.changes_[1 - kind], 0.0);
    }
    pull[kind] = changes > 0 ? kCurvature * lr * squares / changes : 0;
  }
  pool.run(LocalRows::kShards, [&](std::int64_t shard, int) {
    std::vector<float> sum(static_cast<std::size_t>(stride));
    std::vector<const float*> copies;
    for (LocalRows& block : blocks) {
      const std::vector<std::int32_t>& touched = block.touched_[static_cast<std::size_t>(shard)];
      for (std::size_t i = 0; i < touched.size(); ++i) {
        constexpr std::size_t kAhead = 4;
        if (i + 2 * kAhead < touched.size())
          for (const LocalRows& other : blocks)
            __builtin_prefetch(&other.slots_[static_cast<std::size_t>(touched[i + 2 * kAhead])], 1);
        if (i + kAhead < touched.size()) shared.prefetch(touched[i + kAhead]);
        const std::int32_t row = touched[i];
        copies.clear();
        std::int64_t uses = 0;
        for (LocalRows& other : blocks) {  // those before this one are done with the row
          std::int32_t& slot = other.slots_[static_cast<std::size_t>(row)];
          if (slot < 0) continue;
          copies.push_back(other.copy(slot));
          uses += other.uses_[static_cast<std::size_t>(slot)];
          slot = -1;
        }
        float* const target = shared.row(row);
        if (copies.size() == 1) std::memcpy(target, copies[0], static_cast<std::size_t>(stride) * sizeof(float));
        if (copies.size() < 2) continue;
        const auto count = static_cast<double>(copies.size());
        const double near = 1 - std::exp(-pull[shared.kind(row)] * static_cast<double>(uses) / count);
        const auto scale = static_cast<float>(1 / (1 + (count - 1) * near));
        std::fill(sum.begin(), sum.end(), 0.0f);
        for (const float* const copy : copies)
          for (std::int64_t j = 0; j < stride; ++j) sum[static_cast<std::size_t>(j)] += copy[j] - target[j];
        kernels().axpy(scale, sum.data(), target, stride);
      }
      block.touched_[static_cast<std::size_t>(shard)].clear();
    }
  });
  for (LocalRows& block : blocks) block.used_ = 0;
}

}  // namespace sememe
