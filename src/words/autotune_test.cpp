#include <gtest/gtest.h>

#include <vector>

#include "io/test_files.h"
#include "sememe/fasttext.h"
#include "words/noise.h"

namespace sememe::test {
namespace {

/// Lines whose label is told by the order of two words, which single words do not show.
std::string ordered(std::int64_t lines, std::uint64_t seed) {
  std::string text;
  RandomStream random(seed, 0);
  for (std::int64_t i = 0; i < lines; ++i) {
    const bool first = random.below(3) > 0;
    text.append(first ? "__label__x p q" : "__label__y q p").append(" w").append(std::to_string(random.below(30)));
    text.append("\n");
  }
  return text;
}

class Autotune : public testing::Test {
 protected:
  static FastTextOptions options() {
    FastTextOptions o = FastTextOptions::supervised();
    o.dim = 8;
    o.buckets = 20000;
    o.seed = 3;
    o.threads = 1;
    return o;
  }
  AutotuneOptions how(std::int64_t trials) const {
    return {.validation = validation_, .trials = trials, .fixed = {"dim", "buckets"}};
  }
  std::string bytes_of(const FastText& model) const {
    model.save(folder_ / "model");
    return file_bytes(folder_ / "model");
  }
  TemporaryFolder folder_;
  const std::vector<std::filesystem::path> corpus_ = {folder_.add("train", ordered(300, 1))};
  const std::filesystem::path validation_ = folder_.add("valid", ordered(100, 2));
};

TEST_F(Autotune, FindsOptionsThatAreBetterAndToldExactly) {
  std::vector<AutotuneTrial> trials;
  AutotuneTrial best;
  const auto tried = [&](const AutotuneTrial& trial) {
    trials.push_back(trial);
    if (trial.best) best = trial;
  };
  const FastText model = FastText::autotune(corpus_, options(), how(30), tried);
  ASSERT_EQ(trials.size(), 30u);
  EXPECT_TRUE(trials[0].best);
  EXPECT_EQ(trials[0].options.epochs, options().epochs);
  EXPECT_LT(trials[0].f1, 0.9);
  EXPECT_GE(best.f1, 0.99);
  EXPECT_EQ(model.test(validation_).f1(), best.f1);
  EXPECT_EQ(bytes_of(FastText::train(corpus_, best.options)), bytes_of(model));
  for (const AutotuneTrial& trial : trials) {
    EXPECT_LE(trial.f1, best.f1);
    EXPECT_EQ(trial.options.dim, 8);
    EXPECT_EQ(trial.options.buckets, 20000);
  }
}

TEST_F(Autotune, ANumberOfTrialsGivesTheSameModelForAnyThreads) {
  const auto bytes = [&](int threads, std::uint64_t seed) {
    FastTextOptions o = options();
    o.threads = threads;
    o.seed = seed;
    return bytes_of(FastText::autotune(corpus_, o, how(5)));
  };
  const std::string expected = bytes(1, 3);
  EXPECT_EQ(bytes(3, 3), expected);
  EXPECT_NE(bytes(1, 4), expected);
}

TEST_F(Autotune, OneLabelMayBeWhatCounts) {
  AutotuneOptions of_y = how(1);
  of_y.label = "__label__y";
  double f1 = 0;
  const FastText model = FastText::autotune(corpus_, options(), of_y, [&](const AutotuneTrial& t) { f1 = t.f1; });
  EXPECT_EQ(f1, model.test(validation_, 1, 0, "__label__y").f1());
  const LabelScores x = model.test(validation_, 2, 0, "__label__x");
  EXPECT_EQ(x.recall, 1);  // both labels are told
  EXPECT_LT(x.precision, 1);
  EXPECT_EQ(model.test(validation_, 2).precision, 0.5);
  of_y.label = "__label__z";
  EXPECT_FAILS(FastText::autotune(corpus_, options(), of_y), kNotFound, "no label '__label__z'; it has 2");
}

TEST_F(Autotune, FilesAreNoLargerThanAsked) {
  for (const std::int64_t bytes : {14000, 20000, 10000000}) {
    AutotuneOptions small = how(2);
    small.model_bytes = bytes;
    FastTextOptions o = options();
    o.word_ngrams = 2;
    o.buckets = 3000;
    small.fixed.emplace_back("word_ngrams");
    const FastText model = FastText::autotune(corpus_, o, small);
    EXPECT_TRUE(model.quantized());
    const std::int64_t size = std::ssize(bytes_of(model));
    EXPECT_LE(size, bytes);
    EXPECT_TRUE(bytes > 100000 || size > bytes - 100) << size;
    EXPECT_GE(model.test(validation_).f1(), 0.5);
  }
  AutotuneOptions tiny = how(1);
  tiny.model_bytes = 10000;
  EXPECT_FAILS(FastText::autotune(corpus_, options(), tiny), kInvalidArgument, "10000 bytes hold");
}

TEST_F(Autotune, WithoutTrialsTimeEndsTheSearch) {
  AutotuneOptions none = how(0);
  none.seconds = 1e-9;
  EXPECT_FAILS(FastText::autotune(corpus_, options(), none), kInvalidArgument, "no trial ended within 1e-09 s");
  none.seconds = -1;
  EXPECT_FAILS(FastText::autotune(corpus_, options(), none), kInvalidArgument, "seconds is -1");
  none.seconds = 1;
  std::int64_t trials = 0;
  FastText::autotune(corpus_, options(), none, [&](const AutotuneTrial&) { ++trials; });
  EXPECT_GE(trials, 1);
  FastTextOptions words;
  EXPECT_FAILS(FastText::autotune(corpus_, words, how(1)), kUnsupported, "only classifiers");
}

}  // namespace
}  // namespace sememe::test
