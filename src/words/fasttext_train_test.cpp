#include <gtest/gtest.h>

#include <cmath>

#include "io/test_files.h"
#include "sememe/fasttext.h"
#include "words/noise.h"

namespace sememe::test {
namespace {

/// Lines of words from one of two groups, with a label of the group.
std::string labelled(std::int64_t lines, std::string_view label = "__label__") {
  std::string text;
  RandomStream random(3, 0);
  for (std::int64_t i = 0; i < lines; ++i) {
    const char group = random.below(2) == 0 ? 'a' : 'b';
    text.append(label).append(1, group);
    for (int j = 0; j < 8; ++j) text.append(1, ' ').append(1, group).append(std::to_string(random.below(20)));
    text.append("\n");
  }
  return text;
}

class FastTextTraining : public testing::Test {
 protected:
  FastText train(const std::string& text, const FastTextOptions& options) const {
    const std::filesystem::path corpus[] = {folder_.add("corpus", text)};
    return FastText::train(corpus, options);
  }
  std::string bytes_of(const FastText& model) const {
    model.save(folder_ / "model");
    return file_bytes(folder_ / "model");
  }
  TemporaryFolder folder_;
};

FastTextOptions small_words() {
  return {.dim = 20, .min_count = 1, .sample = 0, .epochs = 10, .lr = 0.1, .cooldown = 1, .buckets = 500, .threads = 1};
}
FastTextOptions small_labels() {
  FastTextOptions options = FastTextOptions::supervised();
  options.dim = 10;
  options.lr = 0.5;
  options.epochs = 10;
  options.buckets = 1000;
  options.threads = 1;
  return options;
}

TEST_F(FastTextTraining, WordsOfOneTopicComeCloseAndSoDoUnknownOnesOfTheirNgrams) {
  for (const auto kind : {FastTextModelKind::kSkipGram, FastTextModelKind::kCbow}) {
    for (const auto loss : {FastTextLoss::kNegativeSampling, FastTextLoss::kHierarchicalSoftmax}) {
      for (const bool hogwild : {false, true}) {
        FastTextOptions options = small_words();
        options.kind = kind;
        options.loss = loss;
        options.hogwild = hogwild;
        options.max_length = 3;
        options.min_length = 2;
        train(labelled(1200), options).save(folder_ / "m.bin");
        const WordVectors vectors = WordVectors::load(folder_ / "m.bin");
        EXPECT_TRUE(vectors.find("</s>"));
        for (const std::string word : {"a3", "b7", "a33"}) {
          std::int64_t same = 0;
          for (const ScoredWord& answer : vectors.closest({{word}, {}}, 15))
            same += vectors.word(answer.id)[0] == word[0];
          EXPECT_GE(same, word == "a33" ? 9 : 13)
              << word << ' ' << static_cast<int>(kind) << static_cast<int>(loss) << hogwild;
        }
      }
    }
  }
}

// In the order of the file the last thing learnt would be that every line is of b.
TEST_F(FastTextTraining, LinesAreLearntInAnOrderByChance) {
  std::string all;
  for (const char group : {'a', 'b'})
    for (int i = 0; i < 300; ++i)
      all.append("__label__")
          .append(1, group)
          .append(" both ")
          .append(1, group)
          .append(std::to_string(i % 7))
          .append("\n");
  FastTextOptions options = small_labels();
  options.epochs = 1;
  const FastText model = train(all, options);
  EXPECT_GT(model.test(folder_.add("lines", all)).precision, 0.95);
}

TEST_F(FastTextTraining, TheRateOfClassesFallsInTheLastPartOfTheTraining) {
  FastTextOptions options = small_labels();
  options.lr = 0.2;
  options.epochs = 2;
  const auto probability = [&](double cooldown) {
    options.cooldown = cooldown;
    return train(labelled(300), options).predict("a1 a2 a3", 1, 0)[0].score;
  };
  EXPECT_GT(probability(0.1), probability(1) + 0.02f);  // which learns half as much
  EXPECT_EQ(probability(0), probability(0.5));
}

TEST_F(FastTextTraining, TheBytesDoNotDependOnThreadsButOnTheSeed) {
  const std::string text = labelled(1500);
  FastTextOptions cbow = small_words();
  cbow.kind = FastTextModelKind::kCbow;
  for (FastTextOptions options : {small_words(), cbow, small_labels()}) {
    options.epochs = 2;
    options.word_ngrams = 2;
    const auto bytes = [&](int threads, std::uint64_t seed) {
      options.threads = threads;
      options.seed = seed;
      return bytes_of(train(text, options));
    };
    const std::string expected = bytes(1, 1);
    for (const int threads : {2, 3, 4}) EXPECT_EQ(bytes(threads, 1), expected) << threads;
    EXPECT_NE(bytes(1, 2), expected);
  }
}

TEST_F(FastTextTraining, WordsThatAreNearlyTheSameNgramsStayInTheRangeOfAFloat) {
  std::string text;
  RandomStream random(3, 0);
  for (int i = 0; i < 12000; ++i)
    text.append("internationalisationsprozess")
        .append(std::to_string(random.below(900)))
        .append(1, " \n"[i % 12 == 11]);
  for (const auto kind : {FastTextModelKind::kSkipGram, FastTextModelKind::kCbow}) {
    FastTextOptions options = small_words();
    options.kind = kind;
    options.epochs = 3;
    const WordVectors vectors = train(text, options).vectors();  // which fails otherwise
    EXPECT_LT(std::abs(vectors.vectors().row(5)[0]), 10.0f) << static_cast<int>(kind);
  }
}

TEST_F(FastTextTraining, WhatIsSavedIsWhatWasTrained) {
  const FastText model = train(labelled(50), small_words());
  const std::string bytes = bytes_of(model);
  const WordVectors vectors = WordVectors::load(folder_ / "model"), direct = model.vectors();
  ASSERT_EQ(vectors.size(), direct.size());
  EXPECT_EQ(vectors.word(0), direct.word(0));
  for (std::int64_t i = 0; i < vectors.size(); ++i)
    for (std::int64_t j = 0; j < vectors.dim(); ++j)
      EXPECT_NEAR(vectors.vectors().row(i)[j], direct.vectors().row(i)[j], 1e-7);
  EXPECT_EQ(bytes_of(FastText::load(folder_ / "model")), bytes);
}

TEST_F(FastTextTraining, EveryLossTellsTheLabels) {
  for (const auto loss : {FastTextLoss::kSoftmax, FastTextLoss::kHierarchicalSoftmax, FastTextLoss::kOneVsAll,
                          FastTextLoss::kNegativeSampling}) {
    FastTextOptions options = small_labels();
    options.loss = loss;
    const FastText model = train(labelled(600), options);
    EXPECT_EQ(model.labels().size(), 2u);
    const std::vector<LabelScore> both = model.predict("a1 a2 a3", 5);
    ASSERT_EQ(both.size(), 2u) << static_cast<int>(loss);
    EXPECT_EQ(both[0].label, "__label__a") << static_cast<int>(loss);
    EXPECT_GT(both[0].score, 0.9f);
    EXPECT_LT(both[1].score, 0.1f);
    EXPECT_EQ(model.predict("b9 b8 b1", 1)[0].label, "__label__b");
    EXPECT_EQ(model.predict("a1 a2 a3", 5, 0.5f).size(), 1u);
    const LabelScores scores = model.test(folder_.add("test", labelled(100)));
    EXPECT_EQ(scores.lines, 100);
    EXPECT_GE(scores.precision, 0.99);
    EXPECT_GE(scores.recall, 0.99);
  }
}

TEST_F(FastTextTraining, WordNgramsTellOrder) {
  std::string text;
  for (int i = 0; i < 300; ++i) text.append(i % 2 == 0 ? "__label__x p q\n" : "__label__y q p\n");
  FastTextOptions options = small_labels();
  options.word_ngrams = 2;
  options.epochs = 30;
  const FastText model = train(text, options);
  EXPECT_EQ(model.predict("p q")[0].label, "__label__x");
  EXPECT_EQ(model.predict("q p")[0].label, "__label__y");
}

TEST_F(FastTextTraining, QuantisedModelsTellTheSameLabelsInFewerBytes) {
  FastTextOptions options = small_labels();
  options.word_ngrams = 2;
  const FastText model = train(labelled(600), options);
  const std::size_t whole = bytes_of(model).size();
  const std::filesystem::path corpus = folder_ / "corpus";
  for (const FastTextQuantizeOptions& how :
       {FastTextQuantizeOptions{}, FastTextQuantizeOptions{.part = 3, .norms = true},
        FastTextQuantizeOptions{.cutoff = 300},
        FastTextQuantizeOptions{.norms = true, .cutoff = 300, .retrain = {corpus}}}) {
    const FastText small = model.quantize(how);
    EXPECT_TRUE(small.quantized());
    const std::string bytes = bytes_of(small);
    EXPECT_LT(bytes.size(), whole);
    const FastText back = FastText::load(folder_ / "model");
    EXPECT_EQ(bytes_of(back), bytes);
    EXPECT_GE(back.test(corpus).precision, 0.99);
    EXPECT_EQ(back.predict("a1 a2")[0].score, small.predict("a1 a2")[0].score);
    for (std::size_t size = 4; size < bytes.size(); size += 37) {
      const Error error = error_of([&] { FastText::load(folder_.add("cut", bytes.substr(0, size))); });
      EXPECT_EQ(error.code(), ErrorCode::kCorrupt) << size << ": " << error.what();
    }
  }
  EXPECT_FAILS(model.quantize({.cutoff = 100}), kInvalidArgument, "has 100 rows; expected 256");
  EXPECT_FAILS(model.quantize({.output = true}), kInvalidArgument, "the output matrix has 2 rows");
  EXPECT_FAILS(model.quantize({.retrain = {corpus}}), kInvalidArgument, "give one below");
  EXPECT_FAILS(model.quantize().quantize(), kUnsupported, "only once");
}

TEST_F(FastTextTraining, DamagedQuantisedModelsAreRefusedOrReadButNeverCrash) {
  FastTextOptions options = small_labels();
  options.word_ngrams = 2;
  const std::string whole = bytes_of(train(labelled(200), options).quantize({.norms = true, .cutoff = 300}));
  const CounterRng rng(1, 0);
  for (std::uint64_t i = 0; i < 600; ++i) {
    std::string damaged = whole;
    const std::array<std::uint32_t, 4> random = rng.block(i);
    damaged[random[0] % damaged.size()] = static_cast<char>(random[1]);
    damaged[random[2] % 160] = static_cast<char>(random[3]);
    try {
      FastText::load(folder_.add("m", damaged)).predict("a1 b2 c3", 3);
    } catch (const Error&) {
    }
  }
}

TEST_F(FastTextTraining, WhatCannotBeTrainedIsNamed) {
  FastTextOptions labels = small_labels();
  EXPECT_FAILS(train("only words\n", labels), kInvalidArgument, "no label in the corpus");
  EXPECT_FAILS(train("", labels), kInvalidArgument, "no word of the corpus");
  labels.lr = 100;
  labels.epochs = 50;
  EXPECT_FAILS(train(labelled(200), labels), kInvalidArgument, "choose a lower lr");
  FastTextOptions words = small_words();
  words.loss = FastTextLoss::kSoftmax;
  EXPECT_FAILS(train("a b", words), kUnsupported, "negative sampling or hierarchical softmax");
  words.loss = FastTextLoss::kNegativeSampling;
  words.cooldown = 1.5;
  EXPECT_FAILS(train("a b", words), kInvalidArgument, "cooldown is 1.5; expected more than 0, at most 1");
  words.cooldown = 1;
  words.min_length = 7;
  EXPECT_FAILS(train("a b", words), kInvalidArgument, "min_length is 7; expected 0 to 6");
  EXPECT_FAILS(train("a b", small_words()).predict("a"), kUnsupported, "predicts no labels");
  EXPECT_FAILS(FastText::load(folder_.add("x", "a 1 2\n")), kUnsupported, "not a fastText model");
  EXPECT_EQ(train("__label__x a\n", small_labels()).predict("a", 7).size(), 1u);
  EXPECT_FAILS(train("__label__x a\n", small_labels()).predict("a", 0), kInvalidArgument, "found 0");
}

}  // namespace
}  // namespace sememe::test
