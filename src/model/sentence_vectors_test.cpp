#include "sememe/sentence_vectors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "io/json.h"
#include "sememe/error.h"
#include "support/temporary_folder.h"

namespace sememe {
namespace {

/// What numpy makes of some texts (tests/golden/make_sentence_vectors.py).
struct Reference {
  JsonDocument document = JsonDocument::load(SEMEME_SOURCE_DIR "/tests/golden/sentence_vectors.json");
  std::vector<std::string> texts;
  std::vector<std::string_view> views;

  Reference() {
    for (const Json& text : document.root().at("texts").elements()) texts.emplace_back(text.as_string());
    views.assign(texts.begin(), texts.end());
  }
  WordVectors vectors() const {
    std::vector<std::string> words;
    for (const Json& word : document.root().at("words").elements()) words.emplace_back(word.as_string());
    const std::vector<Json> rows = document.root().at("table").elements();
    Matrix table(static_cast<std::int64_t>(rows.size()), std::ssize(rows[0].elements()));
    for (std::int64_t i = 0; i < table.rows(); ++i)
      for (std::int64_t j = 0; j < table.cols(); ++j)
        table.row(i)[static_cast<std::size_t>(j)] =
            static_cast<float>(rows[static_cast<std::size_t>(i)].elements()[static_cast<std::size_t>(j)].as_number());
    return WordVectors(std::move(words), std::move(table));
  }
};

TEST(SentenceVectors, AreThoseOfNumpy) {
  const Reference reference;
  const WordVectors vectors = reference.vectors();
  for (const char* const name : {"mean", "sif", "usif"}) {
    const SentenceVectorOptions options{.weighting = parse_sentence_weighting(name).value(), .threads = 2};
    std::vector<std::int64_t> words;
    const Matrix found = sentence_vectors(vectors, reference.views, options, &words);
    const std::vector<Json> rows = reference.document.root().at(name).elements();
    ASSERT_EQ(found.rows(), std::ssize(rows));
    for (std::int64_t i = 0; i < found.rows(); ++i)
      for (std::int64_t j = 0; j < found.cols(); ++j)
        EXPECT_LE(std::abs(found.row(i)[static_cast<std::size_t>(j)] -
                           rows[static_cast<std::size_t>(i)].elements()[static_cast<std::size_t>(j)].as_number()),
                  1e-5)
            << name << ' ' << i << ' ' << j;
    EXPECT_EQ(words, (std::vector<std::int64_t>{6, 5, 3, 5, 3, 6, 0, 3}));
  }
}

TEST(SentenceVectors, WithoutComponentsARowDependsOnItsTextAlone) {
  const Reference reference;
  const WordVectors vectors = reference.vectors();
  const SentenceVectorOptions options{.weighting = SentenceWeighting::kUsif, .components = 0};
  const Matrix all = sentence_vectors(vectors, reference.views, options);
  for (std::int64_t i = 0; i < all.rows(); ++i) {
    const Matrix alone = sentence_vectors(vectors, std::span(reference.views).subspan(i, 1), options);
    EXPECT_TRUE(std::equal(alone.row(0).begin(), alone.row(0).end(), all.row(i).begin())) << i;
  }
  EXPECT_EQ(sentence_vectors(vectors, {}, {.components = 3}).rows(), 0);
}

TEST(SentenceVectors, OptionsAndTextsAreChecked) {
  const Reference reference;
  const WordVectors vectors = reference.vectors();
  const auto error = [&](std::string_view text, std::int64_t components) {
    return test::error_of<Error>([&] { sentence_vectors(vectors, {&text, 1}, {.components = components}); });
  };
  EXPECT_NE(error("cat", 9).find("expected 0 to 8, found 9"), std::string::npos);
  EXPECT_NE(error("cat", -1).find("found -1"), std::string::npos);
  EXPECT_NE(error("cat \xff", 0).find("text 0"), std::string::npos);
  EXPECT_FALSE(parse_sentence_weighting("most"));
}

}  // namespace
}  // namespace sememe
