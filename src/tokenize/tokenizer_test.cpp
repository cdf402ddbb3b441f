#include "sememe/tokenizer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <thread>
#include <vector>

#include "sememe/error.h"
#include "support/temporary_folder.h"

namespace sememe {
namespace {

/// Replaces `from`, which must be there, so that a case states only what is special about it.
std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

const std::string kJson = R"({"version": "1.0", "truncation": null, "padding": null,
  "added_tokens": [
    {"id": 0, "content": "[UNK]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
     "special": true},
    {"id": 3, "content": "[MASK]", "single_word": false, "lstrip": true, "rstrip": false, "normalized": false,
     "special": true}],
  "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
    "lowercase": true},
  "pre_tokenizer": {"type": "BertPreTokenizer"},
  "post_processor": {"type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
      {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
    "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
      {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}},
      {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
    "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]},
      "[SEP]": {"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]}}},
  "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
  "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
    "max_input_chars_per_word": 100,
    "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "[MASK]": 3, "hello": 4, "world": 5, "##s": 6, ",": 7, "a": 8,
      "b": 9, "##b": 10, "e": 11}}})";

const std::string kVocab = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhello\nHello\nworld\n##s\n";

class TokenizerTest : public testing::Test {
 protected:
  Tokenizer load(const std::string& json) const { return Tokenizer::load(folder_.write("tokenizer.json", json)); }
  std::string error(const std::string& json) const {
    return test::error_of<Error>([&] { load(json); });
  }
  void expect_error(const std::string& json, ErrorCode code, const std::string& part) const {
    const std::string found = error(json);
    EXPECT_EQ(found.substr(0, 1), std::to_string(static_cast<int>(code))) << found;
    EXPECT_NE(found.find(part), std::string::npos) << found;
    EXPECT_EQ(found.find('\n'), std::string::npos) << "one line";
  }
  test::TemporaryFolder folder_;
};

std::vector<std::int32_t> ids(const Tokenizer& tokenizer, std::string_view text, const TokenizeOptions& options = {}) {
  std::vector<std::int32_t> out;
  tokenizer.encode_ids(text, out, options);
  EXPECT_EQ(out, tokenizer.encode(text, options).ids) << text;
  return out;
}

using Ids = std::vector<std::int32_t>;

TEST_F(TokenizerTest, IdsOfALongTextAreThoseOfItsEncoding) {
  const Tokenizer tokenizer = load(kJson);
  std::string text;
  for (int i = 0; i < 70000; ++i) text += i % 3 == 0 ? "hello " : "worlds, ";
  const Ids all = ids(tokenizer, text);
  EXPECT_EQ(all.front(), 1);
  EXPECT_EQ(all.back(), 2);
  Ids appended = {77};
  tokenizer.encode_ids(text, appended);
  EXPECT_EQ(Ids(appended.begin() + 1, appended.end()), all);
  for (const Direction direction : {Direction::kRight, Direction::kLeft}) {
    for (const std::int64_t length : {2, 7, 100000}) {
      TokenizeOptions options;
      options.truncation = {.max_length = length, .direction = direction};
      EXPECT_EQ(std::ssize(ids(tokenizer, text, options)), length);
      EXPECT_EQ(tokenizer.encode_ids(text, appended, options), std::ssize(all));
    }
  }
}

// What truncation asks for goes another way, on which the post-processor does its work step by step.
TEST_F(TokenizerTest, WhatIsPutAroundATextAtOnceIsWhatThePostProcessorAdds) {
  const std::size_t begin = kJson.find("\"post_processor\""), end = kJson.find("\"decoder\"");
  const std::string bert = R"({"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]})",
                    roberta = R"({"type": "RobertaProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1],
                      "trim_offsets": false, "add_prefix_space": false})",
                    nothing = R"({"type": "ByteLevel", "trim_offsets": false, "add_prefix_space": false})",
                    types = R"({"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 1}}],
                      "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                      "special_tokens": {}})",
                    typed =
                        R"({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 2}},
                      {"Sequence": {"id": "A", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 3}}],
                      "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                      "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1, 8], "tokens": ["[CLS]", "a"]},
                        "[SEP]": {"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]}}})";
  const auto sequence = [](const std::string& a, const std::string& b) {
    return R"({"type": "Sequence", "processors": [)" + a + ", " + b + "]}";
  };
  for (const std::string& processor :
       {std::string("null"), bert, roberta, nothing, types, typed, sequence(nothing, typed), sequence(typed, nothing),
        sequence(types, bert), sequence(bert, types), sequence(roberta, roberta)}) {
    const Tokenizer tokenizer =
        load(kJson.substr(0, begin) + "\"post_processor\": " + processor + ", " + kJson.substr(end));
    for (const std::string text : {"", "hello [MASK] worlds", "?"}) {
      for (const int flags : {0, 1, 2, 3}) {
        TokenizeOptions options{.add_special_tokens = (flags & 1) != 0, .keep_tokens = (flags & 2) != 0};
        const Encoding one = tokenizer.encode(text, options);
        options.truncation = {.max_length = 1000};
        const Encoding other = tokenizer.encode(text, options);
        EXPECT_EQ(one.ids, other.ids) << processor << text;
        EXPECT_EQ(one.offsets, other.offsets) << processor << text;
        EXPECT_EQ(one.type_ids(), other.type_ids()) << processor << text << flags;
        EXPECT_EQ(one.word_ids, other.word_ids) << processor << text;
        EXPECT_EQ(one.sequence_ids(), other.sequence_ids()) << processor << text;
        EXPECT_EQ(one.special(), other.special()) << processor << text;
        EXPECT_EQ(one.attention(), other.attention()) << processor << text;
        EXPECT_EQ(one.tokens, other.tokens) << processor << text << flags;
        EXPECT_EQ(one.tokens_total, other.tokens_total) << processor << text;
      }
    }
  }
}

TEST_F(TokenizerTest, SpacesThatAnAddedTokenTookAlongAreTrimmed) {
  const std::size_t begin = kJson.find("\"post_processor\""), end = kJson.find("\"decoder\"");
  const Tokenizer tokenizer = load(kJson.substr(0, begin) + R"("post_processor": {"type": "RobertaProcessing",
    "sep": ["[SEP]", 2], "cls": ["[CLS]", 1], "trim_offsets": true, "add_prefix_space": true}, )" +
                                   kJson.substr(end));
  using Offsets = std::vector<Offset>;
  const Encoding one = tokenizer.encode("hello  [MASK] b");
  EXPECT_EQ(one.offsets, (Offsets{{0, 0}, {0, 5}, {7, 13}, {14, 15}, {0, 0}}));
  EXPECT_TRUE(one.tokens.empty());
  const Encoding pair = tokenizer.encode_pair("a", "b [MASK]", {.keep_tokens = true});
  EXPECT_EQ(pair.offsets, (Offsets{{0, 0}, {0, 1}, {0, 0}, {0, 0}, {0, 1}, {2, 8}, {0, 0}}));
  EXPECT_EQ(pair.tokens[5], " [MASK]");
  EXPECT_EQ(tokenizer.encode_pair("a", "b [MASK]").offsets, pair.offsets);
}

TEST_F(TokenizerTest, AFixedLengthOfZeroIsNoPadding) {
  const auto padded = [&](int length) {
    return with(
        kJson, "\"padding\": null",
        R"("padding": {"strategy": {"Fixed": )" + std::to_string(length) +
            R"(}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "x"})");
  };
  EXPECT_FALSE(load(padded(0)).padding());  // as model2vec writes it
  EXPECT_EQ(load(padded(7)).padding()->length, 7);
  expect_error(padded(-1), ErrorCode::kCorrupt, "expected 0 or more");
  EXPECT_EQ(load(kJson).unknown_id(), 0);
}

TEST_F(TokenizerTest, EncodesWithOffsetsWordsAndSpecialTokens) {
  const Tokenizer tokenizer = load(kJson);
  const Encoding e = tokenizer.encode("H\u00C9LLO Worlds, \u4E2D", {.keep_tokens = true});
  EXPECT_EQ(e.ids, (Ids{1, 4, 5, 6, 7, 0, 2}));
  EXPECT_EQ(e.offsets, (std::vector<Offset>{{0, 0}, {0, 6}, {7, 12}, {12, 13}, {13, 14}, {15, 18}, {0, 0}}));
  EXPECT_EQ(e.word_ids, (Ids{-1, 0, 1, 1, 2, 3, -1}));
  EXPECT_EQ(e.sequence_ids(), (Ids{-1, 0, 0, 0, 0, 0, -1}));
  EXPECT_EQ(e.type_ids(), Ids(7, 0));
  EXPECT_EQ(e.special(), (std::vector<std::uint8_t>{1, 0, 0, 0, 0, 0, 1}));
  EXPECT_EQ(e.tokens, (std::vector<std::string>{"[CLS]", "hello", "world", "##s", ",", "[UNK]", "[SEP]"}));
  EXPECT_EQ(e.tokens_total, 7U);
  EXPECT_EQ(tokenizer.decode(e.ids), "[CLS] hello worlds, [SEP]") << "special are those that added_tokens calls so";
  EXPECT_EQ(tokenizer.decode(e.ids, false), "[CLS] hello worlds, [UNK] [SEP]");
  EXPECT_TRUE(tokenizer.encode("a").tokens.empty()) << "only if asked for";
}

TEST_F(TokenizerTest, AddedTokensInTheTextBecomeTheirIds) {
  const Tokenizer tokenizer = load(kJson);
  const Encoding e = tokenizer.encode("a  [MASK]b[mask]", {.keep_tokens = true});
  EXPECT_EQ(e.ids, (Ids{1, 8, 3, 9, 0, 0, 0, 2}));
  EXPECT_EQ(e.offsets[2], (Offset{1, 9})) << "with the spaces that lstrip takes";
  EXPECT_EQ(e.tokens[2], "  [MASK]");
  EXPECT_FALSE(e.run(2).special) << "it stood in the text";
  EXPECT_EQ(ids(tokenizer, "", {}), (Ids{1, 2}));
}

TEST_F(TokenizerTest, PairsCarryTypesAndTheirOwnOffsets) {
  const Encoding e = load(kJson).encode_pair("a", "a b");
  EXPECT_EQ(e.ids, (Ids{1, 8, 2, 8, 9, 2}));
  EXPECT_EQ(e.type_ids(), (Ids{0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(e.sequence_ids(), (Ids{-1, 0, -1, 1, 1, -1}));
  EXPECT_EQ(e.offsets[4], (Offset{2, 3}));
}

TEST_F(TokenizerTest, TruncationCountsSpecialTokensAndTellsTheTotal) {
  const Tokenizer tokenizer = load(kJson);
  const TokenizeOptions right{.truncation = Truncation{.max_length = 4}, .keep_overflow = true};
  const Encoding e = tokenizer.encode("a b e a b", right);
  EXPECT_EQ(e.ids, (Ids{1, 8, 9, 2}));
  EXPECT_EQ(e.tokens_total, 7U);
  ASSERT_EQ(e.overflowing.size(), 2U);
  EXPECT_EQ(e.overflowing[1].ids, (Ids{1, 9, 2}));
  std::vector<std::int32_t> out{77};
  EXPECT_EQ(tokenizer.encode_ids("a b e a b", out, right), 7);
  EXPECT_EQ(out, (Ids{77, 1, 8, 9, 2})) << "appended";

  const Truncation left{.max_length = 4, .direction = Direction::kLeft};
  EXPECT_EQ(ids(tokenizer, "a b e a b", {.truncation = left}), (Ids{1, 8, 9, 2}));
  EXPECT_EQ(ids(tokenizer, "a b e a b", {.add_special_tokens = false, .truncation = left}), (Ids{9, 11, 8, 9}));
  EXPECT_EQ(ids(tokenizer, "a b", {.truncation = Truncation{.max_length = 2}}), (Ids{1, 2}));
  EXPECT_THROW(ids(tokenizer, "a b", {.truncation = Truncation{.max_length = 1}}), Error);
  EXPECT_THROW(tokenizer.encode("a b", {.truncation = Truncation{.max_length = 1}}), Error);
}

TEST_F(TokenizerTest, OverflowOfBothTextsOfAPairIsLimited) {
  const Tokenizer tokenizer = load(kJson);
  std::string text;
  for (int i = 0; i < 30000; ++i) text += "a ";
  EXPECT_THROW(tokenizer.encode_pair(text, text, {.truncation = Truncation{.max_length = 5}, .keep_overflow = true}),
               Error);
  EXPECT_EQ(tokenizer.encode_pair(text, text, {.truncation = Truncation{.max_length = 5}}).ids.size(), 5U);
}

TEST_F(TokenizerTest, RunsOfTheFastPathEqualTheGeneralPath) {
  const Tokenizer fast = load(kJson);
  const Tokenizer general = load(with(
      with(kJson, R"({"type": "BertNormalizer")", R"({"type": "Sequence", "normalizers": [{"type": "BertNormalizer")"),
      R"("lowercase": true})", R"("lowercase": true}]})"));
  const std::vector<std::string> alphabet = {"a",
                                             "A",
                                             "b",
                                             "B",
                                             " ",
                                             "  ",
                                             "\t",
                                             "\n",
                                             "\r",
                                             "\v",
                                             "\f",
                                             ",",
                                             "e\u0301",
                                             "\u00C9",
                                             "\u4E2D",
                                             "\u0130",
                                             "\u3000",
                                             "\u200B",
                                             std::string(1, '\0'),
                                             "\x7F",
                                             "[MASK]",
                                             "\u0301",
                                             "\u302E",
                                             "\uF900",
                                             "hello",
                                             "worlds",
                                             "\x1F"};
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (unsigned n = random() % 20; n > 0; --n) text += alphabet[random() % alphabet.size()];
    const Encoding a = fast.encode(text), b = general.encode(text);
    ASSERT_EQ(a.ids, b.ids) << text;
    ASSERT_EQ(a.offsets, b.offsets) << text;
    ASSERT_EQ(a.word_ids, b.word_ids) << text;
  }
}

TEST_F(TokenizerTest, HugeTextsOfOneKindTakeLinearTime) {
  const Tokenizer tokenizer = load(kJson);
  const std::vector<std::string> units = {" ",      "a", "\u0301", "\u0301\u0323",      "\u4E2D",
                                          "\u00C9", ".", "[",      std::string(1, '\0')};
  for (const std::string& unit : units) {
    std::string text;
    while (text.size() < 1000000) text += unit;
    std::vector<std::int32_t> out;
    EXPECT_GE(tokenizer.encode_ids(text, out), 2);
  }
}

TEST_F(TokenizerTest, VocabularyIsOpenToQuestions) {
  const Tokenizer tokenizer = load(with(kJson, R"({"id": 3, "content": "[MASK]")", R"({"id": 12, "content": "<new>")"));
  EXPECT_EQ(tokenizer.vocab_size(), 13);
  EXPECT_EQ(tokenizer.max_id(), 12);
  EXPECT_EQ(tokenizer.id_to_token(12), "<new>");
  EXPECT_EQ(tokenizer.id_to_token(5), "world");
  EXPECT_EQ(tokenizer.id_to_token(13), std::nullopt);
  EXPECT_EQ(tokenizer.token_to_id("<new>"), 12);
  EXPECT_EQ(tokenizer.token_to_id("nothing"), std::nullopt);
  EXPECT_EQ(tokenizer.special_tokens_added(), 2);
  EXPECT_EQ(tokenizer.special_tokens_added(true), 3);
  EXPECT_THROW(tokenizer.decode(Ids{99}), Error);
  EXPECT_EQ(tokenizer.description().model, "WordPiece(12)");
  EXPECT_EQ(tokenizer.description().post_processor, "TemplateProcessing([CLS] $A [SEP])");
}

TEST_F(TokenizerTest, TextMustBeUtf8) {
  const Tokenizer tokenizer = load(kJson);
  const std::string message = test::error_of<Error>([&] { tokenizer.encode("ab\xFF"); });
  EXPECT_EQ(message[0], '0');
  EXPECT_NE(message.find("byte 2"), std::string::npos) << message;
}

TEST_F(TokenizerTest, FileSaysItsTruncation) {
  EXPECT_FALSE(load(kJson).truncation());
  const Tokenizer tokenizer = load(with(kJson, R"("truncation": null)",
                                        R"("truncation": {"direction": "Left", "max_length": 128,
                                            "strategy": "OnlyFirst", "stride": 2})"));
  ASSERT_TRUE(tokenizer.truncation());
  EXPECT_EQ(tokenizer.truncation()->max_length, 128);
  EXPECT_EQ(tokenizer.truncation()->direction, Direction::kLeft);
  EXPECT_EQ(tokenizer.truncation()->strategy, TruncationStrategy::kOnlyFirst);
  EXPECT_EQ(ids(tokenizer, std::string(1000, '.')).size(), 1002U) << "it is not applied by itself";
}

TEST_F(TokenizerTest, OlderFilesDoNotNameTheModel) {
  EXPECT_EQ(ids(load(with(kJson, R"("type": "WordPiece", "unk_token")", R"("unk_token")")), "a"), (Ids{1, 8, 2}));
}

TEST_F(TokenizerTest, CorruptFilesNameTheKey) {
  using enum ErrorCode;
  expect_error(with(kJson, R"("hello": 4)", R"("hello": -4)"), kCorrupt, "'hello'");
  expect_error(with(kJson, R"("hello": 4)", R"("hello": 3000000000)"), kCorrupt, "3000000000");
  expect_error(with(kJson, R"("hello": 4)", R"("hello": 5)"), kCorrupt, "id 5 is given to both");
  expect_error(with(kJson, R"("hello": 4)", R"("hello": "4")"), kCorrupt, "model.vocab.hello");
  expect_error(with(kJson, R"({"[UNK]": 0)", R"({"[unk]": 0)"), kCorrupt, "'[UNK]' is not in the vocabulary");
  expect_error(with(kJson, R"("vocab": {)", R"("vocab": [], "x": {)"), kCorrupt, "model.vocab");
  expect_error(with(kJson, R"("max_input_chars_per_word": 100)", R"("max_input_chars_per_word": -1)"), kCorrupt,
               "max_input_chars_per_word");
  expect_error(with(kJson, R"({"id": "[SEP]", "type_id": 1})", R"({"id": "[END]", "type_id": 1})"), kCorrupt,
               "'[END]'");
  expect_error(with(kJson, R"("single": [{"SpecialToken")",
                    R"("single": [{"Sequence": {"id": "B", "type_id": 0}}, {"SpecialToken")"),
               kCorrupt, "single");
  expect_error(with(kJson, R"("ids": [1])", R"("ids": [1, 2])"), kCorrupt, "special_tokens");
  expect_error(with(kJson, R"("id": 3,)", R"("id": -3,)"), kCorrupt, "added_tokens[1].id");
  expect_error(with(kJson, R"("lowercase": true)", R"("lowercase": 1)"), kCorrupt, "normalizer.lowercase");
  expect_error(with(kJson, R"("model":)", R"("muddle":)"), kCorrupt, "model is missing");
  expect_error("[]", kCorrupt, "tokenizer.json");
  expect_error("{", kCorrupt, "tokenizer.json");
}

TEST_F(TokenizerTest, UnsupportedComponentsAreNamedWithTheirPlace) {
  using enum ErrorCode;
  expect_error(with(kJson, R"({"type": "BertPreTokenizer"})", R"({"type": "Nonsense"})"), kUnsupported,
               "pre_tokenizer: pre-tokenizer 'Nonsense'");
  expect_error(with(kJson, R"({"type": "BertPreTokenizer"})",
                    R"({"type": "Sequence", "pretokenizers": [{"type": "Whitespace"}, {"type": "Nothing"}]})"),
               kUnsupported, "pretokenizers[1]: pre-tokenizer 'Nothing'");
  expect_error(with(kJson, R"("type": "WordPiece", "unk_token")", R"("type": "Syllables", "unk_token")"), kUnsupported,
               "'Syllables'");
  expect_error(with(kJson, R"("type": "WordPiece", "prefix")", R"("type": "Morse", "prefix")"), kUnsupported,
               "'Morse'");
  expect_error(with(kJson, R"("version": "1.0")", R"("version": "2.0")"), kUnsupported, "'2.0'");
}

TEST_F(TokenizerTest, FolderMayHoldOnlyAVocabulary) {
  folder_.write("vocab.txt", kVocab);
  EXPECT_EQ(ids(Tokenizer::load(folder_.path()), "Hello worlds[MASK]"), (Ids{2, 5, 7, 8, 4, 3}));
  EXPECT_EQ(ids(Tokenizer::load(folder_.path() / "vocab.txt", {.lowercase = false}), "Hello"), (Ids{2, 6, 3}));

  folder_.write("tokenizer_config.json", R"({"do_lower_case": false, "model_max_length": 77, "strip_accents": true})");
  const Tokenizer cased = Tokenizer::load(folder_.path());
  EXPECT_EQ(ids(cased, "H\u00E9llo"), (Ids{2, 6, 3}));
  EXPECT_EQ(cased.model_max_length(), 77);
  EXPECT_EQ(ids(Tokenizer::load(folder_.path(), {.lowercase = true}), "Hello"), (Ids{2, 5, 3})) << "the caller wins";
}

TEST_F(TokenizerTest, SpecialTokensOfAVocabularyMayHaveOtherNames) {
  folder_.write("vocab.txt", "<pad>\r\n<unk>\r\n<s>\r\n</s>\r\na\r\nb");
  folder_.write("special_tokens_map.json", R"({"unk_token": "<unk>", "cls_token": {"content": "<s>", "lstrip": true},
      "sep_token": "</s>", "pad_token": "<pad>", "mask_token": "<mask>"})");
  const Tokenizer tokenizer = Tokenizer::load(folder_.path());
  EXPECT_EQ(ids(tokenizer, "a b  <s>z"), (Ids{2, 4, 5, 2, 1, 3}));
  EXPECT_EQ(tokenizer.vocab_size(), 6) << "<mask> is not in the vocabulary and gets no id";
  folder_.write("tokenizer_config.json",
                R"({"added_tokens_decoder": {"6": {"content": "new", "normalized": false, "special": false}}})");
  EXPECT_EQ(ids(Tokenizer::load(folder_.path()), "anewb"), (Ids{2, 4, 6, 5, 3}));
}

TEST_F(TokenizerTest, VocabularyWithoutItsSpecialTokensIsCorrupt) {
  folder_.write("vocab.txt", "[PAD]\n[UNK]\na\n");
  const std::string message = test::error_of<Error>([&] { Tokenizer::load(folder_.path()); });
  EXPECT_EQ(message[0], '2');
  EXPECT_NE(message.find("'[CLS]'"), std::string::npos) << message;
  folder_.write("vocab.txt", "[UNK]\n\xFF\n");
  EXPECT_NE(test::error_of<Error>([&] { Tokenizer::load(folder_.path()); }).find("byte 6"), std::string::npos);
}

TEST_F(TokenizerTest, SettingsBesideTokenizerJsonWinForTheBertClasses) {
  folder_.write("tokenizer.json", kJson);
  folder_.write("tokenizer_config.json", R"({"tokenizer_class": "BertTokenizer", "do_lower_case": false,
      "model_max_length": 1000000000000000019884624838656})");
  const Tokenizer cased = Tokenizer::load(folder_.path());
  EXPECT_EQ(ids(cased, "Hello"), (Ids{1, 0, 2}));
  EXPECT_EQ(cased.model_max_length(), std::nullopt) << "absurd";
  EXPECT_EQ(ids(Tokenizer::load(folder_.path() / "tokenizer.json"), "Hello"), (Ids{1, 4, 2})) << "the file by itself";
  folder_.write("tokenizer_config.json", R"({"tokenizer_class": "PreTrainedTokenizerFast", "do_lower_case": false})");
  EXPECT_EQ(ids(Tokenizer::load(folder_.path()), "Hello"), (Ids{1, 4, 2}));
}

TEST_F(TokenizerTest, BatchesOfSeveralCallersAtOnceAreThoseOfOne) {
  const Tokenizer tokenizer = load(kJson);
  std::vector<std::string> texts;  // enough for two threads
  for (int i = 0; i < 3000; ++i)
    texts.push_back("hello worlds, hello [MASK] " + std::string(static_cast<std::size_t>(i % 40), 'b'));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const std::vector<Encoding> expected = tokenizer.encode_batch(views, {}, 1);
  std::vector<std::vector<Encoding>> got(4);
  {
    std::vector<std::jthread> callers;
    for (std::size_t c = 0; c < got.size(); ++c)
      callers.emplace_back([&, c] {
        for (int round = 0; round < 3; ++round) got[c] = tokenizer.encode_batch(views, {}, c % 2 == 0 ? 2 : 3);
      });
  }
  for (const std::vector<Encoding>& batch : got) {
    ASSERT_EQ(batch.size(), expected.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      ASSERT_EQ(batch[i].ids, expected[i].ids) << i;
      ASSERT_EQ(batch[i].offsets, expected[i].offsets) << i;
    }
  }
}

TEST_F(TokenizerTest, MissingFilesSayWhatIsLookedFor) {
  const std::string message = test::error_of<Error>([&] { Tokenizer::load(folder_.path()); });
  EXPECT_EQ(message[0], '1');
  EXPECT_NE(message.find("tokenizer.json"), std::string::npos) << message;
  EXPECT_NE(message.find("vocab.txt"), std::string::npos) << message;
  EXPECT_EQ(test::error_of<Error>([&] { Tokenizer::load(folder_.path() / "nowhere"); })[0], '1');
  EXPECT_EQ(test::error_of<Error>([&] { Tokenizer::load(folder_.write("spiece.model", "x")); })[0], '2');
}

}  // namespace
}  // namespace sememe
