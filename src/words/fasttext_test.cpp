#include <gtest/gtest.h>

#include "base/rng.h"
#include "io/test_files.h"
#include "sememe/words.h"

namespace sememe::test {
namespace {

template <class T>
std::string bytes_of(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// A model file, part by part.
struct ModelFile {
  std::int32_t version = 12, dim = 2, model = 2, buckets = 3, min_length = 1, max_length = 2;
  std::vector<std::string> words = {"a", "bc"}, labels;
  std::int64_t pruned = -1, rows = -1;
  std::int8_t quantised = 0;
  float first = 1;  ///< of the matrix; each is one more than that before

  std::string bytes() const {
    std::string out = bytes_of(std::int32_t{793712314}) + bytes_of(version);
    for (const std::int32_t setting : {dim, 5, 5, 1, 5, 1, 2, model, buckets, min_length, max_length, 100})
      out += bytes_of(setting);
    out += bytes_of(1e-4);
    const auto n = static_cast<std::int32_t>(words.size()), l = static_cast<std::int32_t>(labels.size());
    out += bytes_of(n + l) + bytes_of(n) + bytes_of(l) + bytes_of(std::int64_t{10}) + bytes_of(pruned);
    for (const std::string& word : words) out += word + '\0' + bytes_of(std::int64_t{5}) + bytes_of(std::int8_t{0});
    for (const std::string& label : labels) out += label + '\0' + bytes_of(std::int64_t{5}) + bytes_of(std::int8_t{1});
    const std::int64_t matrix_rows = rows >= 0 ? rows : n + buckets;
    out += bytes_of(quantised) + bytes_of(matrix_rows) + bytes_of(std::int64_t{dim});
    for (int i = 0; i < matrix_rows * dim; ++i) out += bytes_of(first + static_cast<float>(i));
    const std::int32_t outputs = model == 3 ? l : n;
    out += bytes_of(std::int8_t{0}) + bytes_of(std::int64_t{outputs}) + bytes_of(std::int64_t{dim});
    return out + std::string(static_cast<std::size_t>(outputs * dim) * sizeof(float), '\0');
  }
};

class FastText : public testing::Test {
 protected:
  WordVectors load(const std::string& bytes) const { return WordVectors::load(folder_.add("m.bin", bytes)); }
  TemporaryFolder folder_;
};

TEST_F(FastText, WithoutNgramsVectorsAreTheRows) {
  const WordVectors vectors = load(ModelFile{.buckets = 0, .min_length = 0, .max_length = 0}.bytes());
  EXPECT_EQ(vectors.ngram_buckets(), 0);
  EXPECT_EQ(vectors.vectors().row(1)[1], 4);
  std::vector<float> out(2);
  EXPECT_FALSE(vectors.vector("zz", out));
}

TEST_F(FastText, VectorsAreMeansOfTheWordAndItsNgrams) {
  // All n-grams fall into the one bucket, (5, 6): of "<a>" they are "<a", "a" and "a>".
  const WordVectors vectors = load(ModelFile{.buckets = 1}.bytes());
  EXPECT_FLOAT_EQ(vectors.vectors().row(0)[0], (1 + 3 * 5) / 4.0f);
  EXPECT_FLOAT_EQ(vectors.vectors().row(0)[1], (2 + 3 * 6) / 4.0f);
  std::vector<float> out(2);
  EXPECT_TRUE(vectors.vector("zz", out));
  EXPECT_EQ(out, (std::vector<float>{5, 6}));
}

TEST_F(FastText, LabelsAreNoWords) {
  const WordVectors vectors = load(ModelFile{.model = 3, .labels = {"__label__x"}}.bytes());
  EXPECT_EQ(vectors.size(), 2);
  EXPECT_FALSE(vectors.find("__label__x"));
}

TEST_F(FastText, FilesCutOffAnywhereAreRefused) {
  const std::string whole = ModelFile{.labels = {"x"}}.bytes();
  load(whole);
  for (std::size_t size = 4; size < whole.size(); ++size) {
    const Error error = error_of([&] { load(whole.substr(0, size)); });
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt) << size << ": " << error.what();
  }
}

TEST_F(FastText, DamagedBytesAreRefusedOrReadButNeverCrash) {
  const std::string whole = ModelFile{}.bytes();
  const CounterRng rng(1, 0);
  for (std::uint64_t i = 0; i < 3000; ++i) {
    std::string damaged = whole;
    const std::array<std::uint32_t, 4> random = rng.block(i);
    damaged[random[0] % damaged.size()] = static_cast<char>(random[1]);
    if (random[2] % 2 == 0) damaged[random[2] / 2 % 120] = static_cast<char>(random[3]);
    try {
      const WordVectors vectors = load(damaged);
      std::vector<float> out(static_cast<std::size_t>(vectors.dim()));
      vectors.vector("unknown", out);
    } catch (const Error&) {
    }
  }
}

TEST_F(FastText, CountsThatDisagreeAreNamed) {
  EXPECT_FAILS(load(ModelFile{.rows = 4}.bytes()), kCorrupt, "a matrix of 4 x 2; expected 5 x 2");
  EXPECT_FAILS(load(ModelFile{.words = {"a", "a"}}.bytes()), kCorrupt, "the word 'a' stands twice");
  EXPECT_FAILS(load(ModelFile{.words = {}}.bytes()), kCorrupt, "0 words");
  EXPECT_FAILS(load(ModelFile{.version = 13}.bytes()), kUnsupported, "version 13");
  EXPECT_FAILS(load(ModelFile{.quantised = 1}.bytes()), kCorrupt, "expected 5 x 2");
  EXPECT_FAILS(load(ModelFile{.first = std::numeric_limits<float>::quiet_NaN()}.bytes()), kCorrupt,
               "not a finite number");
  EXPECT_FAILS(load(ModelFile{.dim = 0}.bytes()), kCorrupt, "no settings");
}

}  // namespace
}  // namespace sememe::test
