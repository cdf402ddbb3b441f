#include "base/kept_pool.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

namespace sememe {
namespace {

TEST(KeptPool, GivesAPoolAgainOnceItWasPutBack) {
  KeptPool kept;
  auto one = kept.take(2);
  const ThreadPool* const first = one.get();
  const auto two = kept.take(2);
  EXPECT_NE(two.get(), first) << "two callers at once";
  kept.put_back(std::move(one));
  EXPECT_EQ(kept.take(2).get(), first);
}

TEST(KeptPool, IsOfTheSizeThatIsAskedFor) {
  KeptPool kept;
  kept.put_back(kept.take(2));
  EXPECT_EQ(kept.take(3)->size(), 3);
  EXPECT_EQ(kept.take(1)->size(), 1);
}

TEST(KeptPool, AForkedChildMakesItsOwn) {
  KeptPool kept;
  auto one = kept.take(2);
  const ThreadPool* const first = one.get();
  kept.put_back(std::move(one));
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(kept.take(2).get() != first ? 0 : 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace sememe
