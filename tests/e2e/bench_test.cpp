#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/cli.h"

namespace sememe::test {
namespace {

using Bench = CliTest;

TEST_F(Bench, JsonTellsTheMachineAndARowForEachWorkload) {
  const std::string out =
      output_of({"bench", "-m", model(), "--threads", "1", "--compute", "int8", "--max-tokens", "16", "--json"});
  const JsonDocument document = JsonDocument::parse(out, "output");
  const Json machine = document.root().at("machine");
  ASSERT_EQ(machine.at("peaks").elements().size(), 1u);
  for (const char* const peak : {"fp32_gflops", "bf16_gflops", "int8_gops"})
    EXPECT_GT(machine.at("peaks").elements()[0].at(peak).as_number(), 0) << peak;
  std::vector<std::string> workloads;
  for (const Json row : document.root().at("rows").elements()) {
    workloads.emplace_back(row.at("workload").as_string());
    EXPECT_EQ(row.at("compute").as_string(), "int8");
    EXPECT_EQ(row.at("threads").as_int(), 1);
    const double texts = row.at("sentences_per_second").as_number(), tokens = row.at("tokens_per_second").as_number();
    EXPECT_TRUE(texts > 0 && tokens >= texts && std::isfinite(tokens)) << workloads.back();
    const double peak = row.at("peak_fraction").as_number();
    EXPECT_TRUE(peak > 0 && std::isfinite(peak)) << workloads.back();
    if (workloads.back() != "ragged") {
      EXPECT_NEAR(tokens / texts, 16, 1e-6) << workloads.back();
    }
  }
  EXPECT_EQ(workloads, (std::vector<std::string>{"16 tokens", "ragged", "one of 16", "cores busy"}));
}

TEST_F(Bench, TableStartsWithTheMachine) {
  const std::string out =
      output_of({"bench", "-m", model(), "--threads", "1", "--compute", "fp32", "--max-tokens", "16"});
  const std::vector<std::string> lines = lines_of(out);
  ASSERT_EQ(lines.size(), 8u) << out;
  EXPECT_TRUE(lines[1].starts_with("peak of 1 thread:")) << out;
  for (std::size_t i = 4; i < lines.size(); ++i) EXPECT_TRUE(lines[i].starts_with("fp32") && lines[i].ends_with(" %"));
}

}  // namespace
}  // namespace sememe::test
