#include "io/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/scratch_folder.h"
#include "io/test_files.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;
using test::file_bytes;
using test::TemporaryFolder;

TEST(MappedFile, ShowsTheBytesOfAFile) {
  const TemporaryFolder folder;
  MappedFile file(folder.add("a", std::string_view("x\0y", 3)));
  EXPECT_EQ(file.text(), std::string_view("x\0y", 3));
  file.will_need();
  file.release(file.bytes());
  const MappedFile moved = std::move(file);
  EXPECT_EQ(moved.bytes().size(), 3u);
  EXPECT_TRUE(MappedFile(folder.add("empty", "")).bytes().empty());
}

TEST(MappedFile, ReleasedPagesReadTheSameAgain) {
  const TemporaryFolder folder;
  std::string bytes(100'000, 'x');
  bytes[50'000] = 'y';
  const MappedFile file(folder.add("a", bytes));
  EXPECT_EQ(file.text(), bytes);
  file.release(file.bytes().subspan(10, 90'000));
  EXPECT_EQ(file.text(), bytes);
}

TEST(MappedFile, RefusesWhatIsNoFile) {
  const TemporaryFolder folder;
  EXPECT_FAILS(MappedFile(folder / "none"), kNotFound, "no such file: ");
  EXPECT_FAILS(MappedFile(folder.path()), kInvalidArgument, "is a directory");
  EXPECT_FAILS(MappedFile("/dev/null"), kInvalidArgument, "not a regular file");
  EXPECT_FAILS(MappedFile(folder.add("file", "") / "below"), kNotFound, "no such file");
}

TEST(ReadFile, ReadsAllOrRefuses) {
  const TemporaryFolder folder;
  const std::string bytes(300'000, 'b');
  EXPECT_EQ(read_file(folder.add("a", bytes), 300'000), bytes);
  EXPECT_FAILS(read_file(folder / "a", 299'999), kCorrupt, "more than the 299999 bytes");
  EXPECT_EQ(read_file(folder.add("empty", ""), 0), "");
  EXPECT_FAILS(read_file("/proc/self/mem", 1 << 20), kIo, "cannot read /proc/self/mem: Input/output error");
  EXPECT_FALSE(read_file("/proc/self/status", 1 << 20).empty());  // its size is said to be 0
}

TEST(AtomicFile, AppearsAtCommitAndNotBefore) {
  const TemporaryFolder folder;
  AtomicFile out(folder / "out");
  out.write("one ");
  out.write("two");
  out.flush();
  EXPECT_FALSE(fs::exists(folder / "out"));
  out.commit();
  EXPECT_EQ(file_bytes(folder / "out"), "one two");
  EXPECT_EQ(out.size(), 7);
  EXPECT_EQ(folder.count(), 1u);
}

TEST(AtomicFile, WithoutCommitLeavesNothingAndKeepsTheOldFile) {
  const TemporaryFolder folder;
  folder.add("out", "old");
  {
    AtomicFile out(folder / "out");
    out.write(std::string(1 << 20, 'x'));
    EXPECT_EQ(folder.count(), 2u);
  }
  EXPECT_EQ(file_bytes(folder / "out"), "old");
  EXPECT_EQ(folder.count(), 1u);
}

TEST(AtomicFile, JoinsSmallAndLargeWrites) {
  const TemporaryFolder folder;
  std::string expected;
  AtomicFile out(folder / "out");
  for (const std::size_t size : {1u, 100'000u, 200'000u, 262'144u, 262'143u, 1u, 600'000u, 0u, 5u}) {
    const std::string part(size, static_cast<char>('a' + size % 23));
    out.write(part);
    expected += part;
    EXPECT_EQ(out.size(), std::ssize(expected));
  }
  out.commit();
  EXPECT_TRUE(file_bytes(folder / "out") == expected);
}

TEST(AtomicFile, OverwritesWhatWasWritten) {
  const TemporaryFolder folder;
  AtomicFile out(folder / "out");
  EXPECT_TRUE(out.seekable());
  out.write("0123456789");
  out.write_at(2, "AB");
  out.write("end");
  EXPECT_FAILS(out.write_at(12, "xy"), kInvalidArgument, "were not written yet");
  EXPECT_FAILS(out.write_at(-1, "x"), kInvalidArgument, "were not written yet");
  out.commit();
  EXPECT_EQ(file_bytes(folder / "out"), "01AB456789end");
}

TEST(AtomicFile, TakesItsModeFromTheUmaskOrTheReplacedFile) {
  const TemporaryFolder folder;
  const auto mode = [&](std::string_view name) {
    struct stat status {};
    EXPECT_EQ(::stat((folder / name).c_str(), &status), 0);
    return status.st_mode & 07777;
  };
  const mode_t before = ::umask(027);
  {
    AtomicFile out(folder / "new");
    out.commit();
  }
  ::umask(before);
  EXPECT_EQ(mode("new"), 0640u);
  ::chmod(folder.add("old", "").c_str(), 0604);
  {
    AtomicFile out(folder / "old");
    out.commit();
  }
  EXPECT_EQ(mode("old"), 0604u);
}

TEST(AtomicFile, ReplacesTheTargetOfASymbolicLink) {
  const TemporaryFolder folder;
  folder.add("below/target", "old");
  fs::create_symlink("below/target", folder / "link");
  fs::create_symlink("below/new", folder / "dangling");
  fs::create_symlink("loop", folder / "loop");
  for (const std::string_view name : {"link", "dangling"}) {
    AtomicFile out(folder / name);
    out.write("new");
    out.commit();
    EXPECT_TRUE(fs::is_symlink(folder / name));
  }
  EXPECT_EQ(file_bytes(folder / "below/target"), "new");
  EXPECT_EQ(file_bytes(folder / "below/new"), "new");
  EXPECT_FAILS(AtomicFile(folder / "loop"), kIo, "cannot write");
}

TEST(AtomicFile, RefusesFoldersAndAbsentFolders) {
  const TemporaryFolder folder;
  EXPECT_FAILS(AtomicFile(folder.path()), kInvalidArgument, "is a directory");
  EXPECT_FAILS(AtomicFile(folder / "new/"), kInvalidArgument, "is a directory");
  EXPECT_FAILS(AtomicFile(folder / "none/out"), kIo, "No such file or directory");
  EXPECT_FAILS(AtomicFile(folder.add("file", "") / "out"), kIo, "Not a directory");
}

TEST(AtomicFile, AFullDeviceIsAnErrorThatStays) {
  AtomicFile out("/dev/full");
  out.write("x");
  EXPECT_FAILS(out.commit(), kIo, "/dev/full: No space left on device");
  EXPECT_FAILS(out.write("y"), kIo, "an earlier write failed");
  EXPECT_FAILS(out.commit(), kIo, "an earlier write failed");
}

TEST(AtomicFile, WritesToDevicesDirectly) {
  AtomicFile out("/dev/null");
  out.write(std::string(1 << 20, 'x'));
  EXPECT_TRUE(out.seekable());
  out.write_at(0, "y");
  out.commit();
  struct stat status {};
  ASSERT_EQ(::stat("/dev/null", &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));
}

TEST(AtomicFile, WritesToAPipeAndCannotSeekThere) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  {
    AtomicFile out("/dev/fd/" + std::to_string(ends[1]));
    EXPECT_FALSE(out.seekable());
    out.write("through");
    EXPECT_FAILS(out.write_at(0, "x"), kInvalidArgument, "cannot seek");
    out.commit();
  }
  char bytes[16];
  EXPECT_EQ(::read(ends[0], bytes, sizeof(bytes)), 7);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(AtomicFile, WritesToAnOpenDescriptorFromWhereItStands) {
  const TemporaryFolder folder;
  const fs::path path = folder.add("out", "head:");
  const int fd = ::open(path.c_str(), O_WRONLY);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(::lseek(fd, 5, SEEK_SET), 5);
  {
    AtomicFile out("/proc/self/fd/" + std::to_string(fd));
    out.write("abc");
    out.write_at(0, "X");
    out.commit();
  }
  ::close(fd);
  EXPECT_EQ(file_bytes(path), "head:Xbc");
  EXPECT_EQ(folder.count(), 1u);
}

TEST(AtomicFile, TemporaryFilesCanBeRemovedInAHandler) {
  const TemporaryFolder folder;
  const auto open_many = [&](int n) {
    std::vector<std::unique_ptr<AtomicFile>> files;
    for (int i = 0; i < n; ++i) files.push_back(std::make_unique<AtomicFile>(folder / std::to_string(i)));
    return files;
  };
  for (int round = 0; round < 3; ++round) {  // slots are given back
    const auto files = open_many(30);
    EXPECT_EQ(folder.count(), 30u);
    AtomicFile::remove_all_on_signal();
    EXPECT_EQ(folder.count(), 0u);
  }
  auto many = open_many(100);  // more than there are slots
  AtomicFile::remove_all_on_signal();
  EXPECT_EQ(folder.count(), 36u);
  many[99]->write("still works");
  many[99]->commit();
  EXPECT_EQ(file_bytes(folder / "99"), "still works");
  many.clear();
  EXPECT_EQ(folder.count(), 1u);
}

TEST(AtomicFile, ASignalHandlerLeavesNoTemporaryFile) {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::signal(SIGTERM, [](int) {
      AtomicFile::remove_all_on_signal();
      ::_exit(7);
    });
    AtomicFile out(folder / "out");
    out.write("x");
    ::raise(SIGTERM);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_EQ(folder.count(), 0u);
}

TEST(AtomicFile, AForkedChildDoesNotRemoveItsParentsFile) {
  const TemporaryFolder folder;
  AtomicFile out(folder / "out");
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    AtomicFile::remove_all_on_signal();
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(folder.count(), 1u);
  out.commit();
  EXPECT_TRUE(fs::exists(folder / "out"));
}

TEST(ScratchFolder, ASignalHandlerTakesItAwayWithAllThatIsInIt) {
  fs::path left;
  const TemporaryFolder elsewhere;
  const fs::path kept = elsewhere.add("kept", "not of the folder");
  {
    const ScratchFolder folder;
    left = folder.path();
    fs::create_directories(left / "a" / "b");
    for (int i = 0; i < 300; ++i) std::ofstream(left / "a" / (std::string(200, 'n') + std::to_string(i))) << i;
    std::ofstream(left / "a" / "b" / "c") << "x";
    fs::create_symlink(elsewhere.path(), left / "link");
    AtomicFile open_file(left / "a" / "open");
    AtomicFile::remove_all_on_signal();
    EXPECT_FALSE(fs::exists(left));
  }
  EXPECT_TRUE(fs::exists(kept));
  fs::create_directory(left);  // what no object names any more stays
  AtomicFile::remove_all_on_signal();
  EXPECT_TRUE(fs::remove(left));
}

TEST(AtomicFile, ManyFilesOfOneNameDoNotMeet) {
  const TemporaryFolder folder;
  const std::string longest(255, 'n');
  AtomicFile first(folder / longest), second(folder / longest);
  first.write("first");
  second.write("second");
  second.commit();
  first.commit();
  EXPECT_EQ(file_bytes(folder / longest), "first");
  EXPECT_EQ(folder.count(), 1u);
}

}  // namespace
}  // namespace sememe
