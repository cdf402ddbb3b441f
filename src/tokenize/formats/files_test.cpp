// Tokenizers of every file that is no tokenizer.json: small ones made here, whole and damaged.
#include <gtest/gtest.h>

#include "base/rng.h"
#include "io/test_files.h"
#include "sememe/tokenizer.h"
#include "support/rank_file.h"
#include "tokenize/formats/test_models.h"

namespace sememe {
namespace {

using Type = SentencePiece::Type;
using test::TemporaryFolder;

const std::string kMark = "\xE2\x96\x81";

/// "a b\u00E9" and its like can be said; the charsmap makes "A" an "a".
test::SentencePieceFile small_model(int type) {
  static const std::string pieces[] = {kMark, kMark + "a", "ab"};
  test::SentencePieceFile out;
  out.pieces = {
      {"<unk>", 0, Type::kUnknown}, {"<s>", 0, Type::kControl}, {"</s>", 0, Type::kControl}, {"a", -2}, {"b", -3},
      {pieces[0], -2.5F},           {pieces[1], -3.5F},         {pieces[2], -4.5F}};
  out.model_type = type;
  return out;
}

std::string gguf_file(const char* model) {
  test::GgufWriter out;
  out.text("tokenizer.ggml.model", model);
  out.texts("tokenizer.ggml.tokens", {"[UNK]", "[CLS]", "[SEP]", kMark + "a", "b", kMark + "b", "a", "ab", kMark});
  out.floats("tokenizer.ggml.scores", {0, 0, 0, -2, -3, -4, -5, -1, -6});
  out.integers("tokenizer.ggml.token_type", {2, 3, 3, 1, 1, 1, 1, 1, 1});
  out.texts("tokenizer.ggml.merges", {"a b"});
  out.number("tokenizer.ggml.unknown_token_id", 0).number("tokenizer.ggml.bos_token_id", 1);
  out.number("tokenizer.ggml.eos_token_id", 2).number("tokenizer.ggml.seperator_token_id", 2);
  out.flag("tokenizer.ggml.add_bos_token", true);
  return out.bytes();
}

std::vector<std::int32_t> ids(const Tokenizer& tokenizer, std::string_view text) { return tokenizer.encode(text).ids; }
using Ids = std::vector<std::int32_t>;

TEST(TokenizerFiles, SentencePieceModelsOfEveryType) {
  const TemporaryFolder folder;
  const Tokenizer unigram = Tokenizer::load(folder.add("u.model", small_model(1).bytes()));
  EXPECT_EQ(ids(unigram, " ab  a"), (Ids{6, 4, 6}));
  EXPECT_EQ(unigram.decode(Ids{1, 6, 4, 0, 6, 2}), "ab \xE2\x81\x87  a");
  EXPECT_EQ(ids(Tokenizer::load(folder.add("b.model", small_model(2).bytes())), "ab"), (Ids{6, 4}));
  EXPECT_EQ(ids(Tokenizer::load(folder.add("w.model", small_model(3).bytes())), "a ab"), (Ids{6, 0}));
  EXPECT_EQ(ids(Tokenizer::load(folder.add("c.model", small_model(4).bytes())), "ab"), (Ids{5, 3, 4}));
  EXPECT_EQ(unigram.special_tokens_added(), 0);
}

TEST(TokenizerFiles, TiktokenMergesByRankAndSplitsByItsPattern) {
  const TemporaryFolder folder;
  const auto path = folder.add("r50k_base.tiktoken", test::rank_file());
  const Tokenizer tokenizer = Tokenizer::load(path);
  EXPECT_EQ(ids(tokenizer, "abab a"), (Ids{256, 256, 258}));
  EXPECT_EQ(ids(tokenizer, "aba"), (Ids{257}));  // a token is not taken apart
  EXPECT_EQ(tokenizer.decode(Ids{257, 0xC3, 0xA9, 258}), "aba\xC3\xA9 a");
  EXPECT_EQ(tokenizer.token_to_id("<|endoftext|>"), 50256);
  EXPECT_EQ(ids(tokenizer, "<|").size(), 2U);
  EXPECT_EQ(ids(Tokenizer::load(path, {.pattern = "a|b"}), "ab!"), (Ids{'a', 'b'}));
  // A list of ranks by SentencePiece's name.
  EXPECT_EQ(ids(Tokenizer::load(folder.add("tokenizer.model", test::rank_file()), {.pattern = "llama3"}), "ab"),
            Ids{256});
}

TEST(TokenizerFiles, TiktokenNeedsAPatternAndEveryByte) {
  const TemporaryFolder folder;
  EXPECT_FAILS(Tokenizer::load(folder.add("mine.tiktoken", test::rank_file())), kUnsupported, "or a pattern: gpt2");
  EXPECT_FAILS(Tokenizer::load(folder.add("cl100k_base.tiktoken", "IQ== 0\n")), kCorrupt, "no token for the byte 0");
  EXPECT_FAILS(Tokenizer::load(folder.add("cl100k_base.tiktoken", "IQ==0\n")), kCorrupt, "line 1: expected a token");
  EXPECT_FAILS(Tokenizer::load(folder.add("cl100k_base.tiktoken", "IQ== 99999999999\n")), kCorrupt, "line 1");
}

TEST(TokenizerFiles, GgufModelsOfEveryKind) {
  const TemporaryFolder folder;
  const Tokenizer bert = Tokenizer::load(folder.add("bert.gguf", gguf_file("bert")));
  EXPECT_EQ(ids(bert, "ab B"), (Ids{1, 3, 4, 5, 2}));
  const Tokenizer llama = Tokenizer::load(folder.add("llama.gguf", gguf_file("llama")));
  EXPECT_EQ(ids(llama, "ab"), (Ids{1, 8, 7}));
  EXPECT_EQ(ids(llama, "[CLS]a"), (Ids{1, 1, 3}));
  const Tokenizer gpt2 = Tokenizer::load(folder.add("gpt2.gguf", gguf_file("gpt2")));
  EXPECT_EQ(ids(gpt2, "aba"), (Ids{1, 7, 6}));
  EXPECT_EQ(ids(Tokenizer::load(folder.add("t5.gguf", gguf_file("t5"))), "ab"), (Ids{1, 3, 4, 2}));
  EXPECT_FAILS(Tokenizer::load(folder.add("x.gguf", gguf_file("rwkv"))), kUnsupported, "tokenizer.ggml.model 'rwkv'");
}

TEST(TokenizerFiles, VocabAndMergesAreGpt2sUnlessAClassIsNamed) {
  const TemporaryFolder folder;
  folder.add("gpt2/vocab.json",
             R"({"a":0,"b":1,"ab":2,"\u0120":3,"\u0120a":4,"<|endoftext|>":5,"<s>":6,"</s>":7,"<unk>":8})");
  folder.add("gpt2/merges.txt", "#version: 0.2\na b\n\xC4\xA0 a\n");
  EXPECT_EQ(ids(Tokenizer::load(folder / "gpt2"), "ab a"), (Ids{2, 4}));
  EXPECT_EQ(ids(Tokenizer::load(folder / "gpt2" / "vocab.json"), "ab<|endoftext|>"), (Ids{2, 5}));
  folder.add("gpt2/tokenizer_config.json", R"({"tokenizer_class":"RobertaTokenizer"})");
  EXPECT_EQ(ids(Tokenizer::load(folder / "gpt2"), "ab"), (Ids{6, 2, 7}));
  folder.add("gpt2/tokenizer_config.json", R"({"tokenizer_class":"OtherTokenizer"})");
  EXPECT_FAILS(Tokenizer::load(folder / "gpt2"), kUnsupported, "tokenizer_class 'OtherTokenizer'");
  folder.add("bad/vocab.json", "{}");
  folder.add("bad/merges.txt", "a\n");
  EXPECT_FAILS(Tokenizer::load(folder / "bad"), kCorrupt, "merges.txt: line 1");
}

TEST(TokenizerFiles, WordsWithoutStopWords) {
  const TemporaryFolder folder;
  const auto path =
      folder.add("m/whitespacetokenizer_config.json",
                 R"({"vocab":["cat","The","\u03c3\u03c2","dog","dog"],"stop_words":["the"],"do_lower_case":false})");
  for (const auto& place : {path, folder / "m"}) {
    const Tokenizer tokenizer = Tokenizer::load(place);
    EXPECT_EQ(ids(tokenizer, "The (CAT), \xCE\xA3\xCE\xA3! the DOG\x1Fx"), (Ids{1, 0, 2, 4}));
    EXPECT_EQ(tokenizer.encode("a (CAT)").offsets, (std::vector<Offset>{{3, 6}}));
  }
  folder.add("m/whitespacetokenizer_config.json",
             R"({"vocab":["cat","the"],"stop_words":["the"],"do_lower_case":true})");
  EXPECT_EQ(ids(Tokenizer::load(folder / "m"), "The CAT"), (Ids{0}));
  folder.add("p/phrasetokenizer_config.json", "{}");
  EXPECT_FAILS(Tokenizer::load(folder / "p"), kUnsupported, "PhraseTokenizer");
}

TEST(TokenizerFiles, FoldersOfAnUnknownClassAreUnsupported) {
  const TemporaryFolder folder;
  folder.add("m/tokenizer.model", small_model(1).bytes());
  EXPECT_FAILS(Tokenizer::load(folder / "m"), kUnsupported, "says of what class");
  folder.add("m/tokenizer_config.json", R"({"tokenizer_class":"ReformerTokenizer"})");
  EXPECT_FAILS(Tokenizer::load(folder / "m"), kUnsupported, "tokenizer_class 'ReformerTokenizer'");
}

/// Loads and, if that works, uses a file; anything but an error of the right kind and one line fails.
void expect_refused_or_used(const std::filesystem::path& path, const TokenizerOptions& options) {
  try {
    const Tokenizer tokenizer = Tokenizer::load(path, options);
    const Encoding encoding = tokenizer.encode("ab \xC3\xA9 AB<s>[CLS] \xE2\x96\x81");
    tokenizer.decode(encoding.ids, false);
  } catch (const Error& error) {
    EXPECT_TRUE(error.code() == ErrorCode::kCorrupt || error.code() == ErrorCode::kUnsupported) << error.what();
    EXPECT_EQ(std::string_view(error.what()).find('\n'), std::string_view::npos) << error.what();
  }
}

struct Victim {
  const char* name;
  std::string bytes;
};

class DamagedFiles : public testing::TestWithParam<int> {
 protected:
  static Victim victim(int index) {
    test::SentencePieceFile with_bytes = small_model(index == 1 ? 2 : 1);
    if (index < 2) {
      for (const std::string& piece : test::byte_pieces()) with_bytes.pieces.push_back({piece, 0, Type::kByte});
      with_bytes.byte_fallback = true;
      // One unit of the table leads to the rule for "A".
      std::string units(1024, '\0');
      with_bytes.charsmap = std::string("\0\4\0\0", 4) + units + std::string("a\0", 2);
      return {"x.model", with_bytes.bytes()};
    }
    if (index == 2) return {"r50k_base.tiktoken", test::rank_file()};
    const char* const models[] = {"bert", "gpt2", "llama", "t5"};
    return {"x.gguf", gguf_file(models[index - 3])};
  }
};

TEST_P(DamagedFiles, TruncatedAnywhereAreRefusedOrUsed) {
  const auto [name, bytes] = victim(GetParam());
  const TemporaryFolder folder;
  for (std::size_t size = 0; size < bytes.size(); size += size < 2000 ? 1 : 7) {
    expect_refused_or_used(folder.add(name, std::string_view(bytes).substr(0, size)), {});
  }
}

TEST_P(DamagedFiles, WithFlippedBitsAreRefusedOrUsed) {
  const auto [name, bytes] = victim(GetParam());
  const TemporaryFolder folder;
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    const CounterRng rng(seed, 3);
    std::string damaged = bytes;
    const int flips = 1 + static_cast<int>(rng.uniform(0) * 4);
    for (int i = 0; i < flips; ++i) {
      const auto draw = static_cast<std::uint64_t>(i) * 2 + 1;
      const auto at = static_cast<std::size_t>(rng.uniform(draw) * static_cast<float>(damaged.size()));
      const int bit = static_cast<int>(rng.uniform(draw + 1) * 8);
      damaged[std::min(at, damaged.size() - 1)] ^= static_cast<char>(1 << bit);
    }
    expect_refused_or_used(folder.add(name, damaged), {});
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, DamagedFiles, testing::Range(0, 7));

}  // namespace
}  // namespace sememe
