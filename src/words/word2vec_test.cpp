#include "sememe/word2vec.h"

#include <gtest/gtest.h>

#include <cstring>

#include "io/test_files.h"
#include "words/local_rows.h"
#include "words/noise.h"

namespace sememe::test {
namespace {

/// Sentences of words from one of two groups, a0 to a19 and b0 to b19.
std::string two_topics(std::int64_t sentences) {
  std::string text;
  RandomStream random(3, 0);
  for (std::int64_t i = 0; i < sentences; ++i) {
    const char group = random.below(2) == 0 ? 'a' : 'b';
    for (int j = 0; j < 12; ++j) text.append(1, group).append(std::to_string(random.below(20))).append(" ");
    text.append("\n");
  }
  return text;
}

class Word2Vec : public testing::Test {
 protected:
  WordVectors train(const std::string& text, const Word2VecOptions& options, const WordTrainingProgress& progress = {},
                    Word2VecReport* report = nullptr) const {
    const std::filesystem::path corpus[] = {folder_.add("corpus", text)};
    return train_word2vec(corpus, options, progress, report);
  }
  static std::string bytes_of(const WordVectors& vectors) {
    std::string out;
    for (std::int64_t i = 0; i < vectors.size(); ++i) {
      const std::span<const float> row = vectors.vectors().row_span(i);
      out.append(vectors.word(i)).append(reinterpret_cast<const char*>(row.data()), row.size_bytes());
    }
    return out;
  }
  TemporaryFolder folder_;
};

TEST_F(Word2Vec, WordsOfOneTopicComeClose) {
  for (const auto architecture : {Word2VecArchitecture::kSkipGram, Word2VecArchitecture::kCbow}) {
    for (const bool hogwild : {false, true}) {
      const WordVectors vectors = train(two_topics(1500), {.architecture = architecture,
                                                           .dim = 20,
                                                           .sample = 0,
                                                           .epochs = 5,
                                                           .lr = 0.05,
                                                           .threads = 1,
                                                           .hogwild = hogwild});
      EXPECT_EQ(vectors.size(), 40);
      for (const std::string word : {"a3", "b7"})
        for (const ScoredWord& answer : vectors.closest({{word}, {}}, 19))
          EXPECT_EQ(vectors.word(answer.id)[0], word[0]) << word << ' ' << vectors.word(answer.id);
    }
  }
}

TEST_F(Word2Vec, TheBytesDoNotDependOnThreadsButOnTheSeed) {
  const std::string text = two_topics(1200);
  for (const auto architecture : {Word2VecArchitecture::kSkipGram, Word2VecArchitecture::kCbow}) {
    const auto bytes = [&](int threads, std::uint64_t seed) {
      return bytes_of(
          train(text, {.architecture = architecture, .dim = 17, .epochs = 2, .seed = seed, .threads = threads}));
    };
    const std::string expected = bytes(1, 1);
    for (const int threads : {2, 3, 4, 7}) EXPECT_EQ(bytes(threads, 1), expected) << threads;
    EXPECT_NE(bytes(1, 2), expected);
  }
}

TEST_F(Word2Vec, VocabularyIsOrderedByCountThenBytesAndCutAtMinCount) {
  Word2VecReport report;
  const WordVectors vectors = train("b \xFF\tc b  \xFF\r\nd b a a\n" + std::string(300, 'x') + "\n",
                                    {.dim = 2, .min_count = 2, .epochs = 1}, {}, &report);
  EXPECT_EQ(vectors.size(), 3);
  EXPECT_EQ(vectors.word(0), "b");
  EXPECT_EQ(vectors.word(1), "a");
  EXPECT_EQ(vectors.word(2), "\xFF");
  EXPECT_EQ(report.words, 9);  // the long one is none
  EXPECT_EQ(report.known_words, 7);
}

TEST_F(Word2Vec, SmallAndOddCorporaGiveVectorsOrErrors) {
  EXPECT_EQ(train("one", {.min_count = 1}).size(), 1);
  EXPECT_EQ(train("one two", {.min_count = 1}).size(), 2);
  EXPECT_FAILS(train("", {}), kInvalidArgument, "no word of the corpus occurs 5 times; it has 0 words");
  EXPECT_FAILS(train("\n\n \n", {}), kInvalidArgument, "it has 0 words");
  EXPECT_FAILS(train("a b c a", {.min_count = 3}), kInvalidArgument,
               "it has 4 words, 3 different ones; a lower min_count keeps more");
  EXPECT_FAILS(train_word2vec({}, {}), kInvalidArgument, "no corpus");
  const std::filesystem::path input[] = {"-"}, absent[] = {folder_ / "absent"};
  EXPECT_FAILS(train_word2vec(input, {}), kInvalidArgument, "standard input");
  EXPECT_FAILS(train_word2vec(absent, {}), kNotFound, "absent");
}

TEST_F(Word2Vec, OptionsOutOfRangeAreNamed) {
  EXPECT_FAILS(train("a", {.dim = 0}), kInvalidArgument, "dim is 0; expected 1 to 65536");
  EXPECT_FAILS(train("a", {.window = 1001}), kInvalidArgument, "window is 1001");
  EXPECT_FAILS(train("a", {.negative = 0}), kInvalidArgument, "negative is 0");
  EXPECT_FAILS(train("a", {.min_count = 0}), kInvalidArgument, "min_count is 0");
  EXPECT_FAILS(train("a", {.sample = std::nan("")}), kInvalidArgument, "sample is nan");
  EXPECT_FAILS(train("a", {.epochs = 0}), kInvalidArgument, "epochs is 0");
  EXPECT_FAILS(train("a", {.lr = -1}), kInvalidArgument, "lr is -1");
  EXPECT_FAILS(train("a", {.cooldown = 0}), kInvalidArgument, "cooldown is 0; expected more than 0, at most 1");
  EXPECT_FAILS(train("a", {.cooldown = std::nan("")}), kInvalidArgument, "cooldown is nan");
  EXPECT_FAILS(train("a", {.cooldown = 1.5}), kInvalidArgument, "cooldown is 1.5");
}

TEST_F(Word2Vec, ProgressEndsAtAllWordsAndMayEndTheTraining) {
  std::int64_t last = 0, of = 0;
  train(two_topics(500), {.dim = 4, .epochs = 2}, [&](std::string_view stage, std::int64_t done, std::int64_t total) {
    if (stage != "training") return;
    EXPECT_GT(done, last);
    last = done;
    of = total;
  });
  EXPECT_EQ(last, 2 * 500 * 12);
  EXPECT_EQ(of, last);
  EXPECT_THROW(train(two_topics(500), {.dim = 4}, [](auto, auto, auto) { throw std::runtime_error("stop"); }),
               std::runtime_error);
}

TEST(NoiseWords, AreDrawnByTheirCountsToThePowerOfThreeQuarters) {
  const NoiseWords noise({1600, 160, 1});
  RandomStream random(1, 2);
  double drawn[3] = {};
  constexpr int kDraws = 200000;
  for (int i = 0; i < kDraws; ++i) ++drawn[noise.draw(random)];
  const double weights[] = {std::pow(1600, 0.75), std::pow(160, 0.75), 1};
  const double sum = weights[0] + weights[1] + weights[2];
  for (int i = 0; i < 3; ++i) {  // within five standard deviations
    const double p = weights[i] / sum;
    EXPECT_NEAR(drawn[i] / kDraws, p, 5 * std::sqrt(p / kDraws));
  }
}

TEST(LocalRows, RareChangesAddUpAndFrequentOnesAreAveraged) {
  for (const std::int32_t uses : {1, 1000000}) {
    SharedRows shared(2, 2, 16);
    for (std::int64_t i = 0; i < shared.rows; ++i) std::fill_n(shared.row(i), shared.stride, 1.0f);
    std::vector<LocalRows> blocks;
    for (int i = 0; i < 2; ++i) blocks.emplace_back(shared);
    blocks[0].row(1, uses)[0] += 2;
    blocks[1].row(1, uses)[0] += 4;
    blocks[1].row(2, 1)[0] = 9;
    for (LocalRows& block : blocks) block.finish_block();
    ThreadPool pool(2);
    merge_rows(shared, blocks, 1e-4, pool);
    EXPECT_NEAR(shared.row(1)[0], uses == 1 ? 1 + 6 : 1 + 3, 0.1);
    EXPECT_EQ(shared.row(2)[0], 9);
    EXPECT_EQ(shared.row(0)[0], 1);
    EXPECT_EQ(blocks[0].row(1, 1)[0], shared.row(1)[0]);  // copied anew
  }
}

}  // namespace
}  // namespace sememe::test
