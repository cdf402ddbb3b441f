#include "io/bundle.h"

#include <gtest/gtest.h>

#include "base/fail.h"
#include "io/file.h"
#include "io/test_files.h"
#include "io/zip.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;
using test::file_bytes;
using test::TemporaryFolder;

constexpr std::string_view kConfig = "{\"a\": 1}";
const std::string kData(5000, 'x');

/// A bundle of three files, the last of which starts at a multiple of 64.
fs::path bundle_in(const TemporaryFolder& folder) {
  const fs::path path = folder / "m.sememe";
  ZipWriter zip(path);
  for (const auto& [name, bytes] : {std::pair<std::string_view, std::string_view>{"config.json", kConfig},
                                    {"1_Pooling/config.json", "{}"},
                                    {"data.bin", kData}}) {
    zip.begin(name, 64);
    zip.write(bytes);
    zip.end();
  }
  zip.finish();
  return path;
}

TEST(Bundle, PathsLeadIntoItAsIntoAFolder) {
  const TemporaryFolder folder;
  const fs::path bundle = bundle_in(folder);
  EXPECT_TRUE(is_bundle(bundle));
  EXPECT_FALSE(is_bundle(folder.path()));
  EXPECT_FALSE(is_bundle(folder / "n.sememe"));
  EXPECT_EQ(read_file(bundle / "config.json", 100), kConfig);
  EXPECT_EQ(read_file(bundle / "1_Pooling" / "config.json", 100), "{}");
  MappedFile mapped(bundle / "data.bin");
  const MappedFile moved = std::move(mapped);
  EXPECT_EQ(moved.text(), kData);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(moved.text().data()) % 64, 0u);
  moved.will_need();
  moved.release(moved.bytes());
  EXPECT_EQ(moved.text(), kData);
  EXPECT_TRUE(file_exists(bundle / "1_Pooling/config.json"));
  EXPECT_FALSE(file_exists(bundle / "1_Pooling"));
  EXPECT_FALSE(file_exists(bundle / "vocab.txt"));
  EXPECT_TRUE(file_exists(bundle));
  EXPECT_EQ(files_below(bundle), (std::vector<std::string>{"1_Pooling/config.json", "config.json", "data.bin"}));
  EXPECT_NO_THROW(check_bundle(bundle));
}

TEST(Bundle, FoldersListTheSameFiles) {
  const TemporaryFolder folder;
  for (const char* name : {"m/config.json", "m/1_Pooling/config.json", "m/.git/x", "m/.tmp"}) folder.add(name, "x");
  EXPECT_EQ(files_below(folder / "m"), (std::vector<std::string>{"1_Pooling/config.json", "config.json"}));
  EXPECT_TRUE(file_exists(folder / "m/config.json"));
  EXPECT_FALSE(file_exists(folder / "m/vocab.txt"));
  EXPECT_FAILS(files_below(folder / "none"), kIo, "none");
}

TEST(Bundle, AFolderNamedLikeOneIsAFolder) {
  const TemporaryFolder folder;
  folder.add("m.sememe/config.json", kConfig);
  EXPECT_FALSE(is_bundle(folder / "m.sememe"));
  EXPECT_EQ(read_file(folder / "m.sememe/config.json", 100), kConfig);
}

TEST(Bundle, WhatIsWrongIsSaid) {
  const TemporaryFolder folder;
  const fs::path bundle = bundle_in(folder);
  EXPECT_FAILS(read_file(bundle / "vocab.txt", 100), kNotFound, "m.sememe: holds no file 'vocab.txt'");
  EXPECT_FAILS(MappedFile(bundle / "vocab.txt"), kNotFound, "'vocab.txt'");
  EXPECT_FAILS(read_file(bundle / "data.bin", 4999), kCorrupt, "more than the 4999 bytes");
  const fs::path text = folder.add("text.sememe", "not an archive");
  EXPECT_TRUE(file_exists(text / "config.json"));  // so that who opens it says:
  EXPECT_FAILS(read_file(text / "config.json", 100), kCorrupt, "not a ZIP archive");
}

TEST(Bundle, DamageIsSeenWhereAllIsRead) {
  const TemporaryFolder folder;
  const fs::path bundle = bundle_in(folder);
  std::string bytes = file_bytes(bundle);
  bytes[bytes.find("\"a\"") + 1] = 'b';
  const fs::path damaged = folder.add("d.sememe", bytes);
  EXPECT_FAILS(read_file(damaged / "config.json", 100), kCorrupt, "checksum");
  EXPECT_FAILS(check_bundle(damaged), kCorrupt, "checksum");
  for (std::size_t size = 0; size < bytes.size(); size += 97)
    EXPECT_FAILS(check_bundle(folder.add("cut.sememe", bytes.substr(0, size))), kCorrupt, "cut.sememe");
}

TEST(Bundle, CompressedEntriesAreReadWholeButNotMapped) {
  const TemporaryFolder folder;
  // zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED).writestr('a', 'a' * 16) in Python.
  constexpr char kZip[] =
      "\120\113\003\004\024\000\000\000\010\000\000\000\041\000\325\150\326\317\005\000\000\000\020\000"
      "\000\000\001\000\000\000\141\113\114\104\005\000\120\113\001\002\024\003\024\000\000\000\010\000"
      "\000\000\041\000\325\150\326\317\005\000\000\000\020\000\000\000\001\000\000\000\000\000\000\000"
      "\000\000\000\000\200\001\000\000\000\000\141\120\113\005\006\000\000\000\000\001\000\001\000\057"
      "\000\000\000\044\000\000\000\000\000";
  const fs::path bundle = folder.add("z.sememe", std::string_view(kZip, sizeof(kZip) - 1));
  EXPECT_EQ(read_file(bundle / "a", 100), std::string(16, 'a'));
  EXPECT_FAILS(MappedFile(bundle / "a"), kUnsupported, "compressed");
}

}  // namespace
}  // namespace sememe
