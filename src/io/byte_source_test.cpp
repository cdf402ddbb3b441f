#include "io/byte_source.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "base/sha256.h"
#include "io/file.h"
#include "io/test_files.h"
#include "io/test_packing.h"
#include "io/unpacker.h"

namespace sememe {
namespace {

using test::gzip;
using test::TemporaryFolder;
using test::zstd;

class ByteSourceTest : public testing::Test {
 protected:
  /// All bytes, read by `size` at a time.
  std::string read(std::string_view stored, std::size_t size = 1 << 16) {
    ByteSource source(folder.add("a", stored));
    std::string out;
    for (std::string part(size, '\0'); const std::size_t got = source.read(part.data(), size);) {
      EXPECT_LE(got, size);
      out.append(part, 0, got);
    }
    EXPECT_EQ(source.read(out.data(), 0), 0u);
    EXPECT_EQ(source.bytes_read(), std::ssize(stored));
    EXPECT_EQ(source.total_bytes(), std::ssize(stored));
    return out;
  }
  /// Some thousand bytes that pack badly, and some that pack well.
  static std::string text() {
    std::string out(5000, 'x');
    std::uint32_t state = 3;
    for (int i = 0; i < 3000; ++i) {
      state = state * 1664525 + 1013904223;
      out.push_back(static_cast<char>(state >> 24));
    }
    return out + "the end";
  }
  TemporaryFolder folder;
};

TEST_F(ByteSourceTest, PackedOrNotTheBytesAreTheSame) {
  const std::string whole = text();
  for (const std::size_t size : {1u, 7u, 4096u, 1u << 20}) {
    EXPECT_TRUE(read(whole, size) == whole);
    EXPECT_TRUE(read(gzip(whole), size) == whole);
    EXPECT_TRUE(read(zstd(whole), size) == whole);
  }
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read(gzip("")), "");
  EXPECT_EQ(read(zstd("")), "");
}

TEST_F(ByteSourceTest, MembersAndFramesFollowOneAnother) {
  const std::string whole = text(), skippable = std::string("\x5A\x2A\x4D\x18\x03\0\0\0abc", 11);
  for (const std::size_t size : {1u, 1000u, 1u << 20}) {
    EXPECT_TRUE(read(gzip(whole) + gzip("") + gzip("more"), size) == whole + "more");
    EXPECT_TRUE(read(zstd(whole) + zstd("") + zstd("more"), size) == whole + "more");
    EXPECT_EQ(read(skippable + zstd("one") + skippable + zstd("two"), size), "onetwo");
    EXPECT_EQ(read(gzip("one") + std::string(1000, '\0'), size), "one");  // padded, as on a tape
  }
  EXPECT_EQ(read(skippable), "");
}

TEST_F(ByteSourceTest, TruncatedAnywhereIsAnErrorThatSaysWhere) {
  const std::string whole = text();
  const std::pair<std::string, std::string> packed[] = {{gzip("first") + gzip(whole), gzip("first")},
                                                        {zstd("first") + zstd(whole), zstd("first")}};
  for (const auto& [stored, first] : packed)
    for (std::size_t size = 4; size < stored.size(); ++size) {
      const std::string cut = stored.substr(0, size);
      if (size == first.size()) {
        EXPECT_EQ(read(cut), "first");
        continue;
      }
      EXPECT_FAILS(read(cut), kCorrupt, concat("data is truncated: it breaks off at byte ", size));
    }
}

TEST_F(ByteSourceTest, DamagedAnywhereIsAnErrorWithinTheFile) {
  const std::string whole = text();
  for (const std::string& stored : {gzip(whole), zstd(whole)}) {
    std::int64_t refused = 0;
    for (std::size_t at = 0; at < stored.size(); ++at) {
      std::string damaged = stored;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
      try {
        const std::string got = read(damaged);
        EXPECT_TRUE(got == whole || got == damaged) << at;  // a header's field that means nothing; no longer packed
      } catch (const Error& error) {
        ++refused;
        const std::string message = error.what();
        const std::size_t digits = message.rfind("at byte ");
        ASSERT_NE(digits, std::string::npos) << message;
        EXPECT_LE(std::stoll(message.substr(digits + 8)), std::ssize(stored)) << message;
      }
    }
    EXPECT_GE(refused, std::ssize(stored) - 16);
  }
}

TEST_F(ByteSourceTest, AFaultIsWhereItIs) {
  const std::string first = gzip(text());
  EXPECT_FAILS(read(first + "garbage"), kCorrupt,
               concat("the gzip data is damaged (incorrect header check) at byte ", first.size() + 2));
  const std::string frame = zstd(text());
  EXPECT_FAILS(read(frame + "garbage"), kCorrupt, concat("(Unknown frame descriptor) at byte ", frame.size()));
}

TEST_F(ByteSourceTest, WhatComesBeforeAFaultIsRead) {
  for (const std::string& stored : {gzip("good") + "garbage", zstd("good") + "garbage"}) {
    ByteSource source(folder.add("a", stored));
    char part[64];
    ASSERT_EQ(source.read(part, sizeof part), 4u);
    EXPECT_EQ(std::string_view(part, 4), "good");
    EXPECT_FAILS(source.read(part, sizeof part), kCorrupt, "damaged");
    EXPECT_FAILS(source.read(part, sizeof part), kCorrupt, "damaged");
  }
}

TEST_F(ByteSourceTest, OtherPackingsAreNamed) {
  EXPECT_FAILS(read(std::string_view("\xFD\x37\x7A\x58\x5A\x00rest", 10)), kUnsupported, "unpack it first (xz -d)");
  EXPECT_FAILS(read("BZh91AY&SYrest"), kUnsupported, "unpack it first (bzip2 -d)");
  EXPECT_FAILS(read("PK\x03\x04"), kUnsupported, "unpack it first (unzip)");
  EXPECT_FAILS(read(zstd(text(), 28)), kUnsupported, "needs a window of more than 128 MB");
  for (const std::string plain : {"B", "BZh9", "BZh91AY&SX", "PK", "P", "\x1F", "\x28\xB5\x2F"})
    EXPECT_EQ(read(plain), plain);
}

TEST_F(ByteSourceTest, APipeIsNotWaitedForLongerThanItMust) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::string path = concat("/dev/fd/", ends[0]);
  ASSERT_EQ(::write(ends[1], "Pa", 2), 2);  // begins as a skippable frame does
  ByteSource source(path);
  char part[8];
  EXPECT_EQ(source.read(part, sizeof part), 2u);
  ::close(ends[1]);
  EXPECT_EQ(source.read(part, sizeof part), 0u);
  EXPECT_EQ(source.total_bytes(), 0);
  ::close(ends[0]);
}

TEST_F(ByteSourceTest, UnpackedFilesAreMapped) {
  const std::string whole = text();
  for (const std::string& stored : {whole, gzip(whole), zstd(whole)})
    EXPECT_TRUE(MappedFile::unpacked(folder.add("a", stored)).text() == whole);
  for (const std::string& stored : {gzip(""), zstd(""), std::string()})
    EXPECT_EQ(MappedFile::unpacked(folder.add("a", stored)).text(), "");
  EXPECT_FAILS(MappedFile::unpacked(folder.add("a", gzip(whole).substr(0, 100))), kCorrupt, "breaks off at byte 100");
}

TEST_F(ByteSourceTest, ABombIsNotUnpackedToTheEnd) {
  const std::string zeros(std::size_t{65} << 20, '\0');
  EXPECT_EQ(MappedFile::unpacked(folder.add("a", zstd(zeros.substr(1 << 20)))).text().size(), std::size_t{64} << 20);
  EXPECT_FAILS(MappedFile::unpacked(folder.add("a", zstd(zeros))), kInvalidArgument,
               "unpacks to more than 100 times its size");
  EXPECT_FAILS(MappedFile::unpacked(folder.add("a", gzip(zeros))), kInvalidArgument,
               "unpacks to more than 100 times its size");
}

TEST_F(ByteSourceTest, NamesWithoutTheirPacking) {
  EXPECT_EQ(without_packing("a.jsonl.gz"), "a.jsonl");
  EXPECT_EQ(without_packing("a.zst"), "a");
  EXPECT_EQ(without_packing("a.zstd"), "a");
  EXPECT_EQ(without_packing("a.txt"), "a.txt");
}

TEST_F(ByteSourceTest, TheEncyclopediaUnpacksToItsText) {
  const auto data = test::test_data();
  if (!data || !std::filesystem::exists(*data / "text" / "enwiki.txt.zst")) GTEST_SKIP() << "no enwiki.txt.zst here";
  ByteSource source(*data / "text" / "enwiki.txt.zst");
  Sha256 sha;
  std::int64_t size = 0;
  for (std::vector<char> part(1 << 17); const std::size_t got = source.read(part.data(), part.size());) {
    sha.update(std::as_bytes(std::span(part).first(got)));
    size += static_cast<std::int64_t>(got);
  }
  EXPECT_EQ(size, 167953680);
  EXPECT_EQ(sha.finish(), "4ce8a26769aee5be20a497ecf8a0e096096e9c6cdc279a9ec71debe084734c34");
}

}  // namespace
}  // namespace sememe
