#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "words/block_queue.h"
#include "words/local_rows.h"
#include "words/noise.h"

namespace sememe {

/// Trains blocks of the corpus word by word, kBlocks at a time on copies of the rows, whose changes are then merged;
/// or, `hogwild`, on the rows themselves. A Trainer has train(ids, lr, random, rows), where rows(i, uses) is where row
/// i stands, and rows.prefetch(i) says that it will be asked for.
template <class Trainer>
class MergedBlocks {
 public:
  /// `make()` gives a trainer; as many work at the same time as blocks do, or threads if `hogwild`.
  template <class Make>
  MergedBlocks(const Make& make, std::uint64_t seed, bool hogwild, SharedRows& shared, ThreadPool& pool)
      : seed_(seed), hogwild_(hogwild), shared_(shared), pool_(pool) {
    for (std::int64_t i = 0; i < (hogwild ? pool.size() : kBlocks); ++i) trainers_.push_back(make());
    for (std::int64_t i = 0; !hogwild && i < kBlocks; ++i) locals_.emplace_back(shared_);
  }

  std::int64_t round() const { return hogwild_ ? 8 * kBlocks : kBlocks; }
  /// Trains on the first `count` blocks; before them, `steps` were trained.
  void train(const BlockQueue& blocks, std::int64_t count, double lr, std::int64_t steps) {
    pool_.run(count, [&](std::int64_t i, int worker) {
      const RandomStream random(seed_, static_cast<std::uint64_t>(steps + i));
      const auto rate = static_cast<float>(lr);
      if (hogwild_) {
        trainers_[static_cast<std::size_t>(worker)].train(blocks[i], rate, random, SharedAccess{shared_});
      } else {
        LocalRows& local = locals_[static_cast<std::size_t>(i)];
        trainers_[static_cast<std::size_t>(i)].train(blocks[i], rate, random, LocalAccess{local});
        local.finish_block();
      }
    });
    if (!hogwild_) merge_rows(shared_, locals_, lr, pool_);
  }

 private:
  struct SharedAccess {
    SharedRows& rows;
    float* operator()(std::int64_t i, std::int32_t) const { return rows.row(i); }
    void prefetch(std::int64_t i) const { rows.prefetch(i); }
  };
  struct LocalAccess {
    LocalRows& rows;
    float* operator()(std::int64_t i, std::int32_t uses) const { return rows.row(i, uses); }
    void prefetch(std::int64_t i) const { rows.prefetch(i); }
  };

  std::uint64_t seed_;
  bool hogwild_;
  SharedRows& shared_;
  ThreadPool& pool_;
  std::vector<Trainer> trainers_;
  std::vector<LocalRows> locals_;
};

}  // namespace sememe
