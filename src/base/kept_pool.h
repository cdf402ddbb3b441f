#pragma once

#include <memory>
#include <mutex>

#include "base/thread_pool.h"

namespace sememe {

/// A thread pool kept, asleep, from one call to the next: to start threads takes as long as to tokenize a hundred
/// texts. Threads  any; whoever takes a pool has it alone, and callers at the same time have one each.
class KeptPool {
 public:
  /// The pool that was put back last, if it has that size and was not made before a fork(); else a new one.
  std::unique_ptr<ThreadPool> take(int size);
  /// Keeps it in place of the one that is kept.
  void put_back(std::unique_ptr<ThreadPool> pool);

 private:
  std::mutex mutex_;
  std::unique_ptr<ThreadPool> pool_;
  int process_ = 0;  // in which it has its threads
};

}  // namespace sememe
