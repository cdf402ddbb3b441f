// The same text gives the same bits alone, in any batch, in any order and with any number of threads.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "base/rng.h"
#include "sememe/encoder.h"
#include "support/sanitized.h"
#include "support/shared_data.h"

namespace sememe {
namespace {

constexpr int kLongest = test::kSanitized ? 120 : 300;

std::vector<std::string> mixed_texts() {
  const std::string words[] = {"the",    "river",        "bank",  "closed", "cat",  "unbelievable",
                               "12,345", "caf\u00e9",    "x",     "sat",    "on",   "mat",
                               "queen",  "\u65e5\u672c", "stock", "prices", "rose", "!"};
  const CounterRng rng(5, 0);
  std::vector<std::string> texts = {""};
  std::uint64_t draw = 0;
  for (int i = 0; i < (test::kSanitized ? 12 : 60); ++i) {
    std::string text;
    for (std::uint32_t n = rng.below(draw++, i % 10 == 9 ? kLongest : 25); n > 0; --n)
      text.append(words[rng.below(draw++, std::size(words))]).append(" ");
    texts.push_back(text);
  }
  return texts;
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

void check_invariance(const std::string& model, ComputeType compute) {
  SCOPED_TRACE(model + " compute " + std::to_string(static_cast<int>(compute)));
  const std::vector<std::string> texts = mixed_texts();
  const auto count = static_cast<std::int64_t>(texts.size());
  const Encoder one = Encoder::load(model, {.compute = compute, .threads = 1}),
                two = Encoder::load(model, {.compute = compute, .threads = 2});
  const Matrix want = one.encode(texts);

  const auto expect_same = [&](const Matrix& got, const std::vector<std::int64_t>& order, const std::string& how) {
    for (std::int64_t i = 0; i < count; ++i)
      ASSERT_TRUE(same_bits(got.row(i), want.row(order[static_cast<std::size_t>(i)]))) << how << ", text " << i;
  };
  std::vector<std::int64_t> order(texts.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);

  expect_same(two.encode(texts), order, "two threads");
  for (const std::int64_t tokens : {1, 50, 700})
    expect_same(two.encode(texts, {.batch_tokens = tokens}), order, "batches of " + std::to_string(tokens));

  Matrix alone(count, want.cols());
  for (const Encoder* encoder : {&one, &two}) {
    for (std::int64_t i = 0; i < count; ++i) {
      const Matrix row = encoder->encode(std::span(texts).subspan(static_cast<std::size_t>(i), 1));
      std::copy(row.row(0).begin(), row.row(0).end(), alone.row(i).begin());
    }
    expect_same(alone, order, "alone");
  }

  const CounterRng rng(6, 0);
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[rng.below(i, static_cast<std::uint32_t>(i))]);
  std::vector<std::string> shuffled;
  for (const std::int64_t i : order) shuffled.push_back(texts[static_cast<std::size_t>(i)]);
  expect_same(two.encode(shuffled), order, "shuffled");

  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const TokenEmbeddings a = one.encode_tokens(views), b = two.encode_tokens(views);
  EXPECT_TRUE(same_bits({a.vectors.data(), static_cast<std::size_t>(a.vectors.rows() * a.vectors.cols())},
                        {b.vectors.data(), static_cast<std::size_t>(b.vectors.rows() * b.vectors.cols())}));
}

constexpr ComputeType kTypes[] = {ComputeType::kFloat32, ComputeType::kBfloat16, ComputeType::kInt8};

TEST(Invariance, MiniLm) {
  SEMEME_SKIP_WITHOUT(test::minilm_folder());
  for (const ComputeType compute : kTypes) check_invariance(test::minilm_folder(), compute);
}

TEST(Invariance, PreNormEncoderOfOddSizes) {
  for (const ComputeType compute : kTypes) check_invariance(SEMEME_SOURCE_DIR "/tests/golden/megatron-bert", compute);
}

TEST(Invariance, EveryTinyBert) {
  for (const char* name : {"bert-concat-all", "bert-dense-two", "bert-layernorm", "bert-fp16-hub", "bert-relu-cased"}) {
    const auto folder = test::shared_data(std::string("golden/models/") + name);
    SEMEME_SKIP_WITHOUT(folder);
    for (const ComputeType compute : kTypes) check_invariance(folder, compute);
  }
}

}  // namespace
}  // namespace sememe
