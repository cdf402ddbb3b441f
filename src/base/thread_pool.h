#pragma once

#include <cstdint>
#include <memory>

#include "base/function_ref.h"

namespace sememe {

/// Worker threads for fork-join loops. Workers spin for about 50 us after a job, then sleep, so back-to-back
/// small jobs cost well under a microsecond and an idle pool costs nothing.
///
/// Results never depend on the size: callers give each index its own output and the pool only decides who
/// runs it.
/// Threads  run() may be called from many threads; calls take turns. A call from inside a job runs its
///          indices on the calling thread. After fork() the child runs everything on the calling thread
///          until it makes a pool of its own.
class ThreadPool {
 public:
  /// `threads` >= 1 including the calling thread; workers start at the first run().
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const;

  /// Calls job(index, worker) for every index in [0, count), each once, in any order; returns when all are
  /// done. 0 <= worker < size() tells jobs that run at the same time apart (for scratch memory).
  /// If jobs throw, the exception of the lowest such index is rethrown here after all started jobs ended;
  /// indices not yet started are skipped.
  void run(std::int64_t count, FunctionRef<void(std::int64_t index, int worker)> job);

  /// Cores that this process may use (sched_getaffinity), at least 1.
  static int available_cores();
  /// `threads`, or all available cores if it is 0.
  static int size_for(int threads) { return threads > 0 ? threads : available_cores(); }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Calls job(first, count, worker) for consecutive blocks of [0, items).
void for_each_block(ThreadPool& pool, std::int64_t items, std::int64_t block,
                    FunctionRef<void(std::int64_t first, std::int64_t count, int worker)> job);

}  // namespace sememe
