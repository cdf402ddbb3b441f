// Word vectors against what gensim 4.4 and fastText 0.9.2 answer (shared/data/golden/words).
#include "sememe/words.h"

#include <gtest/gtest.h>

#include "io/file.h"
#include "io/json.h"
#include "parity/compare.h"
#include "sememe/error.h"
#include "sememe/fasttext.h"
#include "support/shared_data.h"
#include "support/temporary_folder.h"

namespace sememe::test {
namespace {

constexpr double kTolerance = 1e-5;

class Words : public testing::Test {
 protected:
  void SetUp() override { SEMEME_SKIP_WITHOUT(golden("expected.json")); }

  static std::filesystem::path golden(const std::string& name) { return shared_data("golden/words/" + name); }
  static std::filesystem::path model(const std::string& name) { return shared_data("models/" + name); }
  static JsonDocument expected() { return JsonDocument::load(golden("expected.json")); }

  static std::vector<float> vector_of(const WordVectors& vectors, std::string_view word) {
    std::vector<float> out(static_cast<std::size_t>(vectors.dim()));
    if (!vectors.vector(word, out)) return {};
    return out;
  }
  static std::vector<float> floats(const Json& array) {
    std::vector<float> out;
    for (const Json& x : array.elements()) out.push_back(static_cast<float>(x.as_number()));
    return out;
  }
  static std::vector<std::string> strings(const Json& array) {
    std::vector<std::string> out;
    for (const Json& x : array.elements()) out.emplace_back(x.as_string());
    return out;
  }
  /// `expected`: [[word, score], ...], or [[score, word], ...] as fastText has it.
  static void expect_answers(const WordVectors& vectors, const std::vector<ScoredWord>& found, const Json& expected,
                             const std::string& what) {
    const std::vector<Json> answers = expected.elements();
    ASSERT_EQ(found.size(), answers.size()) << what;
    for (std::size_t i = 0; i < found.size(); ++i) {
      const auto [first, second] = answers[i].pair();
      const bool word_first = first.is_string();
      EXPECT_EQ(vectors.word(found[i].id), (word_first ? first : second).as_string()) << what << ", answer " << i;
      EXPECT_NEAR(found[i].score, (word_first ? second : first).as_number(), kTolerance) << what << ", answer " << i;
    }
  }
};

TEST_F(Words, EveryFormatHoldsTheSameVectors) {
  const JsonDocument document = expected();
  const std::pair<std::string, WordFormat> files[] = {
      {"w2v.txt", WordFormat::kText}, {"w2v.bin", WordFormat::kBinary}, {"glove.txt", WordFormat::kGlove}};
  for (const auto& [name, format] : files) {
    SCOPED_TRACE(name);
    const WordVectors vectors = WordVectors::load(golden(name));
    EXPECT_EQ(vectors.format(), format);
    EXPECT_EQ(vectors.size(), document.root().at("size").as_int());
    const std::vector<std::string> head = strings(document.root().at("vocab_head"));
    for (std::size_t i = 0; i < head.size(); ++i) EXPECT_EQ(vectors.word(static_cast<std::int64_t>(i)), head[i]);
    for (const auto& [word, vector] : document.root().at("vector_of").members())
      expect_close(vector_of(vectors, word), floats(vector), 0, std::string(word));
  }
}

TEST_F(Words, NeighborsAreThoseOfGensim) {
  const JsonDocument document = expected();
  const WordVectors vectors = WordVectors::load(golden("w2v.bin"));
  for (const auto& [word, answers] : document.root().at("most_similar").members())
    expect_answers(vectors, vectors.closest({{std::string(word)}, {}}, static_cast<std::int64_t>(answers.size())),
                   answers, std::string(word));
}

TEST_F(Words, AnalogiesAreThoseOfGensim) {
  const JsonDocument document = expected();
  const WordVectors vectors = WordVectors::load(golden("w2v.bin"));
  const std::pair<std::string, AnalogyMethod> methods[] = {{"analogy_3cosadd", AnalogyMethod::kAdd},
                                                           {"analogy_3cosmul", AnalogyMethod::kMul}};
  for (const auto& [name, method] : methods) {
    for (const Json& analogy : document.root().at(name).elements()) {
      const std::vector<Json> parts = analogy.elements();
      const WordQuery query = {{std::string(parts[0].as_string()), std::string(parts[2].as_string())},
                               {std::string(parts[1].as_string())}};
      expect_answers(vectors, vectors.closest(query, static_cast<std::int64_t>(parts[3].size()), method), parts[3],
                     name + " " + query.positive[0]);
    }
  }
}

TEST_F(Words, OddOnesAndSimilaritiesOfGroupsAreThoseOfGensim) {
  const JsonDocument document = expected();
  const WordVectors vectors = WordVectors::load(golden("w2v.txt"));
  for (const Json& line : document.root().at("doesnt_match").elements()) {
    const auto [words, odd] = line.pair();
    const std::vector<std::string> asked = strings(words);
    EXPECT_EQ(asked[static_cast<std::size_t>(vectors.odd_one_out(asked)[0].id)], odd.as_string());
  }
  for (const Json& line : document.root().at("n_similarity").elements()) {
    const std::vector<Json> parts = line.elements();
    EXPECT_NEAR(vectors.similarity(strings(parts[0]), strings(parts[1])), parts[2].as_number(), kTolerance);
  }
}

TEST_F(Words, EvaluationCountsAsGensim) {
  const JsonDocument document = expected();
  const WordVectors vectors = WordVectors::load(golden("w2v.bin"));
  const Json pairs = document.root().at("evaluate_word_pairs");
  const WordPairsResult found = evaluate_word_pairs(vectors, golden("pairs.tsv"));
  EXPECT_NEAR(found.spearman, pairs.at("spearman").as_number(), kTolerance);
  EXPECT_NEAR(found.pearson, pairs.at("pearson").as_number(), kTolerance);
  EXPECT_NEAR(100.0 * static_cast<double>(found.pairs - found.covered) / static_cast<double>(found.pairs),
              pairs.at("oov_percent").as_number(), 1e-9);
  const std::vector<Json> sections = document.root().at("evaluate_word_analogies").at("sections").elements();
  const WordAnalogiesResult analogies = evaluate_word_analogies(vectors, golden("analogies.txt"));
  ASSERT_EQ(analogies.sections.size() + 1, sections.size());
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const std::vector<Json> parts = sections[i].elements();
    const AnalogySection& section = i < analogies.sections.size() ? analogies.sections[i] : analogies.total;
    EXPECT_EQ(section.name, i < analogies.sections.size() ? parts[0].as_string() : "total");
    EXPECT_EQ(section.correct, parts[1].as_int());
    EXPECT_EQ(section.asked, parts[2].as_int());
  }
}

TEST_F(Words, FastTextVectorsAreThoseOfFastText) {
  const JsonDocument document = expected();
  const Json fasttext = document.root().at("fasttext");
  const WordVectors vectors = WordVectors::load(golden("fasttext.bin"));
  EXPECT_EQ(vectors.format(), WordFormat::kFastText);
  EXPECT_EQ(vectors.size(), fasttext.at("words").as_int());
  std::int64_t unknown = 0;
  for (const auto& [word, vector] : fasttext.at("vector_of").members()) {
    if (word.empty()) continue;  // fastText has zeros for it
    expect_close(vector_of(vectors, word), floats(vector), kTolerance, std::string(word));
    unknown += !vectors.find(word);
  }
  EXPECT_GE(unknown, 4);
  EXPECT_EQ(vector_of(vectors, ""), std::vector<float>());
  for (const auto& [word, answers] : fasttext.at("nearest").members())
    expect_answers(vectors, vectors.closest({{std::string(word)}, {}}, static_cast<std::int64_t>(answers.size())),
                   answers, std::string(word));
}

TEST_F(Words, TextIsWrittenWithTheBytesOfGensim) {
  const TemporaryFolder folder;
  const auto written = [&](const std::string& from, WordFormat format) {
    const std::filesystem::path path = folder.path() / "out";
    WordVectors::load(golden(from)).save(path, {.format = format});
    return read_file(path, std::int64_t{1} << 30);
  };
  const auto bytes = [&](const std::string& name) { return read_file(golden(name), std::int64_t{1} << 30); };
  EXPECT_EQ(written("w2v.bin", WordFormat::kText), bytes("w2v.txt"));
  EXPECT_EQ(written("w2v.txt", WordFormat::kBinary), bytes("w2v.bin"));
  EXPECT_EQ(written("w2v.bin", WordFormat::kGlove), bytes("glove.txt"));
}

TEST_F(Words, EveryFileThatGensimReadsIsRead) {
  struct Case {
    std::string file;
    std::int64_t words, dim;
    WordFormat format;
  };
  const Case cases[] = {
      {"gensim-fixtures/EN.1-10.cbow1_wind5_hs0_neg10_size300_smpl1e-05.txt", 20, 300, WordFormat::kText},
      {"gensim-fixtures/euclidean_vectors.bin", 2747, 10, WordFormat::kBinary},
      {"gensim-fixtures/test_glove.txt", 76, 50, WordFormat::kGlove},
      {"gensim-fixtures/crime-and-punishment.vec", 291, 5, WordFormat::kText},
      {"gensim-fixtures/crime-and-punishment.bin", 291, 5, WordFormat::kFastText},
      {"gensim-fixtures/lee_fasttext.vec", 1762, 10, WordFormat::kText},
      {"gensim-fixtures/lee_fasttext.bin", 1762, 10, WordFormat::kFastText},
      {"gensim-fixtures/lee_fasttext_new.bin", 1763, 10, WordFormat::kFastText},
      {"gensim-fixtures/cp852_fasttext.bin", 171, 2, WordFormat::kFastText},
      {"gensim-fixtures/non_ascii_fasttext.bin", 171, 2, WordFormat::kFastText},
      {"gensim-fixtures/pang_lee_polarity_fasttext.vec", 1694, 100, WordFormat::kText},
      {"gensim-fixtures/pang_lee_polarity_fasttext.bin", 1694, 100, WordFormat::kFastText},
      {"glove/glove.6B.50d.first-2446.txt", 2446, 50, WordFormat::kGlove},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.file);
    const WordVectors vectors = WordVectors::load(model(c.file));
    EXPECT_EQ(vectors.size(), c.words);
    EXPECT_EQ(vectors.dim(), c.dim);
    EXPECT_EQ(vectors.format(), c.format);
  }
}

TEST_F(Words, BothFilesOfAFastTextModelAgree) {
  for (const std::string name : {"crime-and-punishment", "lee_fasttext", "pang_lee_polarity_fasttext"}) {
    const WordVectors text = WordVectors::load(model("gensim-fixtures/" + name + ".vec"));
    const WordVectors binary = WordVectors::load(model("gensim-fixtures/" + name + ".bin"));
    ASSERT_EQ(text.size(), binary.size());
    for (std::int64_t i = 0; i < text.size(); ++i) {
      ASSERT_EQ(text.word(i), binary.word(i));
      const std::span<const float> row = text.vectors().row_span(i);
      expect_close(binary.vectors().row_span(i), row, 1e-4 * largest(row), name);  // the text has five digits
    }
  }
}

TEST_F(Words, PicklesAreRefusedWithAdvice) {
  EXPECT_NE(error_of<Error>([&] { WordVectors::load(golden("gensim.kv")); }).find("save_word2vec_format"),
            std::string::npos);
}

TEST_F(Words, LabelsAreThoseOfFastText) {
  const JsonDocument document = expected();
  for (const std::string file : {"supervised.bin", "supervised.ftz"}) {
    const FastText model = FastText::load(golden(file));
    EXPECT_EQ(model.quantized(), file == "supervised.ftz");
    const Json answers = document.root().at(file == "supervised.ftz" ? "supervised_ftz" : "supervised");
    EXPECT_GE(answers.size(), 30u);
    for (const auto& [text, expected_labels] : answers.members()) {
      const auto [names, scores] = expected_labels.pair();
      const std::vector<LabelScore> found = model.predict(text, static_cast<std::int64_t>(names.size()));
      ASSERT_EQ(found.size(), names.size()) << text;
      for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].label, names.elements()[i].as_string()) << text;
        EXPECT_NEAR(found[i].score, scores.elements()[i].as_number(), kTolerance) << text;
      }
    }
    const TemporaryFolder folder;
    model.save(folder.path() / "out");
    EXPECT_EQ(read_file(folder.path() / "out", 1 << 30).size(), read_file(golden(file), 1 << 30).size());
  }
}

TEST_F(Words, TheLanguageIdentifierTellsLanguages) {
  const FastText model = FastText::load(shared_data("models/fasttext/lid.176.ftz"));
  EXPECT_EQ(model.labels().size(), 176u);
  const std::pair<std::string, std::string> texts[] = {
      {"Where is the nearest railway station?", "__label__en"},
      {"Wo ist der n\u00e4chste Bahnhof?", "__label__de"},
      {"O\u00f9 est la gare la plus proche ?", "__label__fr"},
      {"\u6700\u5bc4\u308a\u306e\u99c5\u306f\u3069\u3053\u3067\u3059\u304b", "__label__ja"},
  };
  for (const auto& [text, label] : texts) EXPECT_EQ(model.predict(text)[0].label, label) << text;
}

}  // namespace
}  // namespace sememe::test
