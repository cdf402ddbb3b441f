#include "io/json_numbers.h"

#include <gtest/gtest.h>

#include "io/json.h"

namespace sememe {
namespace {

// Expected: what tokenizers 0.23.3 (serde_json) writes for a Unigram score of that text.
TEST(JsonNumbers, AreThoseOfSerde) {
  const std::pair<const char*, double> numbers[] = {
      {"-2.0122294425964355", -0x1.0190bcp+1},
      {"123456789012345678901234567890.5", 0x1.8ee90ff6c373ep+96},
      {"1e-310", 0x0.012688b70e62bp-1022},
      {"2.2250738585072011e-308", 0x1p-1022},  // the nearest would be one below
      {"5e-324", 0x0.0000000000001p-1022},
      {"1.7976931348623157E+308", 0x1.fffffffffffffp+1023},
      {"18446744073709551616.5", 0x1p+64},
      {"1844674407370955161.61", 0x1.999999999999ap+60},
      {"0.30000000000000004", 0x1.3333333333334p-2},
      {"9007199254740993.0", 0x1.0000000000001p+53},
      {"1e23", 0x1.52d02c7e14af6p+76},
      {"7.038531e-26", 0x1.5c87fafffffffp-84},
      {"1e-400", 0},
      {"0.000000000000000000000000000000123456789012345678901", 0x1.40831c305489bp-103},
  };
  for (const auto& [text, value] : numbers) EXPECT_EQ(parse_as_serde(text), value) << text;
}

TEST(JsonNumbers, OfADocumentAreReplacedInPlace) {
  constexpr std::string_view kText =
      R"({"1": "say \"2.5\" \\", "a\\\"3": [1, -7, 18446744073709551615, 9007199254740993.0, [true, 7.038531e-26]],)"
      R"( "b": 100000000000000000000})";
  const JsonDocument serde = JsonDocument::parse(kText, "x", JsonNumbers::kSerde);
  const std::vector<Json> list = serde.root().at("a\\\"3").elements();
  EXPECT_EQ(list[1].as_int(), -7);
  EXPECT_EQ(list[3].as_number(), 0x1.0000000000001p+53);
  EXPECT_EQ(list[4].pair()[1].as_number(), 0x1.5c87fafffffffp-84);
  EXPECT_EQ(serde.root().at("b").as_number(), 1e20);
  EXPECT_EQ(serde.root().at("1").as_string(), "say \"2.5\" \\");
  const JsonDocument nearest = JsonDocument::parse(kText, "x");
  EXPECT_EQ(nearest.root().at("a\\\"3").elements()[3].as_number(), 0x1p+53);
}

TEST(Json, PairsHaveExactlyTwoElements) {
  const JsonDocument document = JsonDocument::parse("[[1, 2], [1], [1, 2, 3], 4]", "x");
  const std::vector<Json> list = document.root().elements();
  EXPECT_EQ(list[0].pair()[1].as_int(), 2);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_ANY_THROW(list[i].pair());
}

}  // namespace
}  // namespace sememe
