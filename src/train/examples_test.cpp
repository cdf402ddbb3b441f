#include "train/examples.h"

#include <gtest/gtest.h>

#include <set>

#include "sememe/error.h"
#include "support/temporary_folder.h"

namespace sememe::train {
namespace {

class Examples : public testing::Test {
 protected:
  TrainData pairs(int rows, const std::string& name = "pairs.tsv") {
    std::string text = "anchor\tpositive\n";
    for (int i = 0; i < rows; ++i) text += "a" + std::to_string(i) + "\tp" + std::to_string(i % 7) + "\n";
    return {.file = folder_.write(name, text)};
  }
  static std::vector<std::int64_t> epoch(ExampleSource& source) {
    std::vector<std::int64_t> rows;
    for (std::int64_t i = 0; i < source.rows(); ++i) rows.push_back(source.next().row);
    return rows;
  }
  std::string error(const TrainData& data, const char* loss) {
    return test::error_of<Error>([&] { ExampleSource(data, *parse_loss(loss), 1, 0); });
  }
  test::TemporaryFolder folder_;
};

TEST_F(Examples, EveryEpochHasEveryRowOnceInAnOrderOfItsOwn) {
  for (const std::int64_t buffer : {1000, 10}) {  // in memory, and streamed
    ExampleSource source(pairs(53), *parse_loss("mnr"), 1, 0, buffer),
        again(pairs(53), *parse_loss("mnr"), 1, 0, buffer), other(pairs(53), *parse_loss("mnr"), 2, 0, buffer);
    const auto first = epoch(source), second = epoch(source);
    EXPECT_EQ(std::set<std::int64_t>(first.begin(), first.end()).size(), 53U);
    EXPECT_EQ(std::set<std::int64_t>(second.begin(), second.end()).size(), 53U);
    EXPECT_NE(first, second);
    EXPECT_EQ(first, epoch(again));
    EXPECT_NE(first, epoch(other));
    std::int64_t next = 0;
    source.for_each([&](const Example& e) { EXPECT_EQ(e.row, next++); });
    EXPECT_EQ(next, 53);
  }
}

TEST_F(Examples, ListsOfTextsAreOneText) {
  const std::string rows = "{\"a\": [\"cat\", \"feline\"], \"b\": \"pet\"}\n{\"a\": [\"rug\"], \"b\": \"mat\"}\n";
  const TrainData data{.file = folder_.write("lists.jsonl", rows), .columns = {"a", "b"}};
  std::vector<std::string> texts;
  ExampleSource(data, *parse_loss("mnr"), 1, 0).for_each([&](const Example& e) { texts.push_back(e.texts[0]); });
  EXPECT_EQ(texts, (std::vector<std::string>{"cat, feline", "rug"}));
  const std::string wrong = folder_.write("wrong.jsonl", "{\"a\": [\"cat\", 7], \"b\": \"pet\"}\n");
  EXPECT_NE(error({.file = wrong, .columns = {"a", "b"}}, "mnr").find("wrong.jsonl:1"), std::string::npos);
  const std::string none = folder_.write("none.jsonl", "{\"a\": [], \"b\": \"pet\"}\n");
  EXPECT_NE(error({.file = none, .columns = {"a", "b"}}, "mnr").find("is empty"), std::string::npos);
}

TEST_F(Examples, NoTextStandsTwiceInABatch) {
  std::vector<ExampleSource> sources;
  sources.emplace_back(pairs(60), *parse_loss("mnr"), 1, 0);
  BatchStream apart(sources, 8, std::nullopt, 1);
  std::int64_t rows = 0;
  for (int b = 0; b < 20; ++b) {
    const auto batch = apart.next();
    std::set<std::string> texts;
    for (const Example& e : batch.examples)
      for (const std::string& t : e.texts) EXPECT_TRUE(texts.insert(t).second) << t;
    rows += std::ssize(batch.examples);
  }
  EXPECT_GT(rows, 100);
  EXPECT_GT(apart.duplicates_put_off(), 0);
  BatchStream together(sources, 8, false, 1);
  EXPECT_EQ(together.next().examples.size(), 8U);
}

TEST_F(Examples, TheLastBatchOfAnEpochIsWhatIsLeft) {
  std::vector<ExampleSource> sources;
  sources.emplace_back(pairs(20), *parse_loss("mnr"), 1, 0);
  BatchStream batches(sources, 8, false, 1);
  EXPECT_EQ(batches.batches_per_epoch(), 3);
  std::vector<std::size_t> sizes;
  for (int i = 0; i < 4; ++i) sizes.push_back(batches.next().examples.size());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{8, 8, 4, 8}));
}

TEST_F(Examples, SourcesComeAsOftenAsTheirWeightsSay) {
  TrainData rare = pairs(50, "rare.tsv"), often = pairs(50, "often.tsv");
  rare.weight = 1;
  often.weight = 9;
  std::vector<ExampleSource> sources;
  sources.emplace_back(rare, *parse_loss("mnr"), 1, 0);
  sources.emplace_back(often, *parse_loss("mnr"), 1, 1);
  BatchStream batches(sources, 4, false, 1);
  int count = 0;
  for (int i = 0; i < 1000; ++i) count += batches.next().source == 0;
  EXPECT_GT(count, 60);
  EXPECT_LT(count, 140);
}

TEST_F(Examples, ScoresAreScaledAndClassesNumbered) {
  TrainData scored{.file = folder_.write("s.csv", "score,sentence1,sentence2\n4,\"a, b\",c\n"), .low = 0, .high = 5};
  ExampleSource scores(scored, *parse_loss("cosent"), 1, 0);
  const Example one = scores.next();
  EXPECT_EQ(one.texts, (std::vector<std::string>{"a, b", "c"}));
  EXPECT_DOUBLE_EQ(one.targets.at(0), 0.8);
  ExampleSource classes(
      {.file = folder_.write("c.jsonl", "{\"text\": \"x\", \"label\": \"b\"}\n{\"text\": \"y\", \"label\": \"a\"}\n")},
      *parse_loss("batch-hard"), 1, 0);
  EXPECT_EQ(classes.loss().classes, 2);
  classes.for_each([](const Example& e) { EXPECT_EQ(e.targets.at(0), e.texts[0] == "x" ? 1 : 0); });
}

TEST_F(Examples, OneColumnIsItsOwnPositive) {
  ExampleSource source({.file = pairs(5).file, .columns = {"anchor"}}, *parse_loss("mnr"), 1, 0);
  const Example e = source.next();
  ASSERT_EQ(e.texts.size(), 2U);
  EXPECT_EQ(e.texts[0], e.texts[1]);
}

TEST_F(Examples, ScoresOfWhichTheOrderCountsNeedNoRange) {
  TrainData scored{.file = folder_.write("s.csv", "score,sentence1,sentence2\n4.5,a,b\n")};
  for (const char* loss : {"cosent", "angle"})
    EXPECT_DOUBLE_EQ(ExampleSource(scored, *parse_loss(loss), 1, 0).next().targets.at(0), 4.5);
  EXPECT_NE(error(scored, "cosine-similarity").find("s.csv:2: expected a score from 0 to 1, found 4.5"),
            std::string::npos);
  scored.high = 4;
  EXPECT_NE(error(scored, "cosent").find("s.csv:2: expected a score from 0 to 4, found 4.5"), std::string::npos);
}

TEST_F(Examples, HardNegativesThatAreThereAreTaken) {
  const auto columns = [&](const TrainData& data, const char* loss) {
    return ExampleSource(data, *parse_loss(loss), 1, 0).next().texts;
  };
  const TrainData one{.file = folder_.write("one.tsv", "id\tnegative\tpositive\tanchor\n7\tn\tp\ta\n")},
      more{.file =
               folder_.write("more.jsonl",
                             "\n{\"anchor\": \"a\", \"positive\": \"p\", \"negative_1\": \"n\", \"negative_2\": \"m\", "
                             "\"negative_4\": \"x\"}\n")};
  for (const char* loss : {"mnr", "gist"}) {
    EXPECT_EQ(columns(one, loss), (std::vector<std::string>{"a", "p", "n"}));
    EXPECT_EQ(columns(more, loss), (std::vector<std::string>{"a", "p", "n", "m"}));
  }
  EXPECT_EQ(columns({.file = one.file, .columns = {"anchor", "positive"}}, "mnr").size(), 2U);
}

TEST_F(Examples, AFileOfNothingButTextsIsLearntFromByDropoutAlone) {
  const TrainData texts{.file = folder_.write("texts.jsonl", "{\"text\": \"x\"}\n{\"text\": \"y\"}\n")};
  EXPECT_EQ(ExampleSource(texts, *parse_loss("mnr"), 1, 0).columns(), 1);
  const TrainData more{.file = folder_.write("more.jsonl", "{\"text\": \"x\", \"label\": \"a\"}\n")};
  EXPECT_NE(error(more, "mnr").find("there is no 'anchor'; the row has 'text', 'label'"), std::string::npos);
}

TEST_F(Examples, ScoresOfTheTeacherStandInColumnsOrInAList) {
  const std::string row = "{\"anchor\": \"a\", \"positive\": \"p\", \"negative_1\": \"n\", \"negative_2\": \"m\", ";
  const std::vector<double> expected = {5, 1.5, -1};
  const auto targets = [&](const TrainData& data, const char* loss) {
    return ExampleSource(data, *parse_loss(loss), 1, 0).next().targets;
  };
  EXPECT_EQ(targets({.file = folder_.write("a.jsonl", row + "\"scores\": [5, 1.5, -1]}\n")}, "kl"), expected);
  EXPECT_EQ(
      targets({.file = folder_.write("b.jsonl", row + "\"x\": 5, \"y\": 1.5, \"z\": -1}\n"), .labels = {"x", "y", "z"}},
              "kl"),
      expected);
  const std::string delimited = "anchor\tpositive\tnegative_1\tnegative_2\tlabel\na\tp\tn\tm\t[5, 1.5, -1]\n";
  EXPECT_EQ(targets({.file = folder_.write("c.tsv", delimited)}, "kl"), expected);
  EXPECT_NE(error({.file = folder_.write("d.jsonl", row + "\"label\": [5, 1]}\n")}, "kl")
                .find("d.jsonl:1: expected 3 scores, one for each text after the anchor, found 2"),
            std::string::npos);
  EXPECT_NE(error({.file = folder_.write("e.tsv", "anchor\tpositive\tlabel\na\tp\t1\n")}, "kl")
                .find("there is no column 'negative'"),
            std::string::npos);
  const std::string triplet = "{\"anchor\": \"a\", \"positive\": \"p\", \"negative\": \"n\", \"scores\": ";
  EXPECT_EQ(targets({.file = folder_.write("f.jsonl", triplet + "[0.9, 0.4]}\n")}, "margin-mse"),
            std::vector<double>{0.5});
  EXPECT_EQ(targets({.file = folder_.write("g.jsonl", triplet + "0.25}\n")}, "margin-mse"), std::vector<double>{0.25});
  EXPECT_NE(error({.file = folder_.write("h.jsonl", triplet + "[1, 2, 3]}\n")}, "margin-mse").find("found 3 numbers"),
            std::string::npos);
}

TEST_F(Examples, RowsWithAnEmptyFieldAreAnErrorOrLeftOut) {
  const std::string rows =
      "{\"anchor\": \"a\", \"positive\": \"p\"}\n{\"anchor\": \"b\", \"positive\": null}\n"
      "{\"anchor\": \" \", \"positive\": \"q\"}\n{\"anchor\": \"c\", \"positive\": \"r\"}\n";
  TrainData data{.file = folder_.write("holes.jsonl", rows)};
  EXPECT_NE(error(data, "mnr").find("holes.jsonl:2: 'positive' is empty, as are 1 further texts"), std::string::npos);
  data.skip_empty = true;
  for (const std::int64_t buffer : {10, 1}) {  // in memory, and streamed
    ExampleSource source(data, *parse_loss("mnr"), 1, 0, buffer);
    EXPECT_EQ(source.rows(), 2);
    EXPECT_EQ(source.left_out(), 2);
    EXPECT_EQ(epoch(source).size() + epoch(source).size(), 4U);
    std::string kept;
    source.for_each([&](const Example& e) { kept += e.texts[0] + std::to_string(e.row) + std::to_string(e.line); });
    EXPECT_EQ(kept, "a01c14");
  }
  data = {.file = folder_.write("none.jsonl", "{\"anchor\": \"b\", \"positive\": null}\n"), .skip_empty = true};
  EXPECT_NE(error(data, "mnr").find("holds no rows but 1 with an empty text"), std::string::npos);
  data = {.file =
              folder_.write("classes.jsonl", "{\"text\": \"x\", \"label\": null}\n{\"text\": \"y\", \"label\": 1}\n")};
  EXPECT_NE(error(data, "batch-hard").find("classes.jsonl:1: 'label' is empty"), std::string::npos);
  data.skip_empty = true;
  EXPECT_EQ(ExampleSource(data, *parse_loss("batch-hard"), 1, 0).loss().classes, 1);
  // Of names that may be meant the first, and of those that are not null.
  for (const auto& [x, expected] : {std::pair("null", "cat"), std::pair("\"dog\"", "dog")}) {
    data = {.file = folder_.write("either.jsonl", std::string("{\"x\": ") + x + ", \"y\": \"cat\", \"z\": \"pet\"}\n"),
            .columns = {"x|y", "z"}};
    EXPECT_EQ(ExampleSource(data, *parse_loss("mnr"), 1, 0).next().texts[0], expected);
  }
}

TEST_F(Examples, TruthValuesAreLabels) {
  const std::string rows =
      "{\"text1\": \"a\", \"text2\": \"b\", \"label\": true}\n{\"text1\": \"c\", \"text2\": \"d\", \"label\": false}\n";
  ExampleSource source({.file = folder_.write("truth.jsonl", rows)}, *parse_loss("contrastive"), 1, 0);
  source.for_each([](const Example& e) { EXPECT_EQ(e.targets.at(0), e.texts[0] == "a" ? 1 : 0); });
}

TEST_F(Examples, FaultsAreNamedWithTheirPlace) {
  const auto file = [&](const char* name, const char* text) { return TrainData{.file = folder_.write(name, text)}; };
  EXPECT_NE(error(file("a.jsonl", "{\"anchor\": \"x\"}\n"), "mnr").find("there is no 'positive'; the row has 'anchor'"),
            std::string::npos);
  EXPECT_NE(error(file("b.tsv", "anchor\tpositive\n"), "mnr").find("holds no rows"), std::string::npos);
  EXPECT_NE(error(file("c.tsv", "text1\ttext2\tlabel\na\tb\t2\n"), "contrastive")
                .find("c.tsv:2: expected a label of 0 or 1, found 2"),
            std::string::npos);
  EXPECT_NE(error(file("d.tsv", "text1\ttext2\tscore\na\tb\thigh\n"), "cosent").find("expected a number, found 'high'"),
            std::string::npos);
  EXPECT_NE(error(file("e.txt", "a\n"), "mnr").find("expected a .jsonl, .tsv or .csv file"), std::string::npos);
  EXPECT_NE(error(pairs(3), "triplet").find("negative"), std::string::npos);
}

}  // namespace
}  // namespace sememe::train
