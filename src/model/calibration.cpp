#include "model/calibration.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace sememe {
namespace {

// Of many kinds, so that columns that only some of them use are seen in use.
constexpr std::string_view kTexts[] = {
    "The cat sat on the mat and looked out of the window.",
    "Interest rates rose by 0.25 percent in March 2019, according to the central bank.",
    "how to remove a stripped screw",
    "She was born in Vienna, studied medicine in Paris and later moved to New York.",
    "def add(a, b): return a + b  # sums two numbers",
    "The mitochondrion is the organelle in which most of a cell's energy is set free.",
    "What time does the last train to the airport leave on Sundays?",
    "WARNING: disk usage of /dev/sda1 is at 97% (threshold 90%)",
    "\"I never said that,\" he whispered; nobody believed him.",
    "apple banana orange",
    "A man is playing a guitar on stage.",
    "Der schnelle braune Fuchs springt \u00fcber den faulen Hund.",
    "caf\u00e9 na\u00efve \u6771\u4eac \u041c\u043e\u0441\u043a\u0432\u0430 \U0001F600",
    "The defendant shall pay to the plaintiff the sum of $12,500 within thirty (30) days.",
    "x",
    "Two teams of scientists, working on different continents and without knowledge of each other, found the same "
    "particle within a few weeks; the prize was shared, and the quarrel about who came first goes on to this day.",
};

}  // namespace

void raise_to_largest(MatView<const float> rows, std::vector<float>& largest) {
  largest.resize(static_cast<std::size_t>(rows.cols), 0.0F);
  for (std::int64_t i = 0; i < rows.rows; ++i)
    for (std::int64_t k = 0; k < rows.cols; ++k) {
      float& most = largest[static_cast<std::size_t>(k)];
      most = std::max(most, std::abs(rows.row(i)[k]));
    }
}

Calibration calibrate(const Transformer& transformer, const Tokenizer& tokenizer, std::int64_t max_tokens,
                      ThreadPool& pool) {
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> offsets = {0};
  std::int64_t longest = 0;
  for (const std::string_view text : kTexts) {
    std::vector<std::int32_t> some;
    tokenizer.encode_ids(text, some, {});
    some.resize(std::min(some.size(), static_cast<std::size_t>(max_tokens)));
    if (some.empty()) continue;
    ids.insert(ids.end(), some.begin(), some.end());
    offsets.push_back(static_cast<std::int64_t>(ids.size()));
    longest = std::max(longest, std::ssize(some));
  }
  Calibration calibration;
  calibration.layers.resize(static_cast<std::size_t>(transformer.config().layers));
  if (ids.empty()) return calibration;
  Workspace workspace;
  workspace.reserve(transformer.config(), NumberType::kFloat32, offsets.back(), longest, pool.size());
  const auto watch = [&](Product product, std::int64_t layer, MatView<const float> input) {
    Calibration::Layer& at = calibration.layers[static_cast<std::size_t>(layer)];
    if (product == Product::kQkv) raise_to_largest(input, at.qkv);
    if (product == Product::kUp) raise_to_largest(input, at.up);
    if (product == Product::kDown) {
      Matrix inner(input.rows, input.cols);
      for (std::int64_t i = 0; i < input.rows; ++i) std::copy_n(input.row(i), input.cols, inner.row(i).begin());
      at.inner = std::move(inner);
    }
  };
  transformer.watch({ids, offsets}, workspace, pool, watch);
  return calibration;
}

}  // namespace sememe
