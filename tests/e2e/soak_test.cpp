// Many requests of random lengths through the library: memory stays where it is. SEMEME_SOAK=N asks for N of them
// (tools/check_all: a million).

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "base/rng.h"
#include "sememe/encoder.h"
#include "support/sanitized.h"

namespace sememe {
namespace {

std::int64_t resident_bytes() {
  std::int64_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

TEST(Soak, RequestsOfEveryLengthLeaveMemoryAsItWas) {
  if (test::kSanitized) GTEST_SKIP() << "sanitizers keep freed memory";
  const char* const asked = std::getenv("SEMEME_SOAK");
  const std::int64_t requests = asked == nullptr ? 6000 : std::atoll(asked);
  const Encoder encoder = Encoder::load(SEMEME_SOURCE_DIR "/tests/golden/megatron-bert", {.threads = 2});
  const CounterRng rng(8, 0);
  std::uint64_t draw = 0;
  const auto request = [&] {
    std::vector<std::string> texts(1 + rng.below(draw++, 4));
    for (std::string& text : texts)
      for (std::uint32_t words = rng.below(draw++, 60); words > 0; --words)
        text.append(rng.below(draw++, 2) == 0 ? "the cat " : "a bank of river ");
    const Matrix vectors = encoder.encode(texts);
    ASSERT_EQ(vectors.rows(), std::ssize(texts));
  };
  for (std::int64_t i = 0; i < 2000; ++i) request();  // buffers grow to their longest
  const std::int64_t before = resident_bytes();
  for (std::int64_t i = 0; i < requests; ++i) request();
  EXPECT_LE(resident_bytes() - before, 2 << 20);
}

}  // namespace
}  // namespace sememe
