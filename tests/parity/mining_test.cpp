// Hard negatives against what sentence-transformers selects (tests/golden/make_mining.py).
#include "sememe/mining.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "io/json.h"
#include "sememe/encoder.h"
#include "support/shared_data.h"
#include "train/records.h"

namespace sememe::test {
namespace {

TEST(HardNegatives, AreThoseThatSentenceTransformersSelects) {
  const std::filesystem::path pairs = shared_data("pairs/snli-dev.jsonl.gz");
  SEMEME_SKIP_WITHOUT(pairs);
  SEMEME_SKIP_WITHOUT(minilm_folder() / "model.safetensors");
  std::vector<std::string> anchors, positives;
  train::RecordReader reader(pairs, {"sentence1", "sentence2", "label"});
  for (std::vector<std::string> row; anchors.size() < 300 && reader.next(row);)
    if (row[2] != "contradiction") {
      anchors.push_back(row[0]);
      positives.push_back(row[1]);
    }
  const Encoder encoder = Encoder::load(minilm_folder().string(), {.compute = ComputeType::kFloat32});
  std::unordered_map<std::string, std::vector<float>> vectors;  // every selection asks for the same ones
  for (const std::vector<std::string>* const texts : {&anchors, &positives}) {
    const Matrix made = encoder.encode(*texts);
    for (std::int64_t i = 0; i < made.rows(); ++i)
      vectors[(*texts)[static_cast<std::size_t>(i)]].assign(made.row(i).begin(), made.row(i).end());
  }
  const auto embed = [&](std::span<const std::string> texts, bool) {
    Matrix out(std::ssize(texts), encoder.info().dimensions);
    for (std::int64_t i = 0; i < out.rows(); ++i)
      std::ranges::copy(vectors.at(texts[static_cast<std::size_t>(i)]), out.row(i).begin());
    return out;
  };

  std::ifstream lines(std::filesystem::path(SEMEME_SOURCE_DIR) / "tests/golden/mining/expected.jsonl");
  int selections = 0;
  for (std::string line; std::getline(lines, line); ++selections) {
    const JsonDocument document = JsonDocument::parse(line, "expected.jsonl");
    const Json root = document.root();
    const auto real = [&](const char* name) -> std::optional<double> {
      const auto value = root.find(name);
      return value ? std::optional(value->as_number()) : std::nullopt;
    };
    MiningOptions options{.range_min = root.get_int("range_min", 0),
                          .max_score = real("max_score"),
                          .min_score = real("min_score"),
                          .absolute_margin = real("absolute_margin"),
                          .relative_margin = real("relative_margin"),
                          .num_negatives = root.get_int("num_negatives", 3)};
    if (const auto last = root.find("range_max")) options.range_max = last->as_int();
    const bool tuples = root.at("format").as_string() == "n-tuple";

    std::vector<std::vector<std::int64_t>> expected, found;
    for (const Json& row : root.at("rows").elements()) {
      expected.emplace_back();
      for (const Json& id : row.elements()) expected.back().push_back(id.as_int());
    }
    const MinedNegatives mined = mine_hard_negatives(anchors, positives, {}, embed, options);
    for (const MinedNegatives::Row& row : mined.rows) {
      if (!tuples)
        for (const std::int64_t negative : row.negatives) found.push_back({row.anchor, row.positive, negative});
      if (!tuples || std::ssize(row.negatives) < options.num_negatives) continue;
      found.push_back({row.anchor, row.positive});
      found.back().insert(found.back().end(), row.negatives.begin(), row.negatives.end());
    }
    EXPECT_FALSE(expected.empty());
    EXPECT_EQ(found, expected) << line.substr(0, 200);
  }
  EXPECT_EQ(selections, 18);
}

}  // namespace
}  // namespace sememe::test
