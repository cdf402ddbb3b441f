#include "cli/output.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "support/temporary_folder.h"

namespace sememe::cli {
namespace {

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(Spool, GivesBackAllBytesInWholeUnits) {
  Spool spool;
  std::string want;
  for (int i = 0; i < 100000; ++i) {
    const std::string piece = std::to_string(i * 7919 % 100000 + 100000);  // six bytes
    spool.append(piece);
    want.append(piece);
  }
  EXPECT_EQ(spool.size(), std::ssize(want));
  std::string got;
  int pieces = 0;
  spool.drain(
      [&](std::span<const std::byte> bytes) {
        EXPECT_EQ(bytes.size() % 6, 0u);
        got.append(text_of(bytes));
        ++pieces;
      },
      6);
  EXPECT_EQ(got, want);
  EXPECT_GT(pieces, 1);
}

TEST(Spool, EmptyGivesNothing) {
  Spool spool;
  spool.drain([](std::span<const std::byte>) { FAIL(); });
}

TEST(Output, DashIsStandardOutput) {
  EXPECT_EQ(output_path("-"), "/dev/stdout");
  EXPECT_EQ(output_path("./-"), "./-");
}

TEST(Output, OnlyRegularFilesCanSeek) {
  const test::TemporaryFolder folder;
  EXPECT_TRUE(can_seek(folder.write("a", "x")));
  EXPECT_TRUE(can_seek(folder.path() / "new"));
  EXPECT_FALSE(can_seek("/dev/null"));
  EXPECT_FALSE(can_seek("/dev/fd/0"));
}

TEST(SeekableOutput, PatchedFileReachesAPipe) {
  const test::TemporaryFolder folder;
  const std::string fifo = (folder.path() / "fifo").string();
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  std::string got;
  std::thread reader([&] { std::getline(std::ifstream(fifo), got, '\0'); });
  SeekableOutput place(fifo);
  {
    AtomicFile file(place.path());
    file.write("????rest");
    file.write_at(0, "HEAD");
    file.commit();
  }
  place.finish();
  reader.join();
  EXPECT_EQ(got, "HEADrest");
}

}  // namespace
}  // namespace sememe::cli
