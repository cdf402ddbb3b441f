#include "io/npz.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "base/fail.h"
#include "io/test_files.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;
using test::file_bytes;
using test::TemporaryFolder;

// np.savez_compressed(file, a=np.array([1, 2, 3], "<i4"), b=np.zeros((1, 40), "<f4")) by NumPy 2.
constexpr char kNumpyText[] =
    "PK\003\004\055\000\000\000\010\000\000\000\041\000\353\300\053\004\377\377\377\377\377\377\377\377\005"
    "\000\024\000\141\056\156\160\171\001\000\020\000\214\000\000\000\000\000\000\000\115\000\000\000\000\000"
    "\000\000\233\354\027\352\033\020\311\310\120\306\120\255\236\222\132\234\134\244\156\245\240\156\223\151"
    "\242\256\243\240\236\226\137\124\122\224\230\027\237\137\224\222\012\022\167\113\314\051\116\005\212\027"
    "\147\044\026\244\002\371\032\306\072\232\072\012\265\012\024\000\056\106\006\006\006\046\040\146\006\142"
    "\000\120\113\003\004\055\000\000\000\010\000\000\000\041\000\146\367\210\102\377\377\377\377\377\377\377"
    "\377\005\000\024\000\142\056\156\160\171\001\000\020\000\040\001\000\000\000\000\000\000\112\000\000\000"
    "\000\000\000\000\233\354\027\352\033\020\311\310\120\306\120\255\236\222\132\234\134\244\156\245\240\156"
    "\223\146\242\256\243\240\236\226\137\124\122\224\230\027\237\137\224\222\012\022\167\113\314\051\116\005"
    "\212\027\147\044\026\244\002\371\032\206\072\012\046\006\232\072\012\265\012\344\002\056\206\101\016\000"
    "\120\113\001\002\055\003\055\000\000\000\010\000\000\000\041\000\353\300\053\004\115\000\000\000\214\000"
    "\000\000\005\000\000\000\000\000\000\000\000\000\000\000\200\001\000\000\000\000\141\056\156\160\171\120"
    "\113\001\002\055\003\055\000\000\000\010\000\000\000\041\000\146\367\210\102\112\000\000\000\040\001\000"
    "\000\005\000\000\000\000\000\000\000\000\000\000\000\200\001\204\000\000\000\142\056\156\160\171\120\113"
    "\005\006\000\000\000\000\002\000\002\000\146\000\000\000\005\001\000\000\000\000";
constexpr std::string_view kNumpyFile(kNumpyText, sizeof(kNumpyText) - 1);

std::vector<float> counting(std::size_t n) {
  std::vector<float> values(n);
  std::iota(values.begin(), values.end(), 0.0F);
  return values;
}

/// Three arrays: streamed rows, a scalar, an empty matrix.
void write_example(NpzWriter& out) {
  const std::vector<float> rows = counting(6 * 50);
  out.begin("rows", DType::kF32, {6});
  for (int i = 0; i < 50; ++i) out.append(std::span<const float>(rows).subspan(static_cast<std::size_t>(i) * 6, 6));
  out.end();
  const double number = 2.5;
  out.add("caf\u00e9/number", {}, std::span<const double>(&number, 1));
  out.add("none", {0, 7}, std::span<const std::int8_t>());
  out.finish();
}

void expect_example(const fs::path& path) {
  const NpzReader in(path);
  EXPECT_EQ(in.names(), (std::vector<std::string>{"rows", "caf\u00e9/number", "none"}));
  const NpyArray rows = in.read("rows");
  EXPECT_EQ(rows.shape, (std::vector<std::int64_t>{50, 6}));
  EXPECT_EQ(rows.to_float(), counting(300));
  EXPECT_EQ(in.read("caf\u00e9/number").as<double>()[0], 2.5);
  EXPECT_EQ(in.read("none").shape, (std::vector<std::int64_t>{0, 7}));
}

TEST(Npz, ReadsWhatNumpyCompresses) {
  const TemporaryFolder folder;
  const NpzReader in(folder.add("a.npz", kNumpyFile));
  EXPECT_EQ(in.names(), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(in.contains("a"));
  EXPECT_FALSE(in.contains("c"));
  const NpyArray a = in.read("a"), b = in.read("b");
  EXPECT_EQ(std::vector<std::int32_t>(a.as<std::int32_t>().begin(), a.as<std::int32_t>().end()),
            (std::vector<std::int32_t>{1, 2, 3}));
  EXPECT_EQ(b.shape, (std::vector<std::int64_t>{1, 40}));
  EXPECT_EQ(b.to_float(), std::vector<float>(40));
  EXPECT_FAILS(in.read("c"), kNotFound, "a.npz: there is no array 'c' among its 2");
}

TEST(Npz, WhatIsWrittenReadsBack) {
  const TemporaryFolder folder;
  {
    NpzWriter out(folder / "a.npz");
    write_example(out);
  }
  expect_example(folder / "a.npz");
  EXPECT_EQ(folder.count(), 1u);
}

TEST(Npz, EqualContentsMakeEqualFiles) {
  const TemporaryFolder folder;
  for (const std::string_view name : {"a.npz", "b.npz"}) {
    NpzWriter out(folder / name);
    write_example(out);
  }
  EXPECT_EQ(file_bytes(folder / "a.npz"), file_bytes(folder / "b.npz"));
}

TEST(Zip, LargeEntriesUseZip64) {
  const TemporaryFolder folder;
  for (const bool zip64 : {false, true}) {
    {
      ZipWriter out(folder / "a.zip");
      if (zip64) out.force_zip64();
      out.begin("first");
      out.write("head");
      out.write(" and rest");
      out.end("HEAD");
      out.begin("second");
      out.end();
      out.finish();
    }
    const ZipReader in(folder / "a.zip");
    ASSERT_EQ(in.entries().size(), 2u);
    const Buffer<std::byte> first = in.read(*in.find("first"));
    EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(first.data()), 13), "HEAD and rest");
    EXPECT_EQ(in.read(*in.find("second")).size(), 0);
    EXPECT_EQ(file_bytes(folder / "a.zip").find("PK\x06\x06") != std::string::npos, zip64);
  }
}

TEST(Npz, WriterRefusesMistakes) {
  const TemporaryFolder folder;
  NpzWriter out(folder / "a.npz");
  const std::vector<float> row = {1, 2, 3};
  EXPECT_FAILS(out.append(std::span<const float>(row)), kInvalidArgument, "while no array is open");
  EXPECT_FAILS(out.add("x", {2}, std::span<const float>(row)), kInvalidArgument,
               "shape (2,) of F32 does not take 12 bytes");
  EXPECT_FAILS(out.begin("x", DType::kF32, {0}), kInvalidArgument, "cannot be counted");
  out.begin("x", DType::kF32, {2});
  EXPECT_FAILS(out.begin("y", DType::kF32, {2}), kInvalidArgument, "is not ended");
  EXPECT_FAILS(out.finish(), kInvalidArgument, "the last entry is not ended");
  out.append(std::span<const float>(row));
  EXPECT_FAILS(out.append(std::span<const double>()), kInvalidArgument, "expected elements of F32, found F64");
  EXPECT_FAILS(out.end(), kInvalidArgument, "no whole number of rows");
  out.append(std::span<const float>(row));
  out.end();
  EXPECT_FAILS(out.add("x", {3}, std::span<const float>(row)), kInvalidArgument, "two entries named 'x.npy'");
  EXPECT_FALSE(fs::exists(folder / "a.npz"));
  out.finish();
  EXPECT_EQ(NpzReader(folder / "a.npz").read("x").to_float(), (std::vector<float>{1, 2, 3, 1, 2, 3}));
}

TEST(Npz, DamageIsNoticed) {
  const TemporaryFolder folder;
  const auto read_all = [&](std::string_view bytes) {
    const NpzReader in(folder.add("a.npz", bytes));
    for (const std::string& name : in.names()) in.read(name);
  };
  EXPECT_NO_THROW(read_all(kNumpyFile));
  EXPECT_NO_THROW(
      read_all(concat(kNumpyFile.substr(0, kNumpyFile.size() - 2), std::string_view("\3\0abc", 5))));  // a comment
  EXPECT_FAILS(read_all("no archive"), kCorrupt, "not a ZIP archive, or truncated");
  EXPECT_FAILS(read_all(""), kCorrupt, "not a ZIP archive, or truncated");
  for (std::size_t size = 0; size < kNumpyFile.size(); ++size) {
    EXPECT_EQ(test::error_of([&] { read_all(kNumpyFile.substr(0, size)); }).code(), ErrorCode::kCorrupt) << size;
  }
  std::string stored;
  {
    NpzWriter out(folder / "b.npz");
    write_example(out);
  }
  stored = file_bytes(folder / "b.npz");
  stored[300] = static_cast<char>(stored[300] ^ 1);
  EXPECT_FAILS(read_all(stored), kCorrupt, "entry 'rows.npy': wrong checksum");
}

TEST(Npz, ChangedBytesLoadOrAreRefused) {
  const TemporaryFolder folder;
  std::string zip64;
  {
    ZipWriter out(folder / "z");
    out.force_zip64();
    out.begin("x.npy");
    out.write(npy_header(DType::kF32, std::vector<std::int64_t>{0}));
    out.end();
    out.finish();
    zip64 = file_bytes(folder / "z");
  }
  for (const std::string& whole : {std::string(kNumpyFile), zip64}) {
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const int change : {1, 0x80, 0xFF, 0x55}) {
        std::string bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ change);
        try {
          const NpzReader in(folder.add("a.npz", bytes));
          for (const std::string& name : in.names()) in.read(name);
        } catch (const Error&) {
        }
      }
    }
  }
}

TEST(NpzGolden, ReadsAllOfOneFile) {
  const std::optional<fs::path> data = test::test_data();
  if (!data) GTEST_SKIP() << "no shared test data";
  const NpzReader in(*data / "golden/training/mnr.npz");
  EXPECT_GT(in.names().size(), 10u);
  for (const std::string& name : in.names()) EXPECT_FALSE(in.read(name).to_float().empty()) << name;
}

}  // namespace
}  // namespace sememe
