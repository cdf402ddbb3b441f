#include "io/json_writer.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "base/rng.h"
#include "io/json.h"
#include "io/test_files.h"
#include "io/utf8.h"

namespace sememe {
namespace {

std::string written(const auto& value) {
  JsonWriter json;
  json.value(value);
  return json.take();
}

TEST(JsonWriter, WritesCompactDocuments) {
  JsonWriter json;
  json.begin_object().member("name", "x").member("n", 3).member("ok", true).key("none").null();
  json.key("list")
      .begin_array()
      .value(1)
      .value("two")
      .begin_object()
      .end_object()
      .begin_array()
      .end_array()
      .end_array();
  json.key("row").numbers(std::vector<float>{0.5F, -1}).end_object();
  EXPECT_EQ(json.text(), R"({"name":"x","n":3,"ok":true,"none":null,"list":[1,"two",{},[]],"row":[0.5,-1.0]})");
}

TEST(JsonWriter, WritesPrettyDocuments) {
  JsonWriter json(JsonStyle::kPretty);
  json.begin_object().member("a", 1).key("b").begin_array().value("x").begin_object().member("c", 2).end_object();
  json.end_array().key("e").begin_array().end_array().key("row").numbers(std::vector<float>{0.5F, -1});
  json.key("line").begin_array(true).value(1).begin_object().member("d", 2).end_object().end_array().end_object();
  EXPECT_EQ(json.text(), R"({
  "a": 1,
  "b": [
    "x",
    {
      "c": 2
    }
  ],
  "e": [],
  "row": [0.5, -1.0],
  "line": [1, {"d": 2}]
})");
}

TEST(JsonWriter, WritesJsonLinesInChunks) {
  JsonWriter json;
  std::string out;
  for (int i = 0; i < 3; ++i) {
    json.begin_object().member("i", i);
    out += json.take();
    json.end_object().end_line();
    out += json.take();
  }
  EXPECT_EQ(out, "{\"i\":0}\n{\"i\":1}\n{\"i\":2}\n");
  EXPECT_TRUE(json.text().empty());
}

TEST(JsonWriter, EscapesWhatJsonNeedsAndKeepsTheRest) {
  EXPECT_EQ(written("a\"b\\c/\b\f\n\r\t\x01\x1F\x7F"), "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\x7F\"");
  EXPECT_EQ(written("caf\u00e9 \U0001F600 \u2028"), "\"caf\u00e9 \U0001F600 \u2028\"");
  EXPECT_EQ(written(std::string_view("\0", 1)), "\"\\u0000\"");
  EXPECT_EQ(written(""), "\"\"");
  EXPECT_FAILS(written("gr\xFC"), kInvalidArgument, "a JSON string is not valid UTF-8 at byte 2");
}

TEST(JsonWriter, EveryByteOfTextReadsBack) {
  std::string text;
  for (char32_t c = 0; c < 0x3000; c += c < 0x200 ? 1 : 37) append_utf8(text, c);
  EXPECT_EQ(JsonDocument::parse(written(text), "it").root().as_string(), text);
}

TEST(JsonWriter, NumbersAreShortestAndKeepTheirType) {
  EXPECT_EQ(written(0.1F), "0.1");
  EXPECT_EQ(written(0.1), "0.1");
  EXPECT_EQ(written(static_cast<double>(0.1F)), "0.10000000149011612");
  EXPECT_EQ(written(1.0F), "1.0");
  EXPECT_EQ(written(-0.0), "-0.0");
  EXPECT_EQ(written(1e22), "1e+22");
  EXPECT_EQ(written(1e-7F), "1e-07");
  EXPECT_EQ(written(16777216.0F), "16777216.0");
  EXPECT_EQ(written(std::numeric_limits<double>::denorm_min()), "5e-324");
  EXPECT_EQ(written(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(written(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(written(std::uint8_t{200}), "200");
  EXPECT_EQ(written(-7), "-7");
}

TEST(JsonWriter, RefusesNumbersThatJsonLacks) {
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_FAILS(written(std::nan("")), kInvalidArgument, "NaN");
  EXPECT_FAILS(written(-inf), kInvalidArgument, "an infinite number");
  EXPECT_FAILS(JsonWriter().numbers(std::vector<float>{1, inf}), kInvalidArgument, "an infinite number");
}

TEST(JsonWriter, FloatsReadBackBitForBit) {
  const CounterRng rng(1, 0);
  std::vector<float> row;
  for (std::uint64_t i = 0; row.size() < 20'000; ++i) {
    const auto x = std::bit_cast<float>(rng.word(i));
    if (std::isfinite(x)) row.push_back(x);
  }
  JsonWriter json;
  json.numbers(row);
  const JsonDocument document = JsonDocument::parse(json.text(), "it");
  const std::vector<Json> read = document.root().elements();
  ASSERT_EQ(read.size(), row.size());
  for (std::size_t i = 0; i < row.size(); ++i) {
    ASSERT_EQ(std::bit_cast<std::uint32_t>(static_cast<float>(read[i].as_number())),
              std::bit_cast<std::uint32_t>(row[i]));
  }
}

}  // namespace
}  // namespace sememe
