#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "io/test_files.h"
#include "sememe/log.h"
#include "sememe/words.h"

namespace sememe::test {
namespace {

std::string floats(std::initializer_list<float> values) {
  return {reinterpret_cast<const char*>(std::data(values)), values.size() * sizeof(float)};
}

class WordFiles : public testing::Test {
 protected:
  WordVectors load(std::string_view bytes, const WordLoadOptions& options = {}) const {
    return WordVectors::load(folder_.add("v", bytes), options);
  }
  static std::vector<std::string> words_of(const WordVectors& vectors) {
    std::vector<std::string> out;
    for (std::int64_t i = 0; i < vectors.size(); ++i) out.emplace_back(vectors.word(i));
    return out;
  }
  static std::vector<float> row(const WordVectors& vectors, std::int64_t id) {
    const std::span<const float> row = vectors.vectors().row_span(id);
    return {row.begin(), row.end()};
  }
  /// The warnings that `call` logs, one a line.
  template <class Call>
  static std::string warnings_of(const Call& call) {
    std::string log;
    set_log_handler([&](LogLevel, std::string_view message) { log.append(message).append("\n"); });
    call();
    set_log_handler({});
    return log;
  }

  TemporaryFolder folder_;
};

TEST_F(WordFiles, TextMayHaveTabsCarriageReturnsAndNoLastLineEnd) {
  for (const std::string text :
       {"2 2\na 1 -2.5\nb 3e-1 +4\n", "2 2\r\na 1 -2.5 \r\nb 3e-1 +4", "2\t2\na\t1\t-2.5\nb 3e-1  4\n\n",
        "\xEF\xBB\xBF"
        "2 2\na 1 -2.5\nb 3e-1 4"}) {
    SCOPED_TRACE(text);
    const WordVectors vectors = load(text);
    EXPECT_EQ(vectors.format(), WordFormat::kText);
    EXPECT_EQ(words_of(vectors), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(row(vectors, 0), (std::vector<float>{1, -2.5f}));
    EXPECT_EQ(row(vectors, 1), (std::vector<float>{0.3f, 4}));
  }
}

TEST_F(WordFiles, NumbersTooSmallForAFloatAreZeroAndTooLargeOnesAreRefused) {
  EXPECT_EQ(row(load("a 1e-60 1e-400 -1e-39\n"), 0), (std::vector<float>{0, 0, -1e-39f}));
  EXPECT_FAILS(load("a 1e60 1\n"), kCorrupt, "v:1: '1e60' is not a finite number");
  EXPECT_FAILS(load("a 1 1e400\n"), kCorrupt, "is not a finite number");
  EXPECT_FAILS(load("a 1 1\nb nan 1\n"), kCorrupt, "v:2: 'nan' is not a finite number");
  EXPECT_FAILS(load("1 2\nb 1 -inf\n"), kCorrupt, "v:2: '-inf' is not a finite number");
}

TEST_F(WordFiles, WordsMayHoldSpacesButNotNumbersAtTheirEnd) {
  const WordVectors vectors = load("a 1 2\n. . . 3 4\nto me@x.org 5 6\n");
  EXPECT_EQ(words_of(vectors), (std::vector<std::string>{"a", ". . .", "to me@x.org"}));
  EXPECT_EQ(row(vectors, 1), (std::vector<float>{3, 4}));
  EXPECT_FAILS(load("2 2\na 1 2\nb 3 4 5\n"), kCorrupt, "v:3: expected a word and 2 numbers, found 4 fields");
}

TEST_F(WordFiles, LinesOfAnotherLengthAreNamed) {
  EXPECT_FAILS(load("a 1 2\nb 3\n"), kCorrupt, "v:2: expected a word and 2 numbers, found 2 fields");
  EXPECT_FAILS(load("a 1 2\n\nb 3 4\n"), kCorrupt, "v:2: expected a word and 2 numbers, found 0 fields");
  EXPECT_FAILS(load("a 1 2\nb 3 x\n"), kCorrupt, "v:2: expected a number, found 'x'");
}

TEST_F(WordFiles, CountsMustBeRight) {
  EXPECT_FAILS(load("3 2\na 1 2\nbbbb 3 4\n"), kCorrupt, "promises 3 words, but the file ends after 2");
  EXPECT_FAILS(load("1 2\na 1 2\nb 3 4\n"), kCorrupt, "v:3: the first line promises 1 words, but there are more");
  EXPECT_FAILS(load("1000000000000 300\na 1 2\n"), kCorrupt, "promises 1000000000000 words of 300");
  EXPECT_FAILS(load("1000000 1000000\na 1 2\n"), kCorrupt, "room for 0 at most");
  EXPECT_FAILS(load("99999999999999999999999 3\na 1 2\n"), kCorrupt, "v:");
  EXPECT_FAILS(load("0 2\n"), kCorrupt, "promises 0 words");
  EXPECT_FAILS(load("2 0\na\nb\n"), kCorrupt, "of 0 numbers");
  EXPECT_FAILS(load("-2 2\na 1 2\n", {.format = WordFormat::kText}), kCorrupt, "expected two whole numbers");
}

TEST_F(WordFiles, BinaryIsReadWithAndWithoutLineEnds) {
  for (const std::string end : {"", "\n"}) {
    const WordVectors vectors = load("2 2\na " + floats({1, 2}) + end + "b\xFF " + floats({-0.0f, 1e-40f}) + end);
    EXPECT_EQ(vectors.format(), WordFormat::kBinary);
    EXPECT_EQ(words_of(vectors), (std::vector<std::string>{"a", "b\xFF"}));
    EXPECT_EQ(row(vectors, 1), (std::vector<float>{-0.0f, 1e-40f}));
  }
}

TEST_F(WordFiles, BinaryWithWrongCountsOrNumbersIsRefused) {
  const std::string two = "a " + floats({1, 2}) + "b " + floats({3, 4});
  EXPECT_FAILS(load("1 2\n" + two), kCorrupt, "10 bytes after the last of 1 words");
  EXPECT_FAILS(load("3 2\n" + two), kCorrupt, "room for 2 at most");
  EXPECT_FAILS(load("1000000000000 2\n" + two), kCorrupt, "promises 1000000000000 words");
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FAILS(load("2 2\na " + floats({1, 2}) + "b " + floats({3, nan})), kCorrupt,
               "the vector of 'b' has a component");
  EXPECT_FAILS(load("1 2\n" + std::string(1 << 17, 'x')), kCorrupt, "has no end within 65536 bytes");
}

TEST_F(WordFiles, WordsThatComeAgainAreLeftOutWithAWarning) {
  const std::string warnings = warnings_of([&] {
    const WordVectors text = load("a 1 2\nb 3 4\na 5 6\nc 7 8\n");
    EXPECT_EQ(words_of(text), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(row(text, 0), (std::vector<float>{1, 2}));
    EXPECT_EQ(row(text, 2), (std::vector<float>{7, 8}));
    EXPECT_EQ(text.vectors().rows, 3);
    EXPECT_EQ(load("2 1\na " + floats({1}) + "a " + floats({2})).size(), 1);
  });
  const std::string_view warning = "1 words that came again were left out";
  const std::size_t first = warnings.find(warning);
  ASSERT_NE(first, std::string::npos) << warnings;
  EXPECT_NE(warnings.find(warning, first + 1), std::string::npos) << "of the binary file: " << warnings;
}

TEST_F(WordFiles, WordsThatAreNotUtf8KeepTheirBytesWithAWarning) {
  const std::string warnings = warnings_of([&] { EXPECT_EQ(load("\x97 1 2\nb 3 4\n").word(0), "\x97"); });
  EXPECT_NE(warnings.find("1 words are not UTF-8"), std::string::npos) << warnings;
}

TEST_F(WordFiles, LimitReadsTheFirstWords) {
  EXPECT_EQ(load("a 1 2\nb 3 4\nc x\n", {.limit = 2}).size(), 2);
  EXPECT_EQ(load("3 1\na 1\nb 2\nc 3\n", {.limit = 2}).size(), 2);
  EXPECT_EQ(load("2 1\na " + floats({1}) + "b " + floats({2}), {.limit = 1}).size(), 1);
}

TEST_F(WordFiles, WhatIsNoFileOfWordVectorsIsNamed) {
  EXPECT_FAILS(load(""), kCorrupt, "the file is empty");
  EXPECT_FAILS(load("\x80\x04\x95 rest"), kUnsupported, "save_word2vec_format");
  EXPECT_FAILS(load("\x1f\x8b rest"), kCorrupt, "the gzip data is damaged");
  EXPECT_FAILS(load("PK\x03\x04 rest"), kUnsupported, "unpack it first (unzip)");
  EXPECT_FAILS(load("some words\nof text\n"), kUnsupported, "not word vectors");
  EXPECT_FAILS(WordVectors::load(folder_ / "absent"), kNotFound, "absent");
  EXPECT_FAILS(WordVectors::load(folder_.path()), kInvalidArgument, "");
}

TEST_F(WordFiles, EveryFormatReadsBackTheSameBits) {
  Matrix matrix(3, 4);
  const float odd[] = {0.1f, -0.0f, 1e-45f, 3.4e38f, 1, 123456789.0f, 1e16f, 1e15f, 9.9999e-5f, 1e-4f, -2.5e-7f, 7};
  std::copy(std::begin(odd), std::end(odd), matrix.data());
  const WordVectors vectors({"a", "b", "caf\xC3\xA9"}, std::move(matrix));
  for (const WordFormat format :
       {WordFormat::kText, WordFormat::kBinary, WordFormat::kGlove, WordFormat::kSafetensors}) {
    vectors.save(folder_ / "out", {.format = format});
    const WordVectors back = WordVectors::load(folder_ / "out");
    EXPECT_EQ(back.format(), format);
    EXPECT_EQ(words_of(back), words_of(vectors));
    EXPECT_EQ(std::memcmp(back.vectors().data, odd, sizeof odd), 0) << word_format_name(format);
  }
  vectors.save(folder_ / "out", {.format = WordFormat::kGlove});
  EXPECT_EQ(file_bytes(folder_ / "out"),
            "a 0.1 -0.0 1e-45 3.4e+38\nb 1.0 123456790.0 1e+16 1000000000000000.0\n"
            "caf\xC3\xA9 9.9999e-05 0.0001 -2.5e-07 7.0\n");
}

TEST_F(WordFiles, WordsWithSpacesAreWrittenOnlyWithAStandIn) {
  const WordVectors vectors = load("a 1 2\nnew york 3 4\n");
  EXPECT_FAILS(vectors.save(folder_ / "out"), kInvalidArgument, "'new york' has a space inside");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
  EXPECT_FAILS(vectors.save(folder_ / "out", {.space = " "}), kInvalidArgument, "has a space itself");
  vectors.save(folder_ / "out", {.space = "_"});
  EXPECT_EQ(file_bytes(folder_ / "out"), "2 2\na 1.0 2.0\nnew_york 3.0 4.0\n");
  EXPECT_FAILS(vectors.save(folder_ / "out", {.format = WordFormat::kFastText}), kUnsupported, "does not write");
}

TEST_F(WordFiles, BytesAreWithinHalfAStepOfTheNumbers) {
  const WordVectors vectors = load("a 1 -0.5 0.25\nb 0 0 0\nc -300 2 7\n");
  vectors.save(folder_ / "bytes", {.format = WordFormat::kSafetensors, .bytes = true});
  const WordVectors back = WordVectors::load(folder_ / "bytes");
  EXPECT_EQ(words_of(back), words_of(vectors));
  for (std::int64_t i = 0; i < 3; ++i)
    for (std::int64_t j = 0; j < 3; ++j)
      EXPECT_LE(std::abs(back.vectors().row(i)[j] - vectors.vectors().row(i)[j]), (i == 0 ? 1.0 : 300.0) / 127 / 1.999)
          << i << j;
  EXPECT_EQ(WordVectors::load(folder_ / "bytes", {.limit = 2}).size(), 2);
  EXPECT_FAILS(WordVectors({"a\nb"}, Matrix(1, 1)).save(folder_ / "x", {.format = WordFormat::kSafetensors}),
               kInvalidArgument, "has a line end inside");
}

TEST_F(WordFiles, SafetensorsTakeTheirWordsFromAFileBeside) {
  const auto file = [](std::string_view header, std::string_view data) {
    const auto size = static_cast<std::uint64_t>(header.size());
    return std::string(reinterpret_cast<const char*>(&size), sizeof size).append(header).append(data);
  };
  const std::string two = file(R"({"embeddings":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}})", floats({3, 4}));
  EXPECT_FAILS(load(two), kUnsupported, "no vocabulary");
  folder_.add("vocab.txt", "x\ny\n");
  EXPECT_EQ(words_of(load(two)), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(row(load(two), 1), (std::vector<float>{4}));
  folder_.add("v.vocab.txt", "p\nq");
  EXPECT_EQ(words_of(load(two)), (std::vector<std::string>{"p", "q"}));
  folder_.add("v.vocab.txt", "p\nq\nr\n");
  EXPECT_FAILS(load(two), kCorrupt, "3 words for 2 vectors");
  EXPECT_FAILS(load(file(R"({"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}})", floats({3, 4}))), kUnsupported,
               "no tensor of word vectors");
  EXPECT_FAILS(load(file(R"({"vectors":{"dtype":"F32","shape":[2,0],"data_offsets":[0,0]}})", "")), kCorrupt, "(2, 0)");
  folder_.add("model.safetensors", two);
  EXPECT_EQ(WordVectors::load(folder_.path()).size(), 2);
}

TEST_F(WordFiles, HandMadeVectorsAreChecked) {
  EXPECT_FAILS(WordVectors({}, Matrix(0, 3)), kInvalidArgument, "one row a word");
  EXPECT_FAILS(WordVectors({"a"}, Matrix(2, 3)), kInvalidArgument, "found 1 words and (2, 3)");
  EXPECT_FAILS(WordVectors({"a", "a"}, Matrix(2, 3)), kInvalidArgument, "'a' stands twice");
  Matrix infinite(1, 1);
  infinite.data()[0] = std::numeric_limits<float>::infinity();
  EXPECT_FAILS(WordVectors({"a"}, std::move(infinite)), kInvalidArgument, "not a finite number");
}

}  // namespace
}  // namespace sememe::test
