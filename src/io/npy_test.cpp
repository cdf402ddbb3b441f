#include "io/npy.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <limits>
#include <numeric>

#include "base/fail.h"
#include "io/test_files.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;
using test::file_bytes;
using test::TemporaryFolder;

NpyArray parse(std::string_view bytes) {
  return parse_npy(std::as_bytes(std::span(bytes.data(), bytes.size())), "a.npy");
}

/// A .npy with this dictionary, of version 1.0 or higher.
std::string npy(std::string_view header, std::string_view data, char version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes.append({version, '\0', static_cast<char>(header.size() & 255), static_cast<char>(header.size() >> 8)});
  if (version > 1) bytes.append(2, '\0');
  return bytes.append(header).append(data);
}

// np.save of np.array([[1, -2.5, 3]], dtype="<f4") by NumPy 2.
const std::string kNumpyFile =
    npy(concat("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }", std::string(58, ' '), "\n"),
        std::string_view("\0\0\x80?\0\0 \xc0\0\0@@", 12));

TEST(Npy, ReadsWhatNumpyWrites) {
  ASSERT_EQ(kNumpyFile.size(), 140u);
  const NpyArray array = parse(kNumpyFile);
  EXPECT_EQ(array.dtype, DType::kF32);
  EXPECT_EQ(array.shape, (std::vector<std::int64_t>{1, 3}));
  const std::span<const float> values = array.as<float>();
  EXPECT_EQ(std::vector<float>(values.begin(), values.end()), (std::vector<float>{1, -2.5F, 3}));
  EXPECT_EQ(array.to_float(), (std::vector<float>{1, -2.5F, 3}));
  EXPECT_FAILS(array.as<double>(), kInvalidArgument, "a.npy: expected elements of F64, found F32");
}

TEST(Npy, WritesWhatNumpyReads) {
  const TemporaryFolder folder;
  NpyWriter out(folder / "out.npy", DType::kF32, {3});
  out.append(std::span<const float>(std::vector<float>{1, -2.5F, 3}));
  EXPECT_EQ(out.rows(), 1);
  EXPECT_FALSE(fs::exists(folder / "out.npy"));
  out.finish();
  EXPECT_EQ(file_bytes(folder / "out.npy"), kNumpyFile);
}

TEST(Npy, EveryDtypeComesBack) {
  const TemporaryFolder folder;
  for (const DType dtype : {DType::kF64, DType::kF32, DType::kF16, DType::kI64, DType::kI32, DType::kI16, DType::kI8,
                            DType::kU64, DType::kU32, DType::kU16, DType::kU8, DType::kBool}) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(6 * dtype_size(dtype)));
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 37 + 1);
    NpyWriter out(folder / "a.npy", dtype, {2});
    out.append_bytes(dtype, bytes);
    out.finish();
    const NpyArray array = read_npy(folder / "a.npy");
    EXPECT_EQ(array.dtype, dtype);
    EXPECT_EQ(array.shape, (std::vector<std::int64_t>{3, 2}));
    ASSERT_EQ(array.data.size(), std::ssize(bytes));
    EXPECT_EQ(std::memcmp(array.data.data(), bytes.data(), bytes.size()), 0);
  }
  EXPECT_FAILS(NpyWriter(folder / "b.npy", DType::kBF16, {2}), kInvalidArgument, "NumPy has no BF16");
  EXPECT_EQ(folder.count(), 1u);
}

TEST(Npy, StreamsRowsOfAnyNumberAndShape) {
  const TemporaryFolder folder;
  std::vector<float> values(3 * 384);
  std::iota(values.begin(), values.end(), 0.0F);
  {
    NpyWriter out(folder / "two.npy", DType::kF32, {384});
    for (int i = 0; i < 1000; ++i) out.append(std::span<const float>(values));
    out.finish();
  }
  const NpyArray two = read_npy(folder / "two.npy");
  EXPECT_EQ(two.shape, (std::vector<std::int64_t>{3000, 384}));
  EXPECT_EQ(two.as<float>()[2999 * 384], 768);
  EXPECT_EQ(file_bytes(folder / "two.npy").size(), 128u + 3000 * 384 * 4);
  {
    NpyWriter out(folder / "one.npy", DType::kI64, {});
    out.append(std::span<const std::int64_t>(std::vector<std::int64_t>{5, 6}));
    out.append(std::span<const std::int64_t>(std::vector<std::int64_t>{7}));
    out.finish();
  }
  EXPECT_EQ(read_npy(folder / "one.npy").shape, (std::vector<std::int64_t>{3}));
  EXPECT_EQ(read_npy(folder / "one.npy").as<std::int64_t>()[2], 7);
  {
    NpyWriter out(folder / "none.npy", DType::kF32, {384});
    out.finish();
  }
  EXPECT_EQ(read_npy(folder / "none.npy").shape, (std::vector<std::int64_t>{0, 384}));
}

TEST(Npy, TheHeaderHasRoomForAnyRowCount) {
  std::vector<std::int64_t> none = {0}, most = {std::numeric_limits<std::int64_t>::max()};
  for (std::int64_t cols = 1; none.size() < 40; cols = cols * 10 % 999'999'937) {
    EXPECT_EQ(npy_header(DType::kF32, none).size(), npy_header(DType::kF32, most).size()) << none.size();
    EXPECT_EQ(npy_header(DType::kF32, none).size() % 64, 0u);
    none.push_back(cols);
    most.push_back(cols);
  }
}

TEST(Npy, OneExtentIsATupleToo) {
  EXPECT_TRUE(npy_header(DType::kF32, std::vector<std::int64_t>{5}).find("'shape': (5,), }") != std::string::npos);
  EXPECT_TRUE(npy_header(DType::kF32, std::vector<std::int64_t>{5, 2}).find("'shape': (5, 2), }") != std::string::npos);
}

TEST(Npy, ChecksRowsAndDtypes) {
  const TemporaryFolder folder;
  NpyWriter out(folder / "a.npy", DType::kF32, {3}, 2);
  const std::vector<float> row = {1, 2, 3};
  EXPECT_FAILS(out.append(std::span<const float>(row).first(2)), kInvalidArgument,
               "expected whole rows of 12 bytes, found 8");
  EXPECT_FAILS(out.append(std::span<const double>(std::vector<double>(3))), kInvalidArgument,
               "expected elements of F32, found F64");
  out.append(std::span<const float>(row));
  EXPECT_FAILS(out.finish(), kInvalidArgument, "expected 2 rows, found 1");
  out.append(std::span<const float>(row));
  out.finish();
  EXPECT_EQ(read_npy(folder / "a.npy").shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_FAILS(NpyWriter(folder / "b.npy", DType::kF32, {-1}), kInvalidArgument, "0 or more");
  EXPECT_FAILS(NpyWriter(folder / "b.npy", DType::kF32, {0}), kInvalidArgument, "cannot be counted");
}

TEST(Npy, APipeNeedsTheRowCountInAdvance) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::string path = "/dev/fd/" + std::to_string(ends[1]);
  EXPECT_FAILS(NpyWriter(path, DType::kF32, {3}), kInvalidArgument, "cannot seek");
  NpyWriter out(path, DType::kF32, {3}, 1);
  out.append(std::span<const float>(std::vector<float>{1, -2.5F, 3}));
  out.finish();
  std::string bytes(1000, '\0');
  bytes.resize(static_cast<std::size_t>(::read(ends[0], bytes.data(), bytes.size())));
  EXPECT_EQ(bytes, kNumpyFile);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Npy, AFullDiskIsAnError) {
  const auto write = [] {
    NpyWriter out("/dev/full", DType::kF32, {3});
    out.append(std::span<const float>(std::vector<float>{1, 2, 3}));
    out.finish();
  };
  EXPECT_FAILS(write(), kIo, "No space left on device");
}

TEST(Npy, ReadsOtherVersionsScalarsAndLooseSpacing) {
  const std::string_view four("\0\0\x80?", 4);
  EXPECT_EQ(parse(npy("{'descr':'<f4','fortran_order':False,'shape':()}", four, 2)).size(), 1);
  EXPECT_EQ(parse(npy("{ \"shape\": (1L,) ,'descr' : '<f4', 'fortran_order': False}\n", four, 3)).shape.size(), 1u);
  EXPECT_EQ(parse(npy("{'descr': '<i1', 'fortran_order': False, 'shape': (2, 2), }", four)).dtype, DType::kI8);
}

TEST(Npy, RefusesWhatItCannotRead) {
  const std::string_view four("\0\0\0\0", 4);
  const auto with = [&](std::string_view descr, std::string_view order, std::string_view shape) {
    return parse(npy(concat("{'descr': ", descr, ", 'fortran_order': ", order, ", 'shape': ", shape, ", }"), four));
  };
  EXPECT_NO_THROW(with("'<f4'", "False", "(1,)"));
  EXPECT_FAILS(with("'<f4'", "True", "(1,)"), kUnsupported, "Fortran order");
  EXPECT_FAILS(with("'>f4'", "False", "(1,)"), kUnsupported, "big-endian");
  EXPECT_FAILS(with("'|O'", "False", "(1,)"), kUnsupported, "pickle and is never executed");
  EXPECT_FAILS(with("'<U1'", "False", "(1,)"), kUnsupported, "dtype '<U1'");
  EXPECT_FAILS(with("[('x', '<f4')]", "False", "(1,)"), kUnsupported, "structured");
  EXPECT_FAILS(with("'<f4'", "Maybe", "(1,)"), kCorrupt, "expected True or False");
  EXPECT_FAILS(with("'<f4'", "False", "(-1,)"), kCorrupt, "extents of 0 or more");
  EXPECT_FAILS(with("'<f4'", "False", "(99999999999999999999,)"), kCorrupt, "extents of 0 or more");
  EXPECT_FAILS(with("'<f4'", "False", "(4611686018427387904, 4)"), kCorrupt, "needs too many bytes, found 4");
  EXPECT_FAILS(with("'<f4'", "False", "(2,)"), kCorrupt, "shape (2,) of F32 needs 8 bytes, found 4");
  EXPECT_FAILS(with("'<f4'", "False", "(0,)"), kCorrupt, "needs 0 bytes, found 4");
  EXPECT_FAILS(with("'<f4'", "False", "(1,), 'x': 1"), kCorrupt, "found 'x'");
  EXPECT_FAILS(with("'<f4'", "False", "(1,), 'shape': (1,)"), kCorrupt, "each once");
  EXPECT_FAILS(parse(npy("{'descr': '<f4'}", four)), kCorrupt, "each once");
  EXPECT_FAILS(parse(npy("{'descr': '<f4", four)), kCorrupt, "a string does not end");
  EXPECT_FAILS(parse("PK\3\4 something else"), kCorrupt, "not a .npy file");
  EXPECT_FAILS(parse(npy("{}", "", 4)), kUnsupported, ".npy version 4.0");
  EXPECT_FAILS(read_npy("/nonexistent/a.npy"), kNotFound, "no such file");
}

TEST(Npy, TruncatedOrDamagedFilesAreRefusedOrRead) {
  for (std::size_t size = 0; size < kNumpyFile.size(); ++size) {
    EXPECT_EQ(test::error_of([&] { parse(kNumpyFile.substr(0, size)); }).code(), ErrorCode::kCorrupt) << size;
  }
  for (std::size_t at = 0; at < 80; ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string bytes = kNumpyFile;
      bytes[at] = static_cast<char>(byte);
      try {
        parse(bytes);
      } catch (const Error&) {
      }
    }
  }
}

}  // namespace
}  // namespace sememe
