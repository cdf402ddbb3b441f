// Normalizers, pre-tokenizers, added tokens and templates of the reference's component files, whose model is another
// than this build has: a model of one token a piece shows the words and where they stand in the original.
#include <gtest/gtest.h>

#include "parity/golden_lines.h"
#include "support/shared_data.h"
#include "tokenize/decoders/decoded_tokens.h"
#include "tokenize/formats/tokenizer_json.h"
#include "tokenize/models/vocabulary.h"
#include "tokenize/pipeline.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;

/// Every piece is one token; knows the ids of a vocabulary, so that added tokens get theirs.
class PieceModel final : public TokenModel {
 public:
  explicit PieceModel(const Json& vocab) {
    Vocabulary::Builder builder("vocab");
    for (const auto& [token, id] : vocab.members()) builder.add(token, id.as_int());
    vocabulary_ = builder.build();
  }
  void tokenize(std::string_view piece, Scratch*, std::vector<ModelToken>& out) const override {
    out.push_back({-1, 0, static_cast<std::int32_t>(piece.size())});
  }
  std::int64_t vocab_size() const override { return vocabulary_.size(); }
  std::int32_t max_id() const override { return vocabulary_.max_id(); }
  std::optional<std::int32_t> token_to_id(std::string_view token) const override {
    const std::int32_t id = vocabulary_.find(token);
    return id < 0 ? std::nullopt : std::optional(id);
  }
  std::optional<std::string_view> id_to_token(std::int32_t id) const override { return vocabulary_.token(id); }
  std::string describe() const override { return "PieceModel"; }

 private:
  Vocabulary vocabulary_;
};

Pipeline read_pipeline(const Json& root) {
  Pipeline out;
  if (const auto json = root.find("normalizer")) out.normalizer = read_normalizer(*json, {});
  if (const auto json = root.find("pre_tokenizer")) out.pre_tokenizer = read_pre_tokenizer(*json);
  if (const auto json = root.find("post_processor")) out.post_processor = read_post_processor(*json);
  out.model = std::make_unique<PieceModel>(root.at("model").at("vocab"));
  std::vector<AddedToken> added;
  for (const Json& token : root.at("added_tokens").elements()) {
    added.push_back({std::string(token.at("content").as_string()), token.at("single_word").as_bool(),
                     token.at("lstrip").as_bool(), token.at("rstrip").as_bool(), token.at("normalized").as_bool(),
                     token.at("special").as_bool()});
  }
  out.added = AddedTokens(added, *out.model, out.normalizer.get());
  return out;
}

struct Word {
  int begin, end;
  int added_id;  // -1: of the model, or an id that the model can give as well
  bool operator==(const Word&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Word& word) {
  return out << '[' << word.begin << ' ' << word.end << ' ' << word.added_id << ']';
}

int added_id(const Pipeline& pipeline, std::int32_t id) { return id >= pipeline.model->vocab_size() ? id : -1; }

/// First begin and last end of the tokens of each word.
std::vector<Word> words_of(const Json& row, const Pipeline& pipeline) {
  std::vector<Word> out;
  const std::vector<Json> words = row.at("word_ids").elements(), offsets = row.at("off").elements(),
                          ids = row.at("ids").elements();
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].is_null()) continue;
    const int begin = static_cast<int>(offsets[2 * i].as_int()), end = static_cast<int>(offsets[2 * i + 1].as_int());
    const int id = static_cast<int>(ids[i].as_int());
    if (words[i].as_int() == static_cast<std::int64_t>(out.size())) {
      out.push_back({begin, end, added_id(pipeline, id)});
    } else {
      out.back().end = end;
    }
  }
  return out;
}

class ComponentGolden : public testing::TestWithParam<const char*> {};

TEST_P(ComponentGolden, WordsStandWhereTheReferenceHasThem) {
  const fs::path folder = test::shared_data("golden/tokenizers/components");
  SEMEME_SKIP_WITHOUT(folder);
  const JsonDocument file = JsonDocument::load(folder / (std::string(GetParam()) + ".json"));
  const Pipeline pipeline = read_pipeline(file.root());
  const TextTokenizer tokenizer(pipeline);
  const auto work = tokenizer.make_workspace();
  int rows = 0;
  for (const std::string& line : test::read_lines(folder / (std::string(GetParam()) + ".expected.jsonl.gz"))) {
    const JsonDocument document = JsonDocument::parse(line, "golden");
    const Json row = document.root();
    const std::string text(row.at("text").as_string());
    RawTokens raw;
    tokenizer.tokenize(text, *work, raw);
    std::vector<Word> words;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      const std::vector<int> offset = test::character_offsets(text, {raw.columns.offsets[i]});
      words.push_back({offset[0], offset[1], added_id(pipeline, raw.columns.ids[i])});
    }
    ASSERT_EQ(words, words_of(row, pipeline)) << line.substr(0, 300);
    ++rows;

    if (!pipeline.post_processor) continue;
    std::vector<Encoding> encodings(1);
    pipeline.post_processor->process(encodings, {}, {});
    std::vector<std::int32_t> ids, expected;
    for (const Encoding& encoding : encodings) ids.insert(ids.end(), encoding.ids.begin(), encoding.ids.end());
    const std::vector<Json> all = row.at("ids").elements(), special = row.at("special").elements();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (special[i].as_int() != 0) expected.push_back(static_cast<std::int32_t>(all[i].as_int()));
    }
    EXPECT_EQ(ids, expected);
  }
  EXPECT_EQ(rows, 190);
}

INSTANTIATE_TEST_SUITE_P(
    Components, ComponentGolden,
    testing::Values("normalizer-bert", "normalizer-bert-cased", "normalizer-bert-nochinese", "normalizer-bert-noclean",
                    "normalizer-bert-nostrip", "normalizer-bert-strip", "normalizer-bytelevel", "normalizer-lowercase",
                    "normalizer-nfc", "normalizer-nfd", "normalizer-nfkc", "normalizer-nfkd", "normalizer-nmt",
                    "normalizer-prepend", "normalizer-replace-regex", "normalizer-replace-regex-empty",
                    "normalizer-replace-regex-lookahead", "normalizer-replace-string", "normalizer-sequence",
                    "normalizer-strip", "normalizer-strip-left", "normalizer-stripaccents",
                    "normalizer-stripaccents-only", "pretokenizer-bert", "pretokenizer-chardelimiter",
                    "pretokenizer-digits", "pretokenizer-digits-individual", "pretokenizer-punctuation-contiguous",
                    "pretokenizer-punctuation-isolated", "pretokenizer-punctuation-merged_with_next",
                    "pretokenizer-punctuation-merged_with_previous", "pretokenizer-punctuation-removed",
                    "pretokenizer-sequence", "pretokenizer-whitespace", "pretokenizer-whitespacesplit",
                    "pretokenizer-bytelevel", "pretokenizer-bytelevel-noprefix", "pretokenizer-bytelevel-noregex",
                    "pretokenizer-bytelevel-trimless", "pretokenizer-fixedlength", "pretokenizer-metaspace",
                    "pretokenizer-metaspace-char", "pretokenizer-metaspace-first", "pretokenizer-metaspace-never",
                    "pretokenizer-metaspace-nosplit", "pretokenizer-split-cl100k", "pretokenizer-split-invert",
                    "pretokenizer-split-qwen2", "pretokenizer-split-regex-contiguous",
                    "pretokenizer-split-regex-isolated", "pretokenizer-split-regex-merged_with_next",
                    "pretokenizer-split-regex-merged_with_previous", "pretokenizer-split-regex-removed",
                    "pretokenizer-split-string-contiguous", "pretokenizer-split-string-isolated",
                    "pretokenizer-split-string-merged_with_next", "pretokenizer-split-string-merged_with_previous",
                    "pretokenizer-split-string-removed", "pretokenizer-unicodescripts", "added-all", "added-lstrip",
                    "added-normalized", "added-not-normalized", "added-plain", "added-rstrip", "added-single-word",
                    "post-template"),
    [](const auto& test) {
      std::string name = test.param;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

TEST(ComponentGolden, WordPieceDecoderReadsAsTheReference) {
  const fs::path folder = test::shared_data("golden/tokenizers/components");
  SEMEME_SKIP_WITHOUT(folder);
  const JsonDocument file = JsonDocument::load(folder / "decoder-wordpiece.json");
  const auto decoder = read_decoder(file.root().at("decoder"));
  for (const std::string& line : test::read_lines(folder / "decoder-wordpiece.expected.jsonl.gz")) {
    const JsonDocument document = JsonDocument::parse(line, "golden");
    std::vector<std::string> tokens;
    for (const Json& token : document.root().at("tokens").elements()) tokens.emplace_back(token.as_string());
    tokens = test::decoded_tokens(*decoder, tokens);
    std::string text;
    for (const std::string& token : tokens) text.append(token);
    EXPECT_EQ(text, document.root().at("dec_all").as_string());
  }
}

}  // namespace
}  // namespace sememe
