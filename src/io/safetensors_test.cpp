#include "io/safetensors.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/fail.h"
#include "base/rng.h"
#include "io/test_files.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

/// A safetensors file of this header text and data.
std::string file_of(std::string_view header, std::string_view data) {
  const std::uint64_t size = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &size, 8);
  return bytes.append(header).append(data);
}

std::string bytes_of(const auto& values) {
  return {reinterpret_cast<const char*>(std::data(values)), std::size(values) * sizeof(*std::data(values))};
}

/// Two tensors, "a" (2, 3) F32 and "b" (4) I16, at an odd offset in the file.
std::string valid_file() {
  const std::vector<float> a = {1, -2, 3.5F, 0, 1e-30F, -7};
  const std::vector<std::int16_t> b = {1, 2, 3, -4};
  return file_of(R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
                 R"("b":{"dtype":"I16","shape":[4],"data_offsets":[24,32]}} )",
                 bytes_of(a) + bytes_of(b));
}

class Safetensors : public testing::Test {
 protected:
  TensorStore open(std::string_view bytes) { return TensorStore::open(folder.add("m.safetensors", bytes)); }
  /// One tensor "t" with this entry, over `data_bytes` zeros.
  TensorStore open_entry(std::string_view entry, std::size_t data_bytes = 8) {
    return open(file_of(concat("{\"t\":", entry, "}"), std::string(data_bytes, '\0')));
  }
  TemporaryFolder folder;
};

TEST_F(Safetensors, BytesAreNumbersByTheScalesOfTheirRows) {
  const std::vector<float> scales = {0.5F, 2};
  const std::vector<std::int8_t> x = {1, -128, 127, 0, 5, -6};
  const auto bytes_file = [&](std::string_view shape, std::string_view extra) {
    return file_of(
        concat(R"({"x_scale":{"dtype":"F32","shape":)", shape,
               R"(,"data_offsets":[0,8]},"x":{"dtype":"I8","shape":[2,3],"data_offsets":[8,14]})", extra, "}"),
        bytes_of(scales) + bytes_of(x));
  };
  const TensorStore store = open(bytes_file("[2,1]", ""));
  ASSERT_EQ(store.tensors().size(), 1u);
  const Tensor& tensor = *store.find("x");
  EXPECT_TRUE(tensor.is_numbers());
  EXPECT_EQ(tensor.scales, scales);
  std::vector<float> all(6), part(3);
  copy_to_float(tensor, 0, all);
  EXPECT_EQ(all, (std::vector<float>{0.5F, -64, 63.5F, 0, 10, -12}));
  copy_to_float(tensor, 2, part);
  EXPECT_EQ(part, (std::vector<float>{63.5F, 0, 10}));
  EXPECT_FAILS(copy_to_float(tensor, 4, part), kInvalidArgument, "elements 4 to 7 of 6");

  EXPECT_FAILS(open(file_of(R"({"x_scale":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                            R"("x":{"dtype":"I8","shape":[2,3],"data_offsets":[4,10]}})",
                            std::string(10, '\0'))),
               kCorrupt, "expected a scale for each of the 2 rows of 'x'");
  // Bytes alone, and scales of something else, stay what they are.
  const TensorStore other = open(file_of(R"({"x":{"dtype":"I8","shape":[2],"data_offsets":[0,2]},)"
                                         R"("y_scale":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})",
                                         std::string(6, '\0')));
  EXPECT_EQ(other.tensors().size(), 2u);
  EXPECT_FALSE(other.find("x")->is_numbers());
}

TEST_F(Safetensors, ReadsTensorsWhereTheyStand) {
  const TensorStore store = open(valid_file());
  ASSERT_EQ(store.tensors().size(), 2u);
  const Tensor* const a = store.find("a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->dtype, DType::kF32);
  EXPECT_EQ(a->shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(a->size(), 6);
  EXPECT_EQ(*a->file, folder / "m.safetensors");
  std::vector<float> values(4);
  copy_to_float(*a, 1, values);
  EXPECT_EQ(values, (std::vector<float>{-2, 3.5F, 0, 1e-30F}));
  EXPECT_EQ(store.find("b")->data.size(), 8u);
  EXPECT_EQ(static_cast<int>(store.find("b")->data[0]), 1);
  EXPECT_EQ(store.find("c"), nullptr);
  EXPECT_EQ(store.metadata().at("format"), "pt");
  EXPECT_EQ(store.file_bytes(), std::ssize(valid_file()));
  store.release_pages(*a);
  copy_to_float(*a, 2, values);
  EXPECT_EQ(values[0], 3.5F);
}

TEST_F(Safetensors, WidensEveryFloatingDtype) {
  const float inf = std::numeric_limits<float>::infinity();
  const std::vector<std::uint16_t> half = {0x3C00, 0xC000, 0x0001, 0x83FF, 0x7BFF,
                                           0x7C00, 0xFC00, 0x0000, 0x8000, 0x0400};
  const std::vector<float> half_values = {1, -2, 0x1p-24F, -1023 * 0x1p-24F, 65504, inf, -inf, 0, -0.0F, 0x1p-14F};
  const std::vector<std::uint16_t> brain = {0x3F80, 0xC020, 0x0001, 0x7F80};
  const std::vector<float> brain_values = {1, -2.5F, 0x1p-133F, inf};
  const std::vector<double> wide = {0.1, -1e300, 1e-46, 16777217};
  const std::vector<float> wide_values = {0.1F, -inf, 0, 16777216};
  const TensorStore store = open(file_of(R"({"h":{"dtype":"F16","shape":[10],"data_offsets":[0,20]},)"
                                         R"("b":{"dtype":"BF16","shape":[4],"data_offsets":[20,28]},)"
                                         R"("d":{"dtype":"F64","shape":[2,2],"data_offsets":[28,60]}})",
                                         bytes_of(half) + bytes_of(brain) + bytes_of(wide)));
  const auto read = [&](std::string_view name) {
    std::vector<float> out(static_cast<std::size_t>(store.find(name)->size()));
    copy_to_float(*store.find(name), 0, out);
    return out;
  };
  EXPECT_EQ(read("h"), half_values);
  EXPECT_TRUE(std::signbit(read("h")[8]));
  EXPECT_EQ(read("b"), brain_values);
  EXPECT_EQ(read("d"), wide_values);
}

TEST(WidenToFloat, IsExactForEveryHalf) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    float got = 0;
    widen_to_float(DType::kF16, reinterpret_cast<const std::byte*>(&half), {&got, 1});
    const int exponent = static_cast<int>(bits >> 10 & 31), fraction = static_cast<int>(bits & 1023);
    const double sign = (bits & 0x8000) != 0 ? -1 : 1;
    if (exponent == 31 && fraction != 0) {
      ASSERT_TRUE(std::isnan(got)) << bits;
    } else {
      const double want = exponent == 31  ? std::numeric_limits<double>::infinity()
                          : exponent == 0 ? std::ldexp(fraction, -24)
                                          : std::ldexp(1024 + fraction, exponent - 25);
      ASSERT_EQ(got, sign * want) << bits;
      ASSERT_EQ(std::signbit(got), sign < 0) << bits;
    }
  }
}

TEST_F(Safetensors, CopyChecksDtypeAndRange) {
  const TensorStore store = open(valid_file());
  std::vector<float> out(3);
  EXPECT_FAILS(copy_to_float(*store.find("b"), 0, out), kInvalidArgument,
               "m.safetensors: tensor 'b': expected a floating-point dtype, found I16");
  EXPECT_NO_THROW(copy_to_float(*store.find("a"), 3, out));
  EXPECT_FAILS(copy_to_float(*store.find("a"), 4, out), kInvalidArgument, "elements 4 to 7 of 6");
  EXPECT_FAILS(copy_to_float(*store.find("a"), -1, out), kInvalidArgument, "elements -1 to 2 of 6");
}

TEST_F(Safetensors, EmptyTensorsAndScalarsAreLegal) {
  const TensorStore store = open(file_of(R"({"e":{"dtype":"F32","shape":[0,5],"data_offsets":[4,4]},)"
                                         R"("s":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)"
                                         R"("f":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
                                         bytes_of(std::vector<float>{2.5F})));
  EXPECT_EQ(store.find("e")->size(), 0);
  EXPECT_EQ(store.find("s")->size(), 1);
  copy_to_float(*store.find("e"), 0, {});
  EXPECT_TRUE(open(file_of("{}", "")).tensors().empty());
  EXPECT_TRUE(open(file_of(R"({"__metadata__":null})", "")).metadata().empty());
}

TEST_F(Safetensors, HeaderLongerThanFileIsCorrupt) {
  EXPECT_FAILS(open(""), kCorrupt, "m.safetensors: 0 bytes are too few");
  EXPECT_FAILS(open("1234567"), kCorrupt, "7 bytes are too few");
  EXPECT_FAILS(open(std::string("\x10\0\0\0\0\0\0\0{}", 10)), kCorrupt,
               "header length 16 is more than the file's 2 bytes");
  EXPECT_FAILS(open(std::string("\3\0\0\0\0\0\0\0{}", 10)), kCorrupt,
               "header length 3 is more than the file's 2 bytes");
  EXPECT_FAILS(open(std::string("\0\0\0\0\0\0\0\x80{}", 10)), kCorrupt,
               "header length 9223372036854775808 is over the limit");
  EXPECT_FAILS(open(std::string("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF{}", 10)), kCorrupt, "over the limit");
  EXPECT_FAILS(open(std::string(8, '\0')), kCorrupt, "expected '{' first, found nothing");
  EXPECT_FAILS(open(file_of(" {}", "")), kCorrupt, "expected '{' first, found ' '");
  EXPECT_FAILS(open(file_of("{]", "")), kCorrupt, "not JSON at byte 1");
  EXPECT_FAILS(open(file_of("{\"a\":1}", "")), kCorrupt, "m.safetensors: a: expected an object, found the integer 1");
}

TEST_F(Safetensors, MalformedEntriesNameTheTensor) {
  const char* const where = "m.safetensors: t";
  EXPECT_NO_THROW(open_entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})"));
  EXPECT_FAILS(open_entry(R"({"shape":[2],"data_offsets":[0,8]})"), kCorrupt, "m.safetensors: t.dtype is missing");
  EXPECT_FAILS(open_entry(R"({"dtype":"F32","data_offsets":[0,8]})"), kCorrupt, "m.safetensors: t.shape is missing");
  EXPECT_FAILS(open_entry(R"({"dtype":"F32","shape":[2]})"), kCorrupt, "m.safetensors: t.data_offsets is missing");
  EXPECT_FAILS(open_entry(R"({"dtype":"F31","shape":[2],"data_offsets":[0,8]})"), kCorrupt, "found 'F31'");
  EXPECT_FAILS(open_entry(R"({"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]})"), kUnsupported, "F8_E4M3");
  EXPECT_FAILS(open_entry(R"({"dtype":7,"shape":[2],"data_offsets":[0,8]})"), kCorrupt, "expected a string");
  EXPECT_FAILS(open_entry(R"({"dtype":"F32","shape":[2.0],"data_offsets":[0,8]})"), kCorrupt,
               "t.shape[0]: expected an integer");
  EXPECT_FAILS(open_entry(R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})"), kCorrupt, "found -2");
  EXPECT_FAILS(open_entry(R"({"dtype":"F32","shape":2,"data_offsets":[0,8]})"), kCorrupt, "expected an array");
  EXPECT_FAILS(open_entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8,8]})"), kCorrupt,
               "expected 2 offsets, found 3");
  EXPECT_FAILS(open_entry(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})"), kCorrupt, where);
  EXPECT_FAILS(open_entry(R"({"dtype":"F32","shape":[2],"data_offsets":[-8,0]})"), kCorrupt, where);
  EXPECT_FAILS(open_entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,"8"]})"), kCorrupt, "t.data_offsets[1]");
  EXPECT_FAILS(open_entry(R"({"dtype":"F32","shape":[3],"data_offsets":[0,8]})"), kCorrupt,
               "t: shape (3,) of F32 takes 12 bytes, data_offsets span 8");
  EXPECT_FAILS(open_entry(R"({"dtype":"F32","shape":[1],"data_offsets":[0,8]})"), kCorrupt,
               "t: shape (1,) of F32 takes 4 bytes, data_offsets span 8");
  EXPECT_FAILS(open_entry(R"({"dtype":"F32","shape":[4],"data_offsets":[0,16]})"), kCorrupt, "is it truncated?");
}

TEST_F(Safetensors, SizesThatOverflowAreCorrupt) {
  for (const char* const shape : {"[4611686018427387904,4]", "[4294967296,4294967296]", "[9223372036854775807,2]",
                                  "[0,9223372036854775807,9223372036854775807]", "[4611686018427387906]"}) {
    EXPECT_FAILS(open_entry(concat(R"({"dtype":"F32","shape":)", shape, R"(,"data_offsets":[0,8]})")), kCorrupt,
                 "too large");
  }
  EXPECT_FAILS(open_entry(R"({"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,8]})"), kCorrupt,
               "shape[0]");
  EXPECT_FAILS(open_entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775807]})"), kCorrupt,
               "truncated");
  EXPECT_FAILS(open_entry(R"({"dtype":"F32","shape":[2],"data_offsets":[9223372036854775800,9223372036854775807]})"),
               kCorrupt, "truncated");
}

TEST_F(Safetensors, TensorsFillTheDataExactlyOnce) {
  const auto two = [&](std::string_view first, std::string_view second, std::size_t bytes) {
    return open(file_of(concat(R"({"p":{"dtype":"U8","shape":[4],"data_offsets":)", first,
                               R"(},"q":{"dtype":"U8","shape":[4],"data_offsets":)", second, "}}"),
                        std::string(bytes, 'x')));
  };
  EXPECT_NO_THROW(two("[0,4]", "[4,8]", 8));
  EXPECT_NO_THROW(two("[4,8]", "[0,4]", 8));  // the order of names is free
  EXPECT_FAILS(two("[0,4]", "[3,7]", 7), kCorrupt, "tensors 'p' and 'q' overlap");
  EXPECT_FAILS(two("[0,4]", "[0,4]", 4), kCorrupt, "overlap");
  EXPECT_FAILS(two("[0,4]", "[5,9]", 9), kCorrupt, "1 bytes before tensor 'q' belong to no tensor");
  EXPECT_FAILS(two("[1,5]", "[5,9]", 9), kCorrupt, "1 bytes before tensor 'p'");
  EXPECT_FAILS(two("[0,4]", "[4,8]", 10), kCorrupt, "2 bytes after the last tensor's end");
  EXPECT_FAILS(open(file_of("{}", "x")), kCorrupt, "1 bytes after the last tensor's end");
}

TEST_F(Safetensors, DuplicateNamesAndBadMetadataAreCorrupt) {
  const char* const entry = R"({"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  EXPECT_FAILS(open(file_of(concat("{\"a\":", entry, ",\"a\":", entry, "}"), "")), kCorrupt,
               "the key 'a' stands twice");
  EXPECT_FAILS(open(file_of(R"({"__metadata__":{"a":1}})", "")), kCorrupt, "__metadata__.a: expected a string");
  EXPECT_FAILS(open(file_of(R"({"__metadata__":[]})", "")), kCorrupt, "__metadata__: expected an object");
}

TEST_F(Safetensors, EveryTruncationIsRefused) {
  const std::string whole = valid_file();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(test::error_of([&] { open(whole.substr(0, size)); }).code(), ErrorCode::kCorrupt) << size;
  }
}

TEST_F(Safetensors, DamagedBytesLoadOrAreRefused) {
  const std::string whole = valid_file();
  const CounterRng rng(7, 0);
  std::uint64_t drawn = 0;
  const auto below = [&](std::size_t bound) { return rng.below(drawn++, static_cast<std::uint32_t>(bound)); };
  int loaded = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string bytes = whole;
    const int flips = 1 + static_cast<int>(below(3));
    for (int i = 0; i < flips; ++i) bytes[below(bytes.size())] = static_cast<char>(below(256));
    try {
      const TensorStore store = open(bytes);
      for (const auto& [name, tensor] : store.tensors()) {
        std::vector<float> values(static_cast<std::size_t>(tensor.size()));
        if (is_floating(tensor.dtype)) copy_to_float(tensor, 0, values);
      }
      ++loaded;
    } catch (const Error&) {
    }
  }
  EXPECT_GT(loaded, 100);
  EXPECT_LT(loaded, 3900);
}

class ShardedSafetensors : public Safetensors {
 protected:
  void SetUp() override {
    folder.add("one.safetensors",
               file_of(R"({"__metadata__":{"n":"1"},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", "x"));
    folder.add("two.safetensors", file_of(R"({"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", "yz"));
  }
  TensorStore open_index(std::string_view weight_map) {
    folder.add("model.safetensors.index.json", concat("{\"metadata\":{},\"weight_map\":", weight_map, "}"));
    return TensorStore::open_folder(folder.path());
  }
};

TEST_F(ShardedSafetensors, JoinsTheShardsOfAnIndex) {
  const TensorStore store = open_index(R"({"b":"two.safetensors","a":"one.safetensors"})");
  EXPECT_EQ(store.tensors().size(), 2u);
  EXPECT_EQ(static_cast<char>(store.find("b")->data[1]), 'z');
  EXPECT_EQ(store.find("b")->file->filename(), "two.safetensors");
  EXPECT_EQ(store.files().size(), 2u);
  EXPECT_EQ(store.metadata().at("n"), "1");
  store.release_pages(*store.find("b"));
}

TEST_F(ShardedSafetensors, OneFileGoesBeforeAnIndex) {
  folder.add("model.safetensors", valid_file());
  EXPECT_EQ(open_index(R"({"a":"one.safetensors"})").files()[0].filename(), "model.safetensors");
}

TEST_F(ShardedSafetensors, NothingToOpenIsNotFound) {
  EXPECT_FAILS(TensorStore::open_folder(folder.path()), kNotFound,
               "no model.safetensors and no model.safetensors.index.json in");
  EXPECT_FAILS(TensorStore::open(folder / "none"), kNotFound, "no such file");
}

TEST_F(ShardedSafetensors, ABrokenIndexIsCorrupt) {
  EXPECT_FAILS(open_index(R"({"a":"two.safetensors"})"), kCorrupt,
               "model.safetensors.index.json: weight_map.a: there is no such tensor in");
  EXPECT_FAILS(open_index(R"({"a":"three.safetensors"})"), kNotFound, "three.safetensors, a shard that");
  EXPECT_FAILS(open_index("{}"), kCorrupt, "no tensors are listed");
  EXPECT_FAILS(open_index("[]"), kCorrupt, "weight_map: expected an object");
  EXPECT_FAILS(open_index(R"({"a":7})"), kCorrupt, "weight_map.a: expected a string");
}

TEST_F(ShardedSafetensors, ShardsStayInTheFolder) {
  for (const char* const name :
       {"/etc/passwd", "../one.safetensors", "x/../../one.safetensors", "..", "a\\\\b", "a\\u0000b", ""}) {
    EXPECT_FAILS(open_index(concat("{\"a\":\"", name, "\"}")), kCorrupt, "is not inside the model's folder");
  }
}

TEST(SafetensorsGolden, MalformedFilesAreRefused) {
  const std::optional<fs::path> data = test::test_data();
  if (!data) GTEST_SKIP() << "no shared test data";
  const fs::path folder = *data / "golden/malformed";
  const auto open = [&](const char* name) { return TensorStore::open_folder(folder / name); };
  EXPECT_FAILS(open("st-truncated"), kCorrupt, "is it truncated?");
  EXPECT_FAILS(open("st-header-length-huge"), kCorrupt, "header length 9223372036854775808");
  EXPECT_FAILS(open("st-overlap"), kCorrupt, "overlap");
  EXPECT_FAILS(open("st-duplicate-key"), kCorrupt, "stands twice");
  for (const char* const well_formed : {"st-shape-mismatch", "st-missing-tensor", "st-nan"}) {
    EXPECT_NO_THROW(open(well_formed)) << well_formed;  // what is wrong there is for the model to say
  }
}

TEST(SafetensorsGolden, EveryModelOpens) {
  const std::optional<fs::path> data = test::test_data();
  if (!data) GTEST_SKIP() << "no shared test data";
  int opened = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(*data / "golden/models")) {
    for (const char* const file : {"model.safetensors", "model.safetensors.index.json"}) {
      if (!fs::exists(entry.path() / file)) continue;
      EXPECT_FALSE(TensorStore::open_folder(entry.path()).tensors().empty()) << entry.path();
      ++opened;
    }
  }
  EXPECT_GT(opened, 10);
}

}  // namespace
}  // namespace sememe
