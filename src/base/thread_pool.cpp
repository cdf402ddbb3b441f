#include "base/thread_pool.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/fail.h"

namespace sememe {
namespace {

constexpr auto kSpinTime = std::chrono::microseconds(50);

void relax() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Spins until done() or until kSpinTime has passed; says whether done.
template <class Done>
bool spin_until(Done done) {
  for (int i = 0; i < 64; ++i) {
    if (done()) return true;
    relax();
  }
  const auto end = std::chrono::steady_clock::now() + kSpinTime;
  do {
    for (int i = 0; i < 64; ++i) {
      if (done()) return true;
      relax();
    }
  } while (std::chrono::steady_clock::now() < end);
  return done();
}

/// Moves a new thread off the core that this one keeps busy, where it would wait for some milliseconds.
void place_elsewhere(std::thread& thread) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const int here = sched_getcpu();
  if (here < 0 || sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) < 2) return;
  cpu_set_t others = allowed;
  CPU_CLR(here, &others);
  if (pthread_setaffinity_np(thread.native_handle(), sizeof others, &others) == 0)
    pthread_setaffinity_np(thread.native_handle(), sizeof allowed, &allowed);
}

// Counts fork() in this process's ancestry: a pool made in another generation has no threads here.
std::atomic<std::uint32_t> fork_generation{0};

std::uint32_t current_generation() {
  static const int registered =
      pthread_atfork(nullptr, nullptr, [] { fork_generation.fetch_add(1, std::memory_order_relaxed); });
  (void)registered;
  return fork_generation.load(std::memory_order_relaxed);
}

// Which pool's job this thread is running, and as which worker: makes nested calls serial.
thread_local const void* running_pool = nullptr;
thread_local int running_worker = 0;

}  // namespace

struct ThreadPool::State {
  using Job = FunctionRef<void(std::int64_t, int)>;

  explicit State(int size_) : size(size_), generation(current_generation()) {}

  const int size;
  const std::uint32_t generation;
  std::mutex turn;  // one run() at a time
  std::vector<std::thread> workers;

  // The job. Written by run() while the gate is closed, read by workers that passed the gate.
  const Job* job = nullptr;
  std::int64_t count = 0;
  std::atomic<std::int64_t> next{0};
  std::mutex error_mutex;
  std::exception_ptr error;
  std::int64_t error_index = 0;

  // Workers sleep on `epoch`. The gate says whether a job is open (kOpen), which (epoch, bits 32..62) and how many
  // workers are inside (low bits). run() returns as soon as the indices are used up and nobody is inside, so a worker
  // that is slow to wake never holds it up.
  static constexpr std::uint64_t kOpen = std::uint64_t{1} << 63;
  static constexpr std::uint64_t kInside = 0xFFFFFFFF;
  std::atomic<std::uint32_t> epoch{0};
  std::atomic<std::uint64_t> gate{0};
  std::atomic<bool> quit{false};

  void drain(const Job& body, int worker) {
    const void* const outer_pool = std::exchange(running_pool, this);
    const int outer_worker = std::exchange(running_worker, worker);
    for (;;) {
      const std::int64_t index = next.fetch_add(1, std::memory_order_relaxed);
      if (index >= count) break;
      try {
        body(index, worker);
      } catch (...) {
        const std::lock_guard lock(error_mutex);
        if (!error || index < error_index) {
          error = std::current_exception();
          error_index = index;
        }
        next.store(count, std::memory_order_relaxed);
      }
    }
    running_pool = outer_pool;
    running_worker = outer_worker;
  }

  void work(int worker) {
    std::uint32_t seen = 0;
    for (;;) {
      if (!spin_until([&] { return epoch.load(std::memory_order_acquire) != seen; })) epoch.wait(seen);
      seen = epoch.load(std::memory_order_acquire);
      if (quit.load(std::memory_order_acquire)) return;
      std::uint64_t g = gate.load(std::memory_order_acquire);
      bool inside = false;
      while ((g & kOpen) != 0 && !inside)
        inside = gate.compare_exchange_weak(g, g + 1, std::memory_order_acq_rel, std::memory_order_acquire);
      if (!inside) continue;
      drain(*job, worker);
      gate.fetch_sub(1, std::memory_order_release);
      gate.notify_one();
    }
  }

  void run_here(std::int64_t n, const Job& body, int worker) const {
    for (std::int64_t i = 0; i < n; ++i) body(i, worker);
  }
};

ThreadPool::ThreadPool(int threads) : state_(std::make_unique<State>(threads)) {
  if (threads < 1) fail(ErrorCode::kInvalidArgument, "thread pool: expected at least 1 thread, found ", threads);
}

ThreadPool::~ThreadPool() {
  if (state_->generation != current_generation()) {
    state_.release();  // the threads live in another process: there is nothing to join, and destroying would abort
    return;
  }
  state_->quit.store(true, std::memory_order_release);
  state_->epoch.fetch_add(1, std::memory_order_release);
  state_->epoch.notify_all();
  for (std::thread& worker : state_->workers) worker.join();
}

int ThreadPool::size() const { return state_->size; }

void ThreadPool::run(std::int64_t count, FunctionRef<void(std::int64_t, int)> job) {
  State& s = *state_;
  if (count <= 0) return;
  if (running_pool == &s) return s.run_here(count, job, running_worker);
  if (s.generation != current_generation()) return s.run_here(count, job, 0);
  const std::lock_guard lock(s.turn);
  if (s.size == 1 || count == 1) return s.run_here(count, job, 0);
  while (static_cast<int>(s.workers.size()) < s.size - 1) {
    const int worker = static_cast<int>(s.workers.size()) + 1;
    s.workers.emplace_back([&s, worker] { s.work(worker); });
    place_elsewhere(s.workers.back());
  }

  s.job = &job;
  s.count = count;
  s.error = nullptr;
  s.next.store(0, std::memory_order_relaxed);
  const std::uint64_t number = (s.epoch.load(std::memory_order_relaxed) + 1) & 0x7FFFFFFF;
  s.gate.store(State::kOpen | number << 32, std::memory_order_release);
  s.epoch.fetch_add(1, std::memory_order_release);
  s.epoch.notify_all();

  s.drain(job, 0);

  std::uint64_t g = s.gate.fetch_and(~State::kOpen, std::memory_order_acq_rel) & ~State::kOpen;
  spin_until([&] { return ((g = s.gate.load(std::memory_order_acquire)) & State::kInside) == 0; });
  while ((g & State::kInside) != 0) {
    s.gate.wait(g, std::memory_order_acquire);
    g = s.gate.load(std::memory_order_acquire);
  }
  if (s.error) std::rethrow_exception(std::exchange(s.error, nullptr));
}

int ThreadPool::available_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
  const auto all = static_cast<int>(std::thread::hardware_concurrency());
  return all > 0 ? all : 1;
}

void for_each_block(ThreadPool& pool, std::int64_t items, std::int64_t block,
                    FunctionRef<void(std::int64_t, std::int64_t, int)> job) {
  pool.run((items + block - 1) / block, [&](std::int64_t index, int worker) {
    const std::int64_t first = index * block;
    job(first, std::min(block, items - first), worker);
  });
}

}  // namespace sememe
