#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "io/test_files.h"
#include "sememe/words.h"
#include "words/noise.h"

namespace sememe::test {
namespace {

WordVectors make(std::vector<std::string> words, std::vector<std::vector<float>> rows) {
  Matrix matrix(std::ssize(rows), std::ssize(rows[0]));
  for (std::size_t i = 0; i < rows.size(); ++i) std::copy(rows[i].begin(), rows[i].end(), matrix.row(i).begin());
  return WordVectors(std::move(words), std::move(matrix));
}

WordVectors random_vectors(std::int64_t words, std::int64_t dim) {
  Matrix matrix(words, dim);
  const CounterRng rng(7, 0);
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < words * dim; ++i) matrix.data()[i] = rng.normal(i);
  for (std::int64_t i = 0; i < words; ++i) names.push_back("w" + std::to_string(i));
  return WordVectors(std::move(names), std::move(matrix));
}

std::vector<std::string> names(const WordVectors& vectors, const std::vector<ScoredWord>& answers) {
  std::vector<std::string> out;
  for (const ScoredWord& answer : answers) out.emplace_back(vectors.word(answer.id));
  return out;
}

using Names = std::vector<std::string>;

TEST(WordQueries, NearestAreThoseOfASortOfAllCosines) {
  const WordVectors vectors = random_vectors(1000, 19);
  const auto answers = vectors.nearest(vectors.vectors().slice_rows(3, 2), 12);
  ASSERT_EQ(answers.size(), 2u);
  for (std::int64_t q = 0; q < 2; ++q) {
    std::vector<std::pair<double, std::int64_t>> all;
    for (std::int64_t i = 0; i < 1000; ++i) {
      double ab = 0, aa = 0, bb = 0;
      for (std::int64_t j = 0; j < 19; ++j) {
        const double a = vectors.vectors().row(3 + q)[j], b = vectors.vectors().row(i)[j];
        ab += a * b, aa += a * a, bb += b * b;
      }
      all.emplace_back(-ab / std::sqrt(aa * bb), i);
    }
    std::sort(all.begin(), all.end());
    for (std::size_t i = 0; i < 12; ++i) {
      EXPECT_EQ(answers[q][i].id, all[i].second);
      EXPECT_NEAR(answers[q][i].score, -all[i].first, 1e-6);
    }
  }
}

TEST(WordQueries, NegativeWordsAreSubtracted) {
  const WordVectors vectors = make({"east", "north", "northeast", "southeast"}, {{1, 0}, {0, 1}, {1, 1}, {1, -1}});
  EXPECT_EQ(names(vectors, vectors.closest({{"east"}, {"north"}}, 1)), Names{"southeast"});
  EXPECT_EQ(names(vectors, vectors.closest({{"east", "north"}, {}}, 1)), Names{"northeast"});
}

TEST(WordQueries, AnswersDoNotDependOnThreadsNorOnOtherQueries) {
  const WordVectors vectors = random_vectors(2000, 33);
  const auto expected = vectors.nearest(vectors.vectors().slice_rows(0, 40), 10, {}, 0, 1);
  const auto same = [](const std::vector<ScoredWord>& a, const std::vector<ScoredWord>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const ScoredWord& x, const ScoredWord& y) { return x.id == y.id && x.score == y.score; });
  };
  for (const int threads : {2, 3, 8}) {
    const auto found = vectors.nearest(vectors.vectors().slice_rows(0, 40), 10, {}, 0, threads);
    for (std::size_t i = 0; i < 40; ++i) EXPECT_TRUE(same(found[i], expected[i])) << threads << " threads, query " << i;
  }
  EXPECT_TRUE(same(vectors.nearest(vectors.vectors().slice_rows(5, 1), 10)[0], expected[5]));
}

TEST(WordQueries, EqualScoresAreOrderedByTheWordsPlace) {
  const WordVectors vectors = make({"q", "far", "x", "y", "z"}, {{1, 0}, {0, 1}, {2, 0}, {3, 0}, {4, 0}});
  EXPECT_EQ(names(vectors, vectors.closest({{"q"}, {}}, 2)), (Names{"x", "y"}));
  EXPECT_EQ(names(vectors, vectors.closest({{"q"}, {}}, 100)), (Names{"x", "y", "z", "far"}));
}

TEST(WordQueries, WordsOfTheQuestionAndRowsBeyondAmongAreNoAnswers) {
  const WordVectors vectors = make({"a", "b", "c", "d"}, {{1, 0}, {1, 0.1f}, {1, 0.2f}, {1, 0.3f}});
  EXPECT_EQ(names(vectors, vectors.closest({{"a", "c"}, {}}, 9)), (Names{"b", "d"}));
  const std::vector<std::vector<std::int64_t>> excluded = {{0}};
  EXPECT_EQ(names(vectors, vectors.nearest(vectors.vectors().slice_rows(0, 1), 9, excluded, 2)[0]), (Names{"b"}));
}

TEST(WordQueries, AnalogyAddsAndTakesAwayUnitVectors) {
  const WordVectors vectors = make({"man", "woman", "king", "queen", "other"},
                                   {{10, 0, 0, 0}, {0, 10, 0, 0}, {1, 0, 1, 0}, {0, 1, 1, 0}, {0, 0, 0, 1}});
  for (const AnalogyMethod method : {AnalogyMethod::kAdd, AnalogyMethod::kMul})
    EXPECT_EQ(names(vectors, vectors.closest({{"king", "woman"}, {"man"}}, 1, method)), (Names{"queen"}));
}

TEST(WordQueries, VectorsOfZerosHaveCosineZero) {
  const WordVectors vectors = make({"zero", "a", "b"}, {{0, 0}, {1, 0}, {-1, 0}});
  const std::vector<ScoredWord> answers = vectors.closest({{"a"}, {}}, 2);
  EXPECT_EQ(names(vectors, answers), (Names{"zero", "b"}));
  EXPECT_EQ(answers[0].score, 0);
  const Names a = {"a"}, zero = {"zero"};
  EXPECT_EQ(vectors.similarity(a, zero), 0);
}

TEST(WordQueries, HugeAndTinyVectorsHaveCosinesToo) {
  const WordVectors vectors =
      make({"q", "far", "huge", "tiny"}, {{1, 1}, {1, -0.9f}, {2e38f, 2e38f}, {1e-25f, 1.1e-25f}});
  const std::vector<ScoredWord> answers = vectors.closest({{"q"}, {}}, 3);
  EXPECT_EQ(names(vectors, answers), (Names{"huge", "tiny", "far"}));
  EXPECT_NEAR(answers[0].score, 1, 1e-6);
  EXPECT_NEAR(answers[1].score, 0.99887, 1e-4);
  const WordVectors edges = make({"q", "least", "most"}, {{1, 1}, {1e-45f, 0}, {3.4e38f, 3.4e38f}});
  for (const AnalogyMethod method : {AnalogyMethod::kAdd, AnalogyMethod::kMul})
    for (const ScoredWord& answer : edges.closest({{"q"}, {}}, 2, method)) EXPECT_TRUE(std::isfinite(answer.score));
}

TEST(WordQueries, OddOneOutIsTheFarthestFromTheMean) {
  const WordVectors vectors = make({"a", "b", "c", "odd"}, {{1, 0}, {1, 0.1f}, {9, 0.2f}, {0, 1}});
  const Names asked = {"a", "odd", "b", "c"};
  const std::vector<ScoredWord> order = vectors.odd_one_out(asked);
  EXPECT_EQ(order.size(), 4u);
  EXPECT_EQ(order[0].id, 1);
  const Names few = {"a", "b"};
  EXPECT_FAILS(vectors.odd_one_out(few), kInvalidArgument, "expected 3 words or more");
}

TEST(WordQueries, PairsLeadToWordsBySumAndByDirection) {
  const WordVectors vectors =
      make({"man", "king", "son", "prince", "woman", "queen", "near", "zero"}, {{1, 0, 0, 0},
                                                                                {1, 0, 1, 0},
                                                                                {0.9f, 0, 0, 0.4f},
                                                                                {0.9f, 0, 1, 0.4f},
                                                                                {0, 1, 0, 0},
                                                                                {0, 1, 0.9f, 0},
                                                                                {0.3f, 1, 0.1f, 0.2f},
                                                                                {0, 0, 0, 0}});
  const auto name = [&](const std::vector<ScoredWord>& found) { return std::string(vectors.word(found.at(0).id)); };
  const auto unit = [&](const std::string& word) {
    std::vector<float> out(4);
    EXPECT_TRUE(vectors.vector(word, out));
    double squares = 0;
    for (const float x : out) squares += x * x;
    std::vector<double> scaled;
    for (const float x : out) scaled.push_back(x / std::sqrt(squares));
    return scaled;
  };
  const auto cosine = [](const std::vector<double>& a, const std::vector<double>& b) {
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) ab += a[i] * b[i], aa += a[i] * a[i], bb += b[i] * b[i];
    return ab / std::sqrt(aa * bb);
  };
  const WordRelation one = {{{"man", "king"}}, "woman"}, two = {{{"man", "king"}, {"son", "prince"}}, "woman"};
  // One pair, added, is the sum of the three words.
  EXPECT_EQ(name(vectors.related(one, 1)), "queen");
  EXPECT_NEAR(vectors.related(one, 1)[0].score, vectors.closest({{"king", "woman"}, {"man"}}, 1)[0].score, 1e-6);
  const auto direction = vectors.related(two, 8, AnalogyMethod::kDirection);
  EXPECT_EQ(name(direction), "queen");
  EXPECT_EQ(direction.size(), 3u);  // the words of the question are left out
  std::vector<double> offset(4), sum(4), way(4);
  for (std::size_t i = 0; i < 4; ++i) {
    offset[i] = (unit("king")[i] - unit("man")[i] + unit("prince")[i] - unit("son")[i]) / 2;
    sum[i] = offset[i] + unit("woman")[i];
    way[i] = unit("queen")[i] - unit("woman")[i];
  }
  EXPECT_NEAR(vectors.related(two, 1)[0].score, cosine(sum, unit("queen")), 1e-6);
  EXPECT_NEAR(direction[0].score, cosine(offset, way), 1e-6);
  EXPECT_FAILS(vectors.related({{}, "woman"}, 1), kInvalidArgument, "a pair of words or more");
  EXPECT_FAILS(vectors.related(one, 1, AnalogyMethod::kMul), kInvalidArgument, "not their product");
  EXPECT_FAILS(vectors.related({{{"man", "kong"}}, "woman"}, 1), kNotFound, "did you mean 'king'");
  EXPECT_FAILS(vectors.closest({{"man"}, {}}, 1, AnalogyMethod::kDirection), kInvalidArgument, "that of pairs");
}

TEST(WordQueries, UnknownWordsGetSuggestions) {
  const WordVectors vectors = make({"the", "Paris", "banana", "bandana", "receive"}, {{1}, {1}, {1}, {1}, {1}});
  EXPECT_EQ(vectors.suggestions("paris"), (Names{"Paris"}));
  EXPECT_EQ(vectors.suggestions("bannana"), (Names{"banana", "bandana"}));
  EXPECT_EQ(vectors.suggestions("recieve"), (Names{"receive"}));
  EXPECT_EQ(vectors.suggestions("hte"), (Names{"the"}));
  EXPECT_EQ(vectors.suggestions("xyzzy"), Names());
  EXPECT_EQ(vectors.suggestions(std::string(1 << 20, 'a')), Names());
  EXPECT_EQ(vectors.suggestions("bannana\xFF\xFE", 1), (Names{}));
  EXPECT_FAILS(vectors.closest({{"recieve"}, {}}, 1), kNotFound,
               "'recieve' is not among its 5 words; did you mean 'receive'?");
  EXPECT_FAILS(vectors.closest({}, 1), kInvalidArgument, "expected 1 words or more");
  EXPECT_FAILS(vectors.closest({{"the"}, {}}, 0), kInvalidArgument, "expected to be asked for 1 word or more");
}

TEST(WordEvaluation, CaseIsIgnoredUnlessAskedAndTiesShareRanks) {
  const TemporaryFolder folder;
  const WordVectors vectors = make({"a", "b", "c", "d"}, {{1, 0}, {1, 0.5f}, {0, 1}, {1, 0.5f}});
  const auto pairs = folder.add("p.tsv", "# comment\nA\tb\t9\na\td\t8\nA\tc\t1\na\tunknown\t3\nno pair\n");
  const WordPairsResult result = evaluate_word_pairs(vectors, pairs);
  EXPECT_EQ(result.pairs, 4);
  EXPECT_EQ(result.covered, 3);
  EXPECT_EQ(result.skipped_lines, 1);
  EXPECT_NEAR(result.spearman, std::sqrt(3.0) / 2, 1e-12);  // ranks 2.5 2.5 1 against 3 2 1
  EXPECT_EQ(evaluate_word_pairs(vectors, pairs, {.case_sensitive = true}).covered, 1);
  EXPECT_EQ(evaluate_word_pairs(vectors, pairs, {.restrict_vocab = 2}).covered, 1);
  EXPECT_TRUE(std::isnan(evaluate_word_pairs(vectors, pairs, {.restrict_vocab = 2}).spearman));
  EXPECT_FAILS(evaluate_word_pairs(vectors, folder.add("q.tsv", "a b 1\n")), kInvalidArgument, "separated by tabs");
}

TEST(WordEvaluation, AnalogiesAreCountedBySection) {
  const TemporaryFolder folder;
  const WordVectors vectors = make(
      {"man", "woman", "king", "queen", "Queen", "other", "WOMAN"},
      {{1, 0, 0, 0}, {0, 1, 0, 0}, {1, 0, 1, 0}, {0, 1, 1, 0}, {0, 1, 1.1f, 0}, {0, 0, 0, 1}, {-0.3f, 1, 0.7f, 0}});
  const auto questions = folder.add(
      "q.txt",
      ": one\nMan King Woman Queen\nman king woman other\n: two\r\nman king woman unknown\nthree words only\n");
  const WordAnalogiesResult result = evaluate_word_analogies(vectors, questions);
  ASSERT_EQ(result.sections.size(), 2u);
  EXPECT_EQ(result.sections[0].name, "one");
  EXPECT_EQ(result.sections[0].correct, 1);
  EXPECT_EQ(result.sections[0].asked, 2);
  EXPECT_EQ(result.sections[1].name, "two");
  EXPECT_EQ(result.sections[1].skipped, 1);
  EXPECT_EQ(result.total.correct, 1);
  EXPECT_EQ(result.total.asked, 2);
  EXPECT_EQ(result.skipped_lines, 1);
  EXPECT_FAILS(evaluate_word_analogies(vectors, folder.add("e.txt", ": empty\n")), kInvalidArgument, "four words");
}

TEST(WordQueries, EveryWayToScanHasTheSameAnswers) {
  constexpr std::int64_t kWords = 20000, kDim = 211;  // enough for codes
  Matrix matrix(kWords, kDim);
  std::vector<std::string> words;
  for (std::int64_t i = 0; i < kWords; ++i) {
    RandomStream random(7, static_cast<std::uint64_t>(i % (kWords - 50)));  // some rows are alike
    const float scale = i == 3 ? 0.0f : i == 4 ? 1e37f : i == 5 ? 1e-30f : static_cast<float>(1 + i % 9);
    for (std::int64_t j = 0; j < kDim; ++j)
      matrix.row(i)[static_cast<std::size_t>(j)] = scale * (random.uniform() - 0.45f);
    words.push_back(std::to_string(i));
  }
  const WordVectors vectors(std::move(words), std::move(matrix));
  std::vector<std::vector<std::int64_t>> excluded;
  Matrix queries(12, kDim);
  for (std::int64_t q = 0; q < queries.rows(); ++q) {
    const std::span<const float> row = vectors.vectors().row_span(q);
    std::copy(row.begin(), row.end(), queries.row(q).begin());
    excluded.push_back({q, 17});
  }
  std::vector<std::vector<ScoredWord>> plain;
  for (int round = 0; round < 2; ++round) {  // the first question is answered without codes, those after it with them
    for (std::int64_t q = 0; q < queries.rows(); ++q) {
      if ((round == 0 && q > 0) || (q > 0 && q < 3) || q > 6) continue;
      const std::vector<std::vector<std::int64_t>> one = {excluded[static_cast<std::size_t>(q)]};
      const auto found = vectors.nearest(queries.view().slice_rows(q, 1), 10, one, 0, 1 + round)[0];
      round == 0 ? void(plain.push_back(found)) : void();
      std::vector<ScoredWord> expected;  // by hand
      for (std::int64_t id = 0; id < kWords; ++id) {
        if (id == q || id == 17) continue;
        double dot = 0, a = 0, b = 0;
        for (std::int64_t j = 0; j < kDim; ++j) {
          const double x = queries.row(q)[static_cast<std::size_t>(j)], y = vectors.vectors().row(id)[j];
          dot += x * y;
          a += x * x;
          b += y * y;
        }
        const double cosine = a > 0 && b > 0 ? dot / std::sqrt(a * b) : 0;
        expected.push_back({id, static_cast<float>(cosine)});
      }
      std::stable_sort(expected.begin(), expected.end(), [](auto x, auto y) { return x.score > y.score; });
      ASSERT_EQ(found.size(), 10u);
      for (std::size_t i = 0; i < found.size(); ++i)
        EXPECT_NEAR(found[i].score, expected[i].score, 1e-6) << q << ' ' << i;
      if (round == 1 && q == 0) {
        for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].id, plain[0][i].id);
      }
    }
  }
  const auto together = vectors.nearest(queries.view(), 10, excluded, 0, 2);
  for (std::int64_t q = 0; q < queries.rows(); ++q) {
    const std::vector<std::vector<std::int64_t>> one = {excluded[static_cast<std::size_t>(q)]};
    const auto alone = vectors.nearest(queries.view().slice_rows(q, 1), 10, one, 0, 1)[0];
    for (std::size_t i = 0; i < alone.size(); ++i) {
      EXPECT_EQ(together[static_cast<std::size_t>(q)][i].id, alone[i].id) << q;
      EXPECT_EQ(together[static_cast<std::size_t>(q)][i].score, alone[i].score) << q;
    }
  }
}

}  // namespace
}  // namespace sememe::test
