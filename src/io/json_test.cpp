#include "io/json.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <limits>

#include "base/fail.h"
#include "io/json_scan.h"
#include "io/test_files.h"

namespace sememe {
namespace {

using test::TemporaryFolder;

JsonDocument parse(std::string_view text) { return JsonDocument::parse(text, "config.json"); }

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Json, GivesEveryTypeItsValue) {
  const JsonDocument document = parse(R"({"a": 42, "b": -1.5, "c": "caf\u00e9\ud83d\ude00\u0000x", "d": true, "e": null,
                                          "f": [1, 2.0, 1e3], "g": {}})");
  const Json root = document.root();
  EXPECT_EQ(root.type(), Json::Type::kObject);
  EXPECT_EQ(root.size(), 7u);
  EXPECT_EQ(root.at("a").as_int(), 42);
  EXPECT_EQ(root.at("a").as_number(), 42.0);
  EXPECT_EQ(root.at("b").as_number(), -1.5);
  EXPECT_EQ(root.at("c").as_string(), std::string_view("caf\u00e9\U0001F600\0x", 11));
  EXPECT_TRUE(root.at("d").as_bool());
  EXPECT_FALSE(root.find("e"));
  EXPECT_FALSE(root.find("absent"));
  const std::vector<Json> f = root.at("f").elements();
  ASSERT_EQ(f.size(), 3u);
  EXPECT_TRUE(f[0].is_integer());
  EXPECT_FALSE(f[1].is_integer());
  EXPECT_EQ(f[2].as_number(), 1000);
  EXPECT_TRUE(root.at("g").members().empty());
}

TEST(Json, KeepsTheOrderOfMembers) {
  const JsonDocument document = parse(R"({"z": 1, "a": 2, "m": 3})");
  std::string keys;
  for (const auto& [key, value] : document.root().members()) keys += key, keys += std::to_string(value.as_int());
  EXPECT_EQ(keys, "z1a2m3");
}

TEST(Json, FallbacksStandForAbsentAndNullOnly) {
  const JsonDocument document = parse(R"({"n": 3, "x": 0.5, "s": "t", "b": false, "null": null})");
  const Json root = document.root();
  EXPECT_EQ(root.get_int("n", 7), 3);
  EXPECT_EQ(root.get_int("null", 7), 7);
  EXPECT_EQ(root.get_number("x", 7), 0.5);
  EXPECT_EQ(root.get_number("absent", 7), 7);
  EXPECT_EQ(root.get_string("s", "u"), "t");
  EXPECT_EQ(root.get_string("absent", "u"), "u");
  EXPECT_FALSE(root.get_bool("b", true));
  EXPECT_TRUE(root.get_bool("absent", true));
  EXPECT_FAILS(root.get_int("x", 7), kCorrupt, "config.json: x: expected an integer, found the number 0.5");
  EXPECT_FAILS(root.get_bool("n", true), kCorrupt, "config.json: n: expected true or false, found the integer 3");
}

TEST(Json, ErrorsNameThePathInTheDocument) {
  const JsonDocument document =
      parse(R"({"added_tokens": [{}, {}, {}, {"id": "x"}], "vocab": {"a b": [[1], [2, "q"]]}})");
  const Json root = document.root();
  const Json id = root.at("added_tokens").elements()[3].at("id");
  EXPECT_EQ(id.where(), "config.json: added_tokens[3].id");
  EXPECT_FAILS(id.as_int(), kCorrupt, "config.json: added_tokens[3].id: expected an integer, found the string 'x'");
  EXPECT_EQ(root.at("vocab").at("a b").elements()[1].elements()[1].where(), "config.json: vocab['a b'][1][1]");
  EXPECT_FAILS(root.at("hidden_size"), kCorrupt, "config.json: hidden_size is missing");
  EXPECT_FAILS(root.at("added_tokens").elements()[1].at("id"), kCorrupt, "config.json: added_tokens[1].id is missing");
  EXPECT_FAILS(root.as_string(), kCorrupt, "config.json: expected a string, found an object");
  EXPECT_FAILS(root.at("vocab").elements(), kCorrupt, "config.json: vocab: expected an array, found an object");
  EXPECT_FAILS(id.find("x"), kCorrupt, "expected an object, found the string 'x'");
}

TEST(Json, ValuesOutliveAMoveOfTheDocument) {
  JsonDocument first = parse(R"({"a": [1, 2]})");
  const Json a = first.root().at("a");
  const JsonDocument second = std::move(first);
  EXPECT_EQ(a.elements()[1].as_int(), 2);
  EXPECT_EQ(a.where(), "config.json: a");
}

TEST(Json, IntegersAreIntegersOnly) {
  const JsonDocument document = parse(R"([9223372036854775807, -9223372036854775808, 9223372036854775808, 20.0, 1e2,
      18446744073709551615, 18446744073709551616, 1000000000000000019884624838656, -9223372036854775809])");
  const std::vector<Json> v = document.root().elements();
  EXPECT_EQ(v[0].as_int(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(v[1].as_int(), std::numeric_limits<std::int64_t>::min());
  for (std::size_t i = 2; i < v.size(); ++i) EXPECT_FAILS(v[i].as_int(), kCorrupt, "expected an integer");
  EXPECT_EQ(v[2].as_number(), 9223372036854775808.0);
  EXPECT_EQ(v[6].as_number(), 18446744073709551616.0);
  EXPECT_EQ(v[7].as_number(), 1e30);
  EXPECT_EQ(v[8].as_number(), -9223372036854775809.0);
}

TEST(Json, BigIntegersAreRewrittenOutsideStringsOnly) {
  const JsonDocument document = parse(R"({"1000000000000000019884624838656": "\"-1000000000000000019884624838656",
                                          "x": 1000000000000000019884624838656})");
  EXPECT_EQ(document.root().at("1000000000000000019884624838656").as_string(), "\"-1000000000000000019884624838656");
  EXPECT_EQ(document.root().at("x").as_number(), 1e30);
  EXPECT_EQ(document.root().at("x").where(), "config.json: x");
}

TEST(Json, RefusesWhatIsNotJsonAndSaysWhere) {
  EXPECT_FAILS(parse(""), kCorrupt, "config.json: not JSON at byte 0 (line 1): expected a value, found the end");
  EXPECT_FAILS(parse("  \n"), kCorrupt, "byte 3 (line 2)");
  EXPECT_FAILS(parse("{\n\"a\": 1,\n}"), kCorrupt, "byte 10 (line 3): expected a key in double quotes, found '}'");
  EXPECT_FAILS(parse("[1 2]"), kCorrupt, "byte 3 (line 1): expected ',' or ']', found '2'");
  EXPECT_FAILS(parse("{\"a\" 1}"), kCorrupt, "expected ':'");
  EXPECT_FAILS(parse("{} {}"), kCorrupt, "byte 3 (line 1): expected nothing more, found '{'");
  EXPECT_FAILS(parse("[NaN]"), kCorrupt, "byte 1 (line 1): expected a value");
  EXPECT_FAILS(parse("[1e999]"), kCorrupt, "byte 1 (line 1): a number beyond the range");
  EXPECT_FAILS(parse("[-1e999]"), kCorrupt, "byte 1 (line 1): a number beyond the range");
  EXPECT_FAILS(parse("[" + std::string(400, '9') + "]"), kCorrupt, "a number beyond the range");
  EXPECT_FAILS(parse("[01]"), kCorrupt, "leading zeros");
  EXPECT_FAILS(parse("[1.]"), kCorrupt, "byte 3 (line 1): expected a digit");
  EXPECT_FAILS(parse("[\"a]"), kCorrupt, "byte 1 (line 1): a string without its closing quote");
  EXPECT_FAILS(parse("[\"a\nb\"]"), kCorrupt, "control character");
  EXPECT_FAILS(parse("[\"\\x\"]"), kCorrupt, "escape");
  EXPECT_FAILS(parse("[\"\xC3\x28\"]"), kCorrupt, "byte 2 (line 1): expected UTF-8, found '\\xc3'");
  EXPECT_FAILS(parse("\xEF\xBB\xBF{}"), kCorrupt, "byte 0");
  EXPECT_FAILS(parse(std::string_view("{}\0", 3)), kCorrupt, "byte 2 (line 1): expected nothing more, found '\\x00'");
  EXPECT_FAILS(parse("[tru]"), kCorrupt, "byte 1");
  EXPECT_FAILS(parse("[1,]"), kCorrupt, "byte 3");
  EXPECT_FAILS(parse("]"), kCorrupt, "byte 0");
}

TEST(Json, HalfASurrogatePairIsNoText) {
  EXPECT_FAILS(parse(R"(["\ud83d"])"), kCorrupt, "half of a surrogate pair");
  EXPECT_FAILS(parse(R"(["\ude00"])"), kCorrupt, "half of a surrogate pair");
  EXPECT_FAILS(parse(R"(["\ud83d\u0041"])"), kCorrupt, "half of a surrogate pair");
  EXPECT_FAILS(parse(R"({"\ude00": 1})"), kCorrupt, "half of a surrogate pair");
  EXPECT_FAILS(parse(R"(["\ud83d\ud83d"])"), kCorrupt, "half of a surrogate pair");
}

TEST(Json, NestsToTheLimitAndNoDeeper) {
  EXPECT_NO_THROW(parse(nested(kMaxJsonDepth)));
  EXPECT_NO_THROW(parse("{\"a\": [" + nested(kMaxJsonDepth - 2) + ", \"x\", 1]}"));
  EXPECT_FAILS(parse(nested(kMaxJsonDepth + 1)), kCorrupt, "nested deeper than 512");
  EXPECT_FAILS(parse(nested(50'000)), kCorrupt, "nested deeper than 512");
  EXPECT_FAILS(parse(std::string(1'000'000, '[')), kCorrupt, "nested deeper than 512");
}

TEST(Json, RefusesTheSameKeyTwiceInOneObject) {
  EXPECT_FAILS(parse(R"({"a": 1, "b": 2, "a": 3})"), kCorrupt, "config.json: the key 'a' stands twice");
  EXPECT_FAILS(parse(R"({"x": [{"p": 1}, {"q": 1, "\u0071": 2}]})"), kCorrupt,
               "config.json: x[1]: the key 'q' stands twice");
  EXPECT_NO_THROW(parse(R"([{"a": 1}, {"a": 1, "b": {"a": 1}}])"));
}

TEST(Json, FindsADuplicateAmongManyKeys) {
  std::string text = "{";
  for (int i = 0; i < 250'000; ++i) text += concat("\"token", i, "\":", i, ",");
  EXPECT_EQ(parse(text + "\"last\":0}").root().size(), 250'001u);
  EXPECT_FAILS(parse(text + "\"token131072\":0}"), kCorrupt, "'token131072' stands twice");
}

TEST(Json, CountsMoreElementsThanTheTapeHolds) {
  std::string text = "[";
  for (int i = 0; i < 0x1000000; ++i) text += "0,";
  EXPECT_EQ(parse(text + "0]").root().size(), 0x1000001u);
}

TEST(Json, LoadsFiles) {
  const TemporaryFolder folder;
  EXPECT_EQ(JsonDocument::load(folder.add("a.json", "[1, 2, 3]")).root().size(), 3u);
  EXPECT_FAILS(JsonDocument::load(folder / "none.json"), kNotFound, "none.json");
  EXPECT_FAILS(JsonDocument::load(folder.path()), kInvalidArgument, "is a directory");
  EXPECT_FAILS(JsonDocument::load(folder.add("bad.json", "{")), kCorrupt, "bad.json: not JSON at byte 1");
  const std::filesystem::path fifo = folder / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_FAILS(JsonDocument::load(fifo), kInvalidArgument, "not a regular file");
}

TEST(JsonScan, AgreesWithTheParserOnDamagedDocuments) {
  const std::string good = R"({"a": [1, -2.5e-3, "t\u00e9\n", true, false, null, {"b": {}}], "c": "\\\"/"})";
  ASSERT_FALSE(find_json_flaw(good));
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char c : {'"', ',', '}', '[', '0', 'e', '\\', '\n', '\x80', ' ', '\0', '-'}) {
      std::string bad = good;
      bad[at] = c;
      bool refused = false;
      try {
        parse(bad);
      } catch (const Error& error) {
        refused = true;
        if (std::string_view(error.what()).find("stands twice") != std::string_view::npos) continue;
        EXPECT_NE(std::string_view(error.what()).find("at byte"), std::string_view::npos)
            << bad << ": " << error.what();
      }
      EXPECT_EQ(refused, find_json_flaw(bad).has_value()) << bad;
    }
    const std::string cut = good.substr(0, at);
    EXPECT_FAILS(parse(cut), kCorrupt, "at byte");
  }
}

TEST(FindDuplicate, WorksAroundKeysThatShareTheirPlaces) {
  std::vector<std::string> texts;
  for (int i = 0; i < 1000; ++i) texts.push_back(std::to_string(i * 7919));
  std::vector<std::string_view> keys(texts.begin(), texts.end());
  EXPECT_FALSE(find_duplicate(keys));
  for (const std::size_t i : {1u, 500u, 999u}) {
    std::vector<std::string_view> with = keys;
    with[i] = keys[0];
    EXPECT_EQ(find_duplicate(with), i);
  }
}

}  // namespace
}  // namespace sememe
