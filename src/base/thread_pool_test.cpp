#include "base/thread_pool.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "sememe/error.h"

namespace sememe {
namespace {

TEST(ThreadPool, WorkersMayUseEveryCoreThatTheCallerMay) {
  constexpr std::int64_t kJobs = 64;
  cpu_set_t mine;
  CPU_ZERO(&mine);
  ASSERT_EQ(sched_getaffinity(0, sizeof mine, &mine), 0);
  ThreadPool pool(4);
  std::vector<int> same(kJobs);
  pool.run(kJobs, [&](std::int64_t i, int) {
    cpu_set_t theirs;
    CPU_ZERO(&theirs);
    same[i] = sched_getaffinity(0, sizeof theirs, &theirs) == 0 && CPU_EQUAL(&mine, &theirs);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // so that every worker comes
  });
  EXPECT_EQ(std::count(same.begin(), same.end(), 1), kJobs);
}

TEST(ThreadPool, RunsEveryIndexOnceForAnySizeAndCount) {
  for (const int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    for (const int count : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> times(static_cast<std::size_t>(count));
      pool.run(count, [&](std::int64_t i, int worker) {
        ASSERT_GE(worker, 0);
        ASSERT_LT(worker, threads);
        times[static_cast<std::size_t>(i)].fetch_add(1);
      });
      for (const auto& t : times) ASSERT_EQ(t.load(), 1) << threads << " threads, count " << count;
    }
  }
}

TEST(ThreadPool, WorkersAtTheSameTimeHaveDifferentNumbers) {
  ThreadPool pool(4);
  std::vector<std::atomic<int>> inside(4);
  for (int round = 0; round < 200; ++round)
    pool.run(64, [&](std::int64_t, int worker) {
      ASSERT_EQ(inside[static_cast<std::size_t>(worker)].fetch_add(1), 0);
      std::this_thread::yield();
      inside[static_cast<std::size_t>(worker)].fetch_sub(1);
    });
}

TEST(ThreadPool, SecondThreadTakesPart) {
  ThreadPool pool(2);
  std::atomic<int> arrived{0};
  // Each index waits for the other one: only two threads at once can finish this.
  pool.run(2, [&](std::int64_t, int) {
    arrived.fetch_add(1);
    while (arrived.load() < 2) std::this_thread::yield();
  });
  EXPECT_EQ(arrived.load(), 2);
}

TEST(ThreadPool, ExceptionOfLowestIndexReachesTheCallerAndThePoolGoesOn) {
  for (const int threads : {1, 2}) {
    ThreadPool pool(threads);
    for (int round = 0; round < 50; ++round) {
      try {
        pool.run(100, [&](std::int64_t i, int) {
          if (i >= 0) throw std::runtime_error(std::to_string(i));
        });
        FAIL() << "no exception";
      } catch (const std::runtime_error& e) {
        EXPECT_LT(std::stoi(e.what()), threads);  // the first indices start together; the lowest of them wins
      }
    }
    std::atomic<int> sum{0};
    pool.run(10, [&](std::int64_t i, int) { sum += static_cast<int>(i); });
    EXPECT_EQ(sum.load(), 45);
  }
}

TEST(ThreadPool, NestedRunStaysOnItsThread) {
  ThreadPool pool(2);
  std::atomic<int> total{0}, inside{0};
  pool.run(8, [&](std::int64_t, int worker) {
    const auto me = std::this_thread::get_id();
    inside.fetch_add(1);
    while (inside.load() < 2) std::this_thread::yield();  // so that both threads have a job
    pool.run(16, [&](std::int64_t, int inner) {
      EXPECT_EQ(std::this_thread::get_id(), me);
      EXPECT_EQ(inner, worker);
      total.fetch_add(1);
    });
  });
  EXPECT_EQ(total.load(), 128);
}

TEST(ThreadPool, CallsFromManyThreadsTakeTurns) {
  ThreadPool pool(2);
  std::atomic<int> total{0}, running{0};
  std::vector<std::thread> callers;
  for (int t = 0; t < 4; ++t)
    callers.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        std::atomic<int> mine{0};
        pool.run(10, [&](std::int64_t, int) {
          EXPECT_LE(running.fetch_add(1), 1);
          mine.fetch_add(1);
          total.fetch_add(1);
          running.fetch_sub(1);
        });
        EXPECT_EQ(mine.load(), 10);
      }
    });
  for (std::thread& t : callers) t.join();
  EXPECT_EQ(total.load(), 4000);
}

TEST(ThreadPool, WorksInAForkedChild) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the thread sanitizer allows a forked child no threads";
#endif
  ThreadPool pool(2);
  // The worker must have started: the address sanitizer's allocator, which a starting thread may hold, is not let go
  // in a child.
  std::atomic<int> started{0};
  pool.run(2, [&](std::int64_t, int) {
    started.fetch_add(1);
    while (started.load() < 2) std::this_thread::yield();
  });
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::atomic<int> sum{0};
    pool.run(10, [&](std::int64_t i, int) { sum += static_cast<int>(i); });
    bool good = sum.load() == 45;
    {
      ThreadPool fresh(2);
      std::atomic<int> arrived{0};
      fresh.run(2, [&](std::int64_t, int) {
        arrived.fetch_add(1);
        while (arrived.load() < 2) std::this_thread::yield();
      });
      good = good && arrived.load() == 2;
    }
    pool.~ThreadPool();
    _exit(good ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST(ThreadPool, GoesOnWhileOtherThreadsTakeTheCores) {
  std::atomic<bool> stop{false};
  std::vector<std::jthread> others;
  for (int i = 2 * ThreadPool::available_cores(); i > 0; --i)
    others.emplace_back([&] {
      while (!stop.load(std::memory_order_relaxed)) {
      }
    });
  ThreadPool pool(8);
  std::atomic<std::int64_t> sum{0};
  // Long enough that workers lose their core in the middle of a job, and the caller sleeps until they have it back.
  for (int round = 0; round < 200; ++round)
    pool.run(8, [&](std::int64_t i, int) {
      for (int k = 0; k < 50000; ++k) sum.fetch_add(i, std::memory_order_relaxed);
    });
  stop.store(true);
  EXPECT_EQ(sum.load(), 200 * 28 * 50000);
}

TEST(ThreadPool, IdleWorkersSleep) {
  ThreadPool pool(2);
  pool.run(4, [](std::int64_t, int) {});
  const auto cpu_ms = [] {
    rusage u{};
    getrusage(RUSAGE_SELF, &u);
    return static_cast<double>(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
           static_cast<double>(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
  };
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const double before = cpu_ms();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_LT(cpu_ms() - before, 30) << "an idle worker burns its core";
}

TEST(ThreadPool, RefusesLessThanOneThread) { EXPECT_THROW(ThreadPool(0), Error); }

TEST(ThreadPool, SeesAtLeastOneCore) { EXPECT_GE(ThreadPool::available_cores(), 1); }

}  // namespace
}  // namespace sememe
