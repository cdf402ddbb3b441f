// Texts in chunks against whole texts: the tokens must be the same, whatever the pipeline and the text.
#include "tokenize/pipeline.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/fail.h"
#include "base/rng.h"
#include "support/charsmap_builder.h"
#include "tokenize/formats/tokenizer_json.h"
#include "tokenize/models/sentencepiece_unigram.h"
#include "tokenize/normalizers/sentencepiece_normalizer.h"

namespace sememe {
namespace {

constexpr std::string_view kBert = R"({"version": "1.0",
  "added_tokens": [{"id": 3, "content": "[SEP]", "special": true}],
  "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "lowercase": true},
  "pre_tokenizer": {"type": "BertPreTokenizer"},
  "model": {"type": "WordPiece", "unk_token": "?", "continuing_subword_prefix": "##", "max_input_chars_per_word": 9,
    "vocab": {"?": 0, "a": 1, "##a": 2, "[SEP]": 3, "b": 4, "##b": 5, ",": 6, "x": 7, "##x": 8, "é": 9, "e": 10, "##e": 11,
              "'": 12, "_": 13, "中": 14, ".": 15}}})";

/// Texts of a few characters that meet in every way.
std::string random_text(std::uint64_t seed) {
  static constexpr std::string_view kParts[] = {
      "a",      "b",     "x",       " ",      " ",    " ",          "  ",     ",", ".",      "'",
      "_",      "é",     "e\u0301", "\u0301", "\n",   "\t",         "A",      "É", "\u00AD", "中",
      "\u00A0", "[SEP]", "д",       "\u2019", "abab", "aaaaaaaaaa", "\u0600", "¨", "-",
  };
  const CounterRng rng(seed, 1);
  std::string out;
  const std::uint32_t size = rng.below(0, 24);
  for (std::uint32_t i = 0; i < size; ++i) out.append(kParts[rng.below(i + 1, std::size(kParts))]);
  return out;
}

std::string shown(const RawTokens& raw) {
  const TokenColumns& tokens = raw.columns;
  std::string out = concat(raw.words, " words:");
  for (std::size_t i = 0; i < raw.size(); ++i)
    out.append(
        concat(" ", tokens.ids[i], "[", tokens.offsets[i].begin, ",", tokens.offsets[i].end, ")", tokens.word_ids[i]));
  return out;
}

TEST(TextTokenizer, ChunksGiveTheTokensOfWholeTexts) {
  const JsonDocument document = JsonDocument::parse(kBert, "test");
  const Pipeline pipeline = read_tokenizer_json(document.root(), {});
  const TextTokenizer in_chunks(pipeline), whole(pipeline, false);
  ASSERT_TRUE(in_chunks.in_chunks());
  const auto chunk_work = in_chunks.make_workspace(), whole_work = whole.make_workspace();
  for (std::uint64_t seed = 0; seed < 20000; ++seed) {
    const std::string text = random_text(seed);
    RawTokens got, want;
    in_chunks.tokenize(text, *chunk_work, got);
    whole.tokenize(text, *whole_work, want);
    ASSERT_EQ(shown(got), shown(want)) << quote(text);
  }
}

TEST(TextTokenizer, AddedTokensThatReachOverSpacesForbidChunks) {
  std::string json(kBert);
  json.replace(json.find("\"special\": true"), 15, "\"normalized\": true, \"rstrip\": true");
  const JsonDocument document = JsonDocument::parse(json, "test");
  const Pipeline pipeline = read_tokenizer_json(document.root(), {});
  EXPECT_FALSE(TextTokenizer(pipeline).in_chunks());
}

// A rule of the charsmap makes one character of a space and what follows: then no mark parts the words, and a piece may
// reach over.
TEST(TextTokenizer, AChunkWithoutItsMarkSendsTheTextThroughWhole) {
  const std::vector<SentencePiece> pieces{{"<unk>", 0, SentencePiece::Type::kUnknown},
                                          {"\u2581", -5},
                                          {"a", -5},
                                          {"b", -5},
                                          {"\u00A8", -5},
                                          {"a\u00A8", -1}};
  Pipeline pipeline;
  pipeline.model = std::make_unique<SentencePieceUnigram>(pieces, false, "test");
  const test::CharsmapBuilder rules(std::map<std::string, std::string>{{" \u0308", "\u00A8"}});
  pipeline.normalizer =
      std::make_unique<SentencePieceNormalizer>(SentencePieceNormalizer::Options{}, rules.bytes(), pieces, "test");
  const TextTokenizer in_chunks(pipeline), whole(pipeline, false);
  ASSERT_TRUE(in_chunks.in_chunks());
  const auto chunk_work = in_chunks.make_workspace(), whole_work = whole.make_workspace();
  for (const std::string_view text : {"b a \u0308b b", "a b", "a \u0308", "b a \u0308b a"}) {
    RawTokens got, want;
    in_chunks.tokenize(text, *chunk_work, got);
    whole.tokenize(text, *whole_work, want);
    EXPECT_EQ(shown(got), shown(want)) << quote(text);
  }
}

// The mark that the normalizer makes of a space is a piece of its own here, of no tokens, and belongs to the next
// chunk.
TEST(TextTokenizer, APieceWithoutTokensIsAWordOfOneChunkOnly) {
  const JsonDocument document = JsonDocument::parse(R"({"version": "1.0",
    "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"},
    "pre_tokenizer": {"type": "Whitespace"},
    "model": {"type": "BPE", "vocab": {"h": 0, "a": 1, "c": 2, "x": 3}, "merges": []}})",
                                                    "test");
  const Pipeline pipeline = read_tokenizer_json(document.root(), {});
  const TextTokenizer in_chunks(pipeline), whole(pipeline, false);
  ASSERT_TRUE(in_chunks.in_chunks());
  const auto chunk_work = in_chunks.make_workspace(), whole_work = whole.make_workspace();
  RawTokens got, want;
  in_chunks.tokenize("ha c", *chunk_work, got);
  whole.tokenize("ha c", *whole_work, want);
  EXPECT_EQ(shown(want), "3 words: 0[0,1)0 1[1,2)0 2[3,4)2");
  EXPECT_EQ(shown(got), shown(want));
}

// A file with dropout, and one without it that is asked to sample: chunks that are remembered would freeze one draw.
TEST(TextTokenizer, SamplingIsOfEachTextAndTheSameForASeed) {
  for (const bool in_file : {true, false}) {
    const std::string json = concat(R"({"version": "1.0", "pre_tokenizer": {"type": "WhitespaceSplit"},
      "model": {"type": "BPE", "dropout": )",
                                    in_file ? "0.5" : "null",
                                    R"(, "vocab": {"a": 0, "b": 1, "ab": 2, "abab": 3},
      "merges": [["a", "b"], ["ab", "ab"]]}})");
    const JsonDocument document = JsonDocument::parse(json, "test");
    const Pipeline pipeline = read_tokenizer_json(document.root(), {});
    const TextTokenizer tokenizer(pipeline);
    const auto work = tokenizer.make_workspace();
    const std::string text = "abab abab abab abab abab abab abab abab abab abab";
    const auto ids = [&](std::optional<Sampling> sampling) {
      RawTokens raw;
      work->sampling = sampling;
      tokenizer.tokenize(text, *work, raw);
      return shown(raw);
    };
    const std::string plain = ids(std::nullopt);
    if (!in_file) {
      EXPECT_EQ(std::count(plain.begin(), plain.end(), '['), 10);
    }
    EXPECT_EQ(in_file, plain != ids(Sampling{.dropout = 0}));
    EXPECT_EQ(ids(Sampling{.seed = 1, .dropout = 0.5}), ids(Sampling{.seed = 1, .dropout = 0.5}));
    EXPECT_NE(ids(Sampling{.seed = 1, .dropout = 0.5}), ids(Sampling{.seed = 2, .dropout = 0.5}));
    const std::string apart = ids(Sampling{.dropout = 1});
    EXPECT_EQ(std::count(apart.begin(), apart.end(), '['), 40);
  }
}

}  // namespace
}  // namespace sememe
