// tools/check_training on PyTorch's fixtures: every loss, its gradients and optimizer steps (docs/numerics.md).

#include <gtest/gtest.h>

#include "support/run_program.h"
#include "support/shared_data.h"

namespace sememe {
namespace {

TEST(Training, LossesGradientsAndStepsAreThoseOfPyTorch) {
  SEMEME_SKIP_WITHOUT(test::shared_data("golden/training"));
  const test::RunResult result = test::run({SEMEME_CHECK_TRAINING, test::shared_data("golden/training").string(),
                                            test::shared_data("golden/models/bert-mean").string()});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_NE(result.out.find("18 losses: all within their bounds"), std::string::npos) << result.out;
}

}  // namespace
}  // namespace sememe
