#include "train/doctor.h"

#include <gtest/gtest.h>

#include <set>

#include "support/temporary_folder.h"

namespace sememe::train {
namespace {

using Kind = TrainFinding::Kind;
using Lines = std::vector<std::int64_t>;

class DoctorTest : public testing::Test {
 protected:
  DoctorTest() : doctor([this](const TrainFinding& finding) { told.push_back(finding.text); }) {}
  ExampleSource source(const std::string& rows, std::int64_t buffer = 1000, std::vector<std::string> prompts = {}) {
    return ExampleSource(
        {.file = folder.write("pairs.tsv", "anchor\tpositive\n" + rows), .prompts = std::move(prompts)},
        *parse_loss("mnr"), 1, 0, buffer);
  }
  test::TemporaryFolder folder;
  std::vector<std::string> told;
  Doctor doctor;
};

TEST_F(DoctorTest, RowsThatComeAgainAreCountedWithTheirLines) {
  for (const std::int64_t buffer : {1000, 2}) {  // in memory, and streamed
    Doctor fresh([](const TrainFinding&) {});
    fresh.look_at_data(source("a\tb\nc\td\n\na\tb\na\td\na\tb\n", buffer), {});
    ASSERT_EQ(fresh.findings().size(), 1u);
    EXPECT_EQ(fresh.findings()[0].kind, Kind::kRepeatedRows);
    EXPECT_EQ(fresh.findings()[0].count, 2);
    EXPECT_EQ(fresh.findings()[0].of, 5);
    EXPECT_EQ(fresh.findings()[0].lines, (Lines{5, 7}));
    EXPECT_TRUE(fresh.findings()[0].text.ends_with("2 of 5 rows are the same as an earlier one (lines 5, 7)"))
        << fresh.findings()[0].text;
  }
  doctor.look_at_data(source("a\tb\nb\ta\n"), {});
  EXPECT_TRUE(told.empty());
}

TEST_F(DoctorTest, TextsThatAreTrainedOnAndJudgedByAreLeaks) {
  const EvalTask sts{.type = EvalTask::Type::kSts,
                     .path = folder.write("dev.tsv", "score\tsentence1\tsentence2\n1\tx\tb\n")};
  const EvalTask classes{.type = EvalTask::Type::kClassification,
                         .path = folder.write("classes.csv", "text,label\nc,1\ny,2\n")};
  folder.write("beir/queries.jsonl", "{\"_id\": \"1\", \"text\": \"e\"}\n");
  const EvalTask retrieval{.type = EvalTask::Type::kRetrieval, .path = folder.path() / "beir"};
  doctor.look_at_data(source("a\tb\nc\td\ne\tf\nb\tg\n", 1000, {"query: "}), {sts, classes, retrieval});
  ASSERT_EQ(doctor.findings().size(), 3u);
  for (const TrainFinding& finding : doctor.findings()) EXPECT_EQ(finding.kind, Kind::kLeakage);
  EXPECT_EQ(doctor.findings()[0].lines, (Lines{2, 5}));
  EXPECT_EQ(doctor.findings()[1].lines, (Lines{3}));
  EXPECT_EQ(doctor.findings()[2].lines, (Lines{4}));
  EXPECT_NE(told[1].find("1 of 4 rows hold a text of "), std::string::npos) << told[1];
  EXPECT_NE(told[1].find("classes.csv, which judges the model (line 3)"), std::string::npos) << told[1];
}

TEST_F(DoctorTest, ATextThatIsItsOwnNegativeIsToldOnce) {
  std::vector<ExampleSource> sources;
  sources.push_back(source("a\tb\nc\tb\n"));
  for (const bool apart : {true, false}) {
    BatchStream batches(sources, 2, apart, 1);
    for (int i = 0; i < 4; ++i) doctor.look_at_batch(batches.next(), sources[0], {});
    EXPECT_EQ(told.size(), apart ? 0u : 1u);
  }
  EXPECT_EQ(doctor.findings()[0].kind, Kind::kDuplicatesInBatch);
  EXPECT_EQ(std::set<std::int64_t>(doctor.findings()[0].lines.begin(), doctor.findings()[0].lines.end()),
            (std::set<std::int64_t>{2, 3}));
}

TEST_F(DoctorTest, CollapseIsFiftyBatchesOfOneDirection) {
  const ExampleSource data = source("a\tb\n");
  for (int i = 0; i < 49; ++i) doctor.look_at_batch({}, data, {.mean_cosine = 0.99});
  doctor.look_at_batch({}, data, {.mean_cosine = 0.5});
  for (int i = 0; i < 49; ++i) doctor.look_at_batch({}, data, {.mean_cosine = 0.99});
  EXPECT_TRUE(told.empty());
  for (int i = 0; i < 200; ++i) doctor.look_at_batch({}, data, {.mean_cosine = 0.99});
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(doctor.findings()[0].kind, Kind::kCollapse);
}

TEST_F(DoctorTest, FalseNegativesAreToldWithTheWorstIfTheyAreMany) {
  const ExampleSource data = source("a\tb\n");
  for (int i = 0; i < 20; ++i) {
    Learner::Outcome outcome{.anchors = 10};
    if (i % 2 == 0) outcome.nearer.push_back({.line = i + 2, .negative_line = 9, .by = 0.01 * i});
    doctor.look_at_batch({}, data, outcome);
  }
  Doctor fewer = doctor;
  fewer.look_at_batch({}, data, {.anchors = 1});
  fewer.look_back();  // 10 of 201
  EXPECT_TRUE(told.empty());
  doctor.look_back();  // 10 of 200
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(doctor.findings()[0].kind, Kind::kFalseNegatives);
  EXPECT_EQ(doctor.findings()[0].count, 10);
  EXPECT_EQ(doctor.findings()[0].of, 200);
  EXPECT_EQ(doctor.findings()[0].lines, (Lines{20, 18, 16, 14, 12}));
  EXPECT_NE(told[0].find("worst: line 20 to 9, 18 to 9"), std::string::npos) << told[0];
}

}  // namespace
}  // namespace sememe::train
