#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/rng.h"
#include "io/json.h"
#include "sememe/error.h"
#include "sememe/log.h"
#include "sememe/tokenizer.h"
#include "sememe/tokenizer_trainer.h"
#include "support/temporary_folder.h"

namespace sememe {
namespace {

using test::error_of;

TrainedTokenizer train(TokenizerTrainerOptions options, const std::vector<std::string>& texts) {
  TokenizerTrainer trainer(std::move(options));
  trainer.add(std::vector<std::string_view>(texts.begin(), texts.end()));
  return trainer.train();
}

TokenizerTrainerOptions of_type(TokenizerType type, std::int64_t vocab_size = 100) {
  TokenizerTrainerOptions options{.type = type, .vocab_size = vocab_size};
  if (type == TokenizerType::kUnigram) options.normalizer = "none";
  options.threads = 1;
  return options;
}

/// Words of a few stems and endings, some frequent; "walking" is not among them.
std::vector<std::string> corpus() {
  const std::vector<std::string> stems = {"walk",   "talk",  "train",    "token",
                                          "vector", "light", "m\u00fcd", "\u4e2d\u6587"};
  const std::vector<std::string> ends = {"", "s", "ed", "ing", "er", "ers"};
  const CounterRng rng(9, 0);
  std::uint64_t drawn = 0;
  std::vector<std::string> texts;
  for (int i = 0; i < 400; ++i) {
    std::string& text = texts.emplace_back();
    for (std::uint32_t k = 1 + rng.below(drawn++, 12); k > 0; --k) {
      const std::uint32_t most = 1 + rng.below(drawn++, static_cast<std::uint32_t>(stems.size()));
      const std::uint32_t stem = rng.below(drawn++, most);
      const std::uint32_t end = rng.below(drawn++, 6);
      text.append(text.empty() ? "" : " ").append(stems[stem]).append(stem == 0 && end == 3 ? "" : ends[end]);
    }
  }
  return texts;
}

std::string type_of(const JsonDocument& document, const char* role) {
  const auto json = document.root().find(role);
  return json ? std::string(json->at("type").as_string()) : "none";
}

TEST(TokenizerTrainer, TypesHaveNames) {
  for (const std::string_view name : {"bpe", "wordpiece", "unigram", "wordlevel"})
    EXPECT_EQ(tokenizer_type_name(*parse_tokenizer_type(name)), name);
  EXPECT_EQ(parse_tokenizer_type("BPE"), std::nullopt);
}

TEST(TokenizerTrainer, EveryFileIsComplete) {
  const std::pair<TokenizerType, std::vector<std::string>> expected[] = {
      {TokenizerType::kBpe, {"none", "ByteLevel", "ByteLevel", "ByteLevel", "BPE"}},
      {TokenizerType::kWordPiece,
       {"BertNormalizer", "BertPreTokenizer", "TemplateProcessing", "WordPiece", "WordPiece"}},
      {TokenizerType::kUnigram, {"none", "Metaspace", "none", "Metaspace", "Unigram"}},
      {TokenizerType::kWordLevel, {"none", "Whitespace", "none", "none", "WordLevel"}},
  };
  for (const auto& [type, components] : expected) {
    const TrainedTokenizer trained = train(of_type(type, 300), corpus());
    const JsonDocument document = JsonDocument::parse(trained.json, "tokenizer.json");
    std::vector<std::string> keys, found;
    for (const Json::Member& member : document.root().members()) keys.emplace_back(member.key);
    EXPECT_EQ(keys, (std::vector<std::string>{"version", "truncation", "padding", "added_tokens", "normalizer",
                                              "pre_tokenizer", "post_processor", "decoder", "model"}));
    for (const char* role : {"normalizer", "pre_tokenizer", "post_processor", "decoder", "model"})
      found.push_back(type_of(document, role));
    EXPECT_EQ(found, components);
    EXPECT_EQ(trained.vocab_size, static_cast<std::int64_t>(document.root().at("model").at("vocab").size()));
    EXPECT_EQ(trained.texts, 400);
    EXPECT_GT(trained.words, trained.distinct_words);
  }
}

TEST(TokenizerTrainer, DecoderAndPostProcessorFollowTheOptions) {
  auto options = of_type(TokenizerType::kBpe);
  options.pre_tokenizer = "whitespace";
  EXPECT_EQ(type_of(JsonDocument::parse(train(options, corpus()).json, "t"), "decoder"), "none");
  options.end_of_word_suffix = "</w>";
  EXPECT_EQ(type_of(JsonDocument::parse(train(options, corpus()).json, "t"), "decoder"), "BPEDecoder");
  options.end_of_word_suffix.reset();
  options.continuing_subword_prefix = "@@";
  EXPECT_EQ(type_of(JsonDocument::parse(train(options, corpus()).json, "t"), "decoder"), "WordPiece");
  options = of_type(TokenizerType::kBpe, 300);
  options.special_tokens = {"[CLS]", "[SEP]"};
  EXPECT_EQ(type_of(JsonDocument::parse(train(options, corpus()).json, "t"), "post_processor"), "Sequence");
  options = of_type(TokenizerType::kWordPiece);
  options.special_tokens = {"[UNK]"};
  EXPECT_EQ(type_of(JsonDocument::parse(train(options, corpus()).json, "t"), "post_processor"), "none");
}

TEST(TokenizerTrainer, UnigramIsTheSameForAnyNumberOfThreads) {
  auto options = of_type(TokenizerType::kUnigram, 60);
  const std::string alone = train(options, corpus()).json;
  for (const int threads : {2, 3}) {
    options.threads = threads;
    EXPECT_EQ(train(options, corpus()).json, alone);
  }
}

TEST(TokenizerTrainer, UnigramFindsStems) {
  const test::TemporaryFolder folder;
  const TrainedTokenizer trained = train(of_type(TokenizerType::kUnigram, 60), corpus());
  EXPECT_LE(trained.vocab_size, 60);
  const Tokenizer tokenizer = Tokenizer::load(folder.write("tokenizer.json", trained.json));
  const Encoding encoding = tokenizer.encode("walking", {.keep_tokens = true});
  ASSERT_FALSE(encoding.tokens.empty());
  EXPECT_EQ(encoding.tokens.front(), "\u2581walk");  // the word itself is not in the corpus
  for (const char* character : {"w", "\u00fc", "\u4e2d", "\u2581"})
    EXPECT_TRUE(tokenizer.token_to_id(character).has_value()) << character << ": every character is a piece";
  EXPECT_EQ(tokenizer.token_to_id("<unk>"), 0);
  // Log probabilities: they sum to at most about one, likeliest first.
  const JsonDocument document = JsonDocument::parse(trained.json, "tokenizer.json");
  double sum = 0, last = 0;
  const std::vector<Json> pieces = document.root().at("model").at("vocab").elements();
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const double score = pieces[i].elements()[1].as_number();
    EXPECT_LE(score, last);
    last = score;
    sum += std::exp(score);
  }
  EXPECT_GT(sum, 0.9);
  EXPECT_LT(sum, 1.01);
}

TEST(TokenizerTrainer, UnigramTakesItsOptions) {
  auto options = of_type(TokenizerType::kUnigram, 60);
  options.max_piece_length = 3;
  options.special_tokens = {"<s>", "<?>"};
  options.unk_token = "<?>";
  options.initial_alphabet = "\u03a9";
  const JsonDocument document = JsonDocument::parse(train(options, corpus()).json, "tokenizer.json");
  const Json model = document.root().at("model");
  EXPECT_EQ(model.at("unk_id").as_int(), 1);
  bool omega = false;
  for (const Json& piece : model.at("vocab").elements()) {
    const std::string_view text = piece.elements()[0].as_string();
    omega = omega || text == "\u03a9";
    EXPECT_LE(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }), 3) << text;
  }
  EXPECT_TRUE(omega);
  options.special_tokens = std::vector<std::string>();
  options.unk_token = "";
  EXPECT_FALSE(JsonDocument::parse(train(options, corpus()).json, "t").root().at("model").find("unk_id").has_value());
}

TEST(TokenizerTrainer, ByteAlphabetIsWholeWithByteLevel) {
  auto options = of_type(TokenizerType::kBpe, 1);
  EXPECT_EQ(train(options, {"abc"}).vocab_size, 256);
  options.byte_level_alphabet = false;
  EXPECT_EQ(train(options, {"abc"}).vocab_size, 3);
  options.pre_tokenizer = "whitespace";
  options.byte_level_alphabet = true;
  EXPECT_EQ(train(options, {"abc"}).vocab_size, 256);
}

TEST(TokenizerTrainer, StepsAreTakenFromAnotherTokenizer) {
  const test::TemporaryFolder folder;
  auto options = of_type(TokenizerType::kWordPiece);
  const auto file = folder.write("a.json", train(options, corpus()).json);
  auto like = of_type(TokenizerType::kBpe);
  like.like = file;
  const JsonDocument document = JsonDocument::parse(train(like, corpus()).json, "tokenizer.json");
  EXPECT_EQ(type_of(document, "normalizer"), "BertNormalizer");
  EXPECT_EQ(type_of(document, "pre_tokenizer"), "BertPreTokenizer");
  EXPECT_EQ(type_of(document, "decoder"), "WordPiece");
  like.pre_tokenizer = "bytelevel";
  EXPECT_EQ(type_of(JsonDocument::parse(train(like, corpus()).json, "t"), "decoder"), "ByteLevel");
}

TEST(TokenizerTrainer, WrongOptionsAreNamed) {
  const auto error = [](auto change, TokenizerType type = TokenizerType::kBpe) {
    return error_of<Error>([&] {
      auto options = of_type(type);
      change(options);
      train(options, corpus());
    });
  };
  EXPECT_EQ(error([](auto& o) { o.vocab_size = 0; }).substr(0, 24), "0: vocab_size: expected ");
  EXPECT_EQ(error([](auto& o) { o.shrinking_factor = NAN; }).substr(0, 20), "0: shrinking_factor:");
  EXPECT_EQ(error([](auto& o) { o.shrinking_factor = 1; }).substr(0, 20), "0: shrinking_factor:");
  EXPECT_EQ(error([](auto& o) { o.special_tokens = {"a", "\xff"}; }).substr(0, 30), "0: special token is not valid ");
  EXPECT_EQ(error([](auto& o) { o.special_tokens = {""}; }), "0: a special token is empty");
  EXPECT_EQ(error([](auto& o) { o.initial_alphabet = "\xc3"; }).substr(0, 19), "0: initial_alphabet");
  EXPECT_NE(error([](auto& o) { o.normalizer = "nfe"; }).find("0: unknown normalizer 'nfe'; expected JSON or"),
            std::string::npos);
  EXPECT_EQ(error([](auto& o) { o.pre_tokenizer = "{\"type\":7}"; }).substr(0, 3), "0: ");
  EXPECT_EQ(error([](auto& o) { o.pre_tokenizer = "{\"type\":\"Nothing\"}"; }).substr(0, 3), "3: ");
  EXPECT_EQ(error([](auto& o) { o.like = "/nonexistent/tokenizer.json"; }).substr(0, 3), "1: ");
  EXPECT_NE(error([](auto& o) {
              o.unk_token = "<u>", o.special_tokens = {"a"};
            }).find("'<u>' is not among the special tokens"),
            std::string::npos);
  EXPECT_NE(error([](auto& o) { o.special_tokens = {"a"}; }, TokenizerType::kWordPiece).find("'[UNK]'"),
            std::string::npos);
  EXPECT_NE(error([](auto& o) { o.vocab_size = 10; }, TokenizerType::kUnigram).find("vocab_size 10 is too small"),
            std::string::npos);
}

TEST(TokenizerTrainer, ACorpusWithoutWordsIsAnError) {
  for (const TokenizerType type :
       {TokenizerType::kBpe, TokenizerType::kWordPiece, TokenizerType::kUnigram, TokenizerType::kWordLevel}) {
    for (const std::vector<std::string>& texts : {std::vector<std::string>(), std::vector<std::string>{"", ""}})
      EXPECT_EQ(error_of<Error>([&] { train(of_type(type), texts); }),
                "0: the corpus has no words: nothing can be learnt from it");
    EXPECT_GE(train(of_type(type), {"word"}).vocab_size, 1);
  }
  EXPECT_EQ(error_of<Error>([] {
              train(of_type(TokenizerType::kBpe), {"a", "b\xff"});
            }).substr(0, 30),
            "0: text 2 is not valid UTF-8 a");
}

TEST(TokenizerTrainer, LongWordsAndRunsTakeLinearTime) {
  const CounterRng rng(4, 0);
  std::string random(100'000, 'x');
  for (std::size_t i = 0; i < random.size(); ++i) random[i] = static_cast<char>('a' + rng.below(i, 8));
  const std::vector<std::string> texts = {std::string(400'000, 'a'), std::string(400'000, ' '), random};
  auto bpe = of_type(TokenizerType::kBpe, 4000);
  bpe.pre_tokenizer = "none";
  EXPECT_EQ(train(bpe, texts).vocab_size, 4000);
  EXPECT_GT(train(of_type(TokenizerType::kWordPiece, 4000), texts).vocab_size, 3000);
  auto unigram = of_type(TokenizerType::kUnigram, 500);
  unigram.seed_size = 1000;
  EXPECT_LE(train(unigram, texts).vocab_size, 500);
}

TEST(TokenizerTrainer, ForgottenWordsAreTold) {
  std::string message;
  set_log_handler([&](LogLevel level, std::string_view text) {
    if (level == LogLevel::kWarning) message = text;
  });
  auto options = of_type(TokenizerType::kWordLevel);
  options.max_words = 2;
  const TrainedTokenizer trained = train(options, {"a a a b b c d"});
  set_log_handler({});
  EXPECT_EQ(trained.distinct_words, 2);
  EXPECT_EQ(trained.words, 7);
  EXPECT_EQ(trained.forgotten_words, 2);
  EXPECT_EQ(message, "2 rare words were forgotten, 2 of 7 occurrences: the corpus has more than 2 distinct words");
}

TEST(TokenizerTrainer, ProgressMayEndTheTraining) {
  TokenizerTrainer trainer(of_type(TokenizerType::kBpe, 1000));
  trainer.add(std::vector<std::string_view>{"some words to count"});
  EXPECT_THROW(trainer.train([](std::string_view, std::int64_t, std::int64_t) { throw std::runtime_error("stop"); }),
               std::runtime_error);
}

}  // namespace
}  // namespace sememe
