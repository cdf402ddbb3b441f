#include "sememe/word_corpus.h"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>
#include <string>

#include "io/test_files.h"
#include "io/utf8.h"
#include "words/corpus.h"
#include "words/noise.h"

namespace sememe::test {
namespace {

class WordCorpus : public testing::Test {
 protected:
  std::string prepare(const std::string& text, const PrepareOptions& options = {},
                      PreparedCorpus* report = nullptr) const {
    const std::filesystem::path corpus[] = {folder_.add("corpus", text)};
    const PreparedCorpus done = prepare_corpus(corpus, folder_ / "out", options);
    if (report != nullptr) *report = done;
    return file_bytes(folder_ / "out");
  }
  std::string phrases(const std::string& text, const PhraseOptions& options, PhraseReport* report = nullptr) const {
    const std::filesystem::path corpus[] = {folder_.add("corpus", text)};
    const PhraseReport done = join_phrases(corpus, folder_ / "out", options);
    if (report != nullptr) *report = done;
    return file_bytes(folder_ / "out");
  }
  static std::string golden(const std::string& name) {
    return file_bytes(std::filesystem::path(SEMEME_SOURCE_DIR) / "tests/golden/phrases" / name);
  }
  TemporaryFolder folder_;
};

TEST_F(WordCorpus, APieceIsOfWholeLinesOrAPartOfALongOne) {
  std::string text;
  for (int i = 0; text.size() < 300'000; ++i) text += "short line " + std::to_string(i) + "\n";
  for (int i = 0; text.size() < 9'000'000; ++i) text += "wörd" + std::to_string(i) + " ";  // one line
  text += "\nlast";
  for (const std::string& mark : {std::string(), std::string("\xEF\xBB\xBF")}) {
    const std::filesystem::path corpus[] = {folder_.add("corpus", mark + text)};
    std::string all;
    for_each_chunk(corpus, [&](std::span<const std::string_view> pieces, std::int64_t) {
      for (const std::string_view piece : pieces) {
        EXPECT_LE(piece.size(), std::size_t{1} << 20);
        all += piece;
        EXPECT_TRUE(is_blank(all.back()) || all.size() == text.size()) << all.size();
        if (all.size() < 300'000) {
          EXPECT_EQ(all.back(), '\n');
        }
      }
      return true;
    });
    EXPECT_TRUE(all == text);
  }
}

TEST_F(WordCorpus, ALongLineWithoutBlanksIsCutBetweenCharacters) {
  std::string text;
  while (text.size() < 5'000'000)
    text +=
        "\xE2\x82\xAC\xF0\x9F\x98\x80"
        "a";
  const std::filesystem::path corpus[] = {folder_.add("corpus", text)};
  std::string all;
  for_each_chunk(corpus, [&](std::span<const std::string_view> pieces, std::int64_t) {
    for (const std::string_view piece : pieces) {
      EXPECT_FALSE(find_invalid_utf8(piece));
      all += piece;
    }
    return true;
  });
  EXPECT_TRUE(all == text);
}

TEST_F(WordCorpus, AFingerprintTellsTheOrderOfPieces) {
  const auto piece = [](const std::string& line) {
    std::string text;
    while (text.size() < (std::size_t{64} << 10)) text += line + "\n";
    return text;
  };
  const std::string a = piece("one line of some words"), b = piece("another line of other words");
  ThreadPool pool(2);
  const auto fingerprint = [&](const std::string& text) {
    const std::filesystem::path corpus[] = {folder_.add("corpus", text)};
    return count_corpus(corpus, {}, pool, {}).fingerprint;
  };
  EXPECT_EQ(fingerprint(a + b), fingerprint(a + b));
  EXPECT_NE(fingerprint(a + b), fingerprint(b + a));
  EXPECT_NE(fingerprint(a + a), fingerprint(b + b));
}

TEST_F(WordCorpus, WordsAreRunsOfLettersAndDigitsInLowerCase) {
  PreparedCorpus done;
  EXPECT_EQ(prepare("The  Cat's 2nd-best (life)\n\n ... \nlast_one", {}, &done), "the cat s 2nd best life\nlast one\n");
  EXPECT_EQ(done.lines, 2);
  EXPECT_EQ(done.words, 8);
  EXPECT_EQ(done.broken_lines, 0);
  EXPECT_EQ(prepare("The Cat", {.keep_case = true}), "The Cat\n");
  EXPECT_EQ(prepare("\n \n"), "");
}

TEST_F(WordCorpus, UnicodeIsPythons) {
  EXPECT_EQ(prepare("\u00C9cole \u00DCBER na\u00EFve \u4E2D\u6587 \u0661\u0662 x\u00B2 \u00BD"),
            "\u00E9cole \u00FCber na\u00EFve \u4E2D\u6587 \u0661\u0662 x\u00B2 \u00BD\n");
  EXPECT_EQ(prepare("\u0130stanbul"), "i stanbul\n");  // a dot above becomes a mark, which is no letter
  // Sigma is final after a letter and before none, whatever marks and points stand between.
  EXPECT_EQ(prepare("\u039F\u03A3 \u03A3\u039F \u03A3 \u039F\u03A3\u039F \u039F\u0301\u03A3. \u039F\u03A3.\u039F"),
            "\u03BF\u03C2 \u03C3\u03BF \u03C3 \u03BF\u03C3\u03BF \u03BF \u03C2 \u03BF\u03C3 \u03BF\n");
}

TEST_F(WordCorpus, WhatIsNotUtf8SeparatesWords) {
  PreparedCorpus done;
  EXPECT_EQ(prepare("a\xFF"
                    "b \xC3\nc\n\xE2\x82\n",
                    {}, &done),
            "a b\nc\n");
  EXPECT_EQ(done.broken_lines, 2);
  EXPECT_EQ(prepare(std::string("a\0b", 3)), "a b\n");
}

TEST_F(WordCorpus, PreparingEndsWithTheLineOfTheLastWord) {
  const std::string text = "a b\nc d e\nf\ng\n";
  EXPECT_EQ(prepare(text, {.max_words = 1}), "a b\n");
  EXPECT_EQ(prepare(text, {.max_words = 2}), "a b\n");
  EXPECT_EQ(prepare(text, {.max_words = 3}), "a b\nc d e\n");
  PreparedCorpus done;
  EXPECT_EQ(prepare(text, {.max_words = 6}, &done), "a b\nc d e\nf\n");
  EXPECT_EQ(done.words, 6);
  EXPECT_EQ(done.lines, 3);
  EXPECT_EQ(prepare(text, {.max_words = 100}), text);
}

TEST_F(WordCorpus, TheBytesDoNotDependOnThreads) {
  std::string text;
  RandomStream random(1, 0);
  for (int i = 0; i < 60000; ++i) {
    for (int j = 0; j < 8; ++j) text.append("W").append(std::to_string(random.below(3) * random.below(40))).append("-");
    text.append("\n");
  }
  const std::string one = prepare(text, {.threads = 1}), cut = prepare(text, {.max_words = 300001, .threads = 1});
  EXPECT_EQ(one.size(), text.size() - 60000);
  EXPECT_TRUE(one.starts_with(cut));
  const PhraseOptions some{.threshold = 0.008, .threads = 1}, list{.threshold = 0.008, .list = true, .threads = 1};
  const std::string joined = phrases(one, some), listed = phrases(one, list);
  EXPECT_TRUE(joined != one && joined.find('_') != std::string::npos);
  for (const int threads : {2, 5}) {
    EXPECT_TRUE(prepare(text, {.threads = threads}) == one);
    EXPECT_TRUE(prepare(text, {.max_words = 300001, .threads = threads}) == cut);
    EXPECT_TRUE(phrases(one, {.threshold = 0.008, .threads = threads}) == joined);
    EXPECT_TRUE(phrases(one, {.threshold = 0.008, .list = true, .threads = threads}) == listed);
  }
}

TEST_F(WordCorpus, PhrasesAreThoseOfGensim) {
  struct Case {
    std::string name, of;
    PhraseOptions options;
  };
  for (Case c : {Case{"default", "corpus", {.min_count = 2, .threshold = 10}},
                 Case{"npmi", "corpus", {.scoring = PhraseScoring::kNpmi, .min_count = 3, .threshold = 0.6}},
                 Case{"again", "default", {.min_count = 1, .threshold = 20}}}) {
    EXPECT_TRUE(phrases(golden(c.of + ".txt"), c.options) == golden(c.name + ".txt")) << c.name;
    c.options.list = true;
    std::istringstream found(phrases(golden(c.of + ".txt"), c.options)), expected(golden(c.name + ".tsv"));
    std::string phrase, other, score, of;
    std::int64_t count = 0;
    for (; expected >> other >> of; ++count) {
      ASSERT_TRUE(found >> phrase >> score) << c.name << ' ' << other;
      EXPECT_EQ(phrase, other);
      EXPECT_DOUBLE_EQ(std::stod(score), std::stod(of)) << phrase;
    }
    EXPECT_FALSE(found >> phrase) << phrase;
    EXPECT_GT(count, 100);
  }
}

TEST_F(WordCorpus, Word2PhraseCountsWordsOfTheCorpus) {
  // "a b" stands 4 times, a and b 4 times each, among 12 words: (4 - 1) / 4 / 4 * 12 = 2.25.
  const std::string text = "a b x\na b y\na b z\na b w\n";
  PhraseOptions options{.scoring = PhraseScoring::kWord2Phrase, .min_count = 1, .threshold = 2.25};
  PhraseReport report;
  EXPECT_EQ(phrases(text, options, &report), text);
  EXPECT_EQ(report.words, 12);
  EXPECT_EQ(report.entries, 6 + 5);
  options.threshold = 2.24;
  options.delimiter = "+";
  EXPECT_EQ(phrases(text, options, &report), "a+b x\na+b y\na+b z\na+b w\n");
  EXPECT_EQ(report.joined, 4);
  options.list = true;
  EXPECT_EQ(phrases(text, options), "a+b\t2.25\n");
  options.min_count = 5;  // of words, too
  options.threshold = -1000;
  EXPECT_EQ(phrases(text, options), "");
}

TEST_F(WordCorpus, AWordGoesIntoOnePairAndLinesStayLines) {
  EXPECT_EQ(phrases("a a a\n\na  a", {.min_count = 1, .threshold = -1e9}), "a_a a\n\na_a");
}

TEST_F(WordCorpus, WhatCannotBeDoneIsNamed) {
  EXPECT_FAILS(prepare_corpus({}, folder_ / "out"), kInvalidArgument, "no corpus");
  EXPECT_FAILS(prepare("a", {.max_words = -1}), kInvalidArgument, "max_words is -1");
  EXPECT_FAILS(phrases("", {}), kInvalidArgument, "the corpus has no word");
  EXPECT_FAILS(phrases("a b", {.min_count = 0}), kInvalidArgument, "min_count is 0");
  EXPECT_FAILS(phrases("a b", {.threshold = std::nan("")}), kInvalidArgument, "threshold is nan");
  EXPECT_FAILS(phrases("a b", {.delimiter = " "}), kInvalidArgument, "delimiter is ' '");
  const std::filesystem::path input[] = {"-"};
  EXPECT_FAILS(join_phrases(input, folder_ / "out"), kInvalidArgument, "standard input");
}

}  // namespace
}  // namespace sememe::test
