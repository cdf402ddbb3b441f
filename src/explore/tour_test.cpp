#include "explore/tour.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/fail.h"
#include "io/json.h"
#include "support/shared_data.h"

namespace sememe {
namespace {

class TourTest : public testing::Test {
 protected:
  static std::filesystem::path path(const std::string& name) { return test::shared_data("golden/models/" + name); }
  static std::string model(const std::string& name) { return path(name).string(); }
  void SetUp() override { SEMEME_SKIP_WITHOUT(path("bert-mean")); }
};

TEST_F(TourTest, SharesOfTokensAddUpToTheCosine) {
  const Encoder encoder = Encoder::load(model("bert-mean"), {.threads = 1});
  const AttentionProbe probe = AttentionProbe::load(model("bert-mean"));
  const JsonDocument document =
      JsonDocument::parse(Tour(encoder, probe).document("a cat sat", "the dog ran away"), "tour");
  const Json lesson = document.root().at("lesson");
  const double cosine = lesson.at("cosine").as_number();
  for (const Json& text : lesson.at("texts").elements()) {
    double sum = 0;
    const std::vector<Json> tokens = text.at("tokens").elements();
    for (const Json& token : tokens) {
      sum += token.at("share").as_number();
      EXPECT_EQ(encoder.tokenizer().token_to_id(token.at("token").as_string()), token.at("id").as_int());
    }
    EXPECT_LE(std::abs(sum - cosine), 1e-4);
    EXPECT_EQ(std::ssize(text.at("attention").elements()), encoder.info().layers);
    const auto n = std::ssize(tokens);
    EXPECT_EQ(std::ssize(text.at("attention").elements()[0].elements()), text.at("heads").as_int() * n * n);
    EXPECT_TRUE(tokens.front().at("special").as_bool());
  }
}

TEST_F(TourTest, AVectorThatIsNoMeanOfTokensHasNoShares) {
  SEMEME_SKIP_WITHOUT(path("bert-cls-normalize-prompts"));
  const Encoder encoder = Encoder::load(model("bert-cls-normalize-prompts"), {.threads = 1});
  const AttentionProbe probe = AttentionProbe::load(model("bert-cls-normalize-prompts"));
  const JsonDocument document = JsonDocument::parse(Tour(encoder, probe).lesson("a cat", "a dog"), "lesson");
  EXPECT_FALSE(document.root().at("texts").elements()[0].at("tokens").elements()[0].find("share").has_value());
}

TEST_F(TourTest, TheStaticBankIsOneAndTheContextualOneIsMany) {
  const Encoder encoder = Encoder::load(model("bert-mean"), {.threads = 1});
  const AttentionProbe probe = AttentionProbe::load(model("bert-mean"));
  const JsonDocument document = JsonDocument::parse(Tour(encoder, probe).bank(), "bank");
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) {
      const auto at = [&](const char* name) {
        return document.root().at(name).elements()[i].elements()[j].as_number();
      };
      EXPECT_LE(std::abs(at("static") - 1), 1e-5);
      EXPECT_LE(std::abs(at("contextual") - (i == j ? 1 : 0.5)), i == j ? 1e-5 : 0.49999);
    }
}

TEST_F(TourTest, RefusesTextsThatItCannotShow) {
  const Encoder encoder = Encoder::load(model("bert-mean"), {.threads = 1});
  const AttentionProbe probe = AttentionProbe::load(model("bert-mean"));
  const Tour tour(encoder, probe);
  std::string longer;
  for (int i = 0; i < 80; ++i) longer.append("cat ");
  for (const std::string& text : {std::string(), std::string("  \n"), longer, std::string("\xFF")}) {
    EXPECT_THROW(tour.lesson(text, "a dog"), Error) << text;
    EXPECT_THROW(tour.lesson("a dog", text), Error) << text;
  }
}

}  // namespace
}  // namespace sememe
