#include "base/kept_pool.h"

#include <unistd.h>

#include <utility>

namespace sememe {

std::unique_ptr<ThreadPool> KeptPool::take(int size) {
  std::unique_ptr<ThreadPool> pool;
  {
    const std::lock_guard lock(mutex_);
    if (pool_ != nullptr && pool_->size() == size && process_ == ::getpid()) pool = std::move(pool_);
  }
  return pool != nullptr ? std::move(pool) : std::make_unique<ThreadPool>(size);
}

// The other one ends with the caller's argument, after the lock.
void KeptPool::put_back(std::unique_ptr<ThreadPool> pool) {
  const std::lock_guard lock(mutex_);
  pool_.swap(pool);
  process_ = ::getpid();
}

}  // namespace sememe
