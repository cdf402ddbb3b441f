#include "base/fail.h"
#include "tokenize/formats/components_json.h"
#include "tokenize/models/bpe.h"
#include "tokenize/models/unigram.h"
#include "tokenize/models/word_level.h"
#include "tokenize/models/wordpiece.h"

namespace sememe {
namespace {

/// Older files do not name the model's type: its members tell.
std::string model_type(const Json& json) {
  if (const auto type = json.find("type")) return std::string(type->as_string());
  if (json.find("merges")) return "BPE";
  if (const auto vocab = json.find("vocab"); vocab && vocab->is_array()) return "Unigram";
  return json.find("continuing_subword_prefix") ? "WordPiece" : "WordLevel";
}

Vocabulary read_vocabulary(const Json& vocab) {
  Vocabulary::Builder builder(vocab.where());
  if (vocab.is_object()) builder.reserve(vocab.size());
  vocab.each_member([&](std::string_view token, const Json& id) { builder.add(token, id.as_int()); });
  return builder.build();
}

std::unique_ptr<const TokenModel> read_wordpiece(const Json& json) {
  WordPiece::Options options;
  options.unk_token = json.at("unk_token").as_string();
  options.continuing_prefix = json.at("continuing_subword_prefix").as_string();
  options.max_input_chars = json.at("max_input_chars_per_word").as_int();
  if (options.max_input_chars < 0) json.at("max_input_chars_per_word").fail("expected 0 or more");
  return std::make_unique<WordPiece>(read_vocabulary(json.at("vocab")), options, json.where());
}

/// Each merge is "a b" in older files, ["a", "b"] in newer ones; what begins with "#version" is skipped.
void read_merges(const Json& json, Bpe::Merges& out) {
  if (json.is_array()) out.reserve(json.size());
  std::optional<bool> pairs;
  json.each_element([&](const Json& element) {
    if (!pairs) pairs = element.is_array();
    if (*pairs) {
      const auto [left, right] = element.pair();
      return out.add(left.as_string(), right.as_string());
    }
    const std::string_view line = element.as_string();
    if (line.starts_with("#version")) return;
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) {
      element.fail(concat("expected two tokens with a space between them, found ", quote(line)));
    }
    out.add(line.substr(0, space), line.substr(space + 1));
  });
}

std::unique_ptr<const TokenModel> read_bpe(const Json& json) {
  Bpe::Options options;
  options.dropout = json.get_number("dropout", 0);
  if (const auto unk = json.find("unk_token")) options.unk_token = unk->as_string();
  options.continuing_prefix = json.get_string("continuing_subword_prefix", "");
  options.end_suffix = json.get_string("end_of_word_suffix", "");
  options.fuse_unk = json.get_bool("fuse_unk", false);
  options.byte_fallback = json.get_bool("byte_fallback", false);
  options.ignore_merges = json.get_bool("ignore_merges", false);
  Vocabulary vocabulary = read_vocabulary(json.at("vocab"));
  Bpe::Merges merges(vocabulary, options.continuing_prefix, json.where());
  read_merges(json.at("merges"), merges);
  return std::make_unique<Bpe>(std::move(vocabulary), std::move(merges), std::move(options), json.where());
}

std::unique_ptr<const TokenModel> read_unigram(const Json& json) {
  const Json vocab = json.at("vocab");
  Unigram::Tokens tokens;
  if (vocab.is_array()) tokens.reserve(vocab.size());
  vocab.each_element([&](const Json& element) {
    const auto [text, score] = element.pair();
    tokens.add(text.as_string(), score.as_number());
  });
  std::optional<std::int64_t> unk_id;
  if (const auto id = json.find("unk_id")) unk_id = id->as_int();
  return std::make_unique<Unigram>(std::move(tokens), unk_id, json.get_bool("byte_fallback", false), json.where());
}

std::unique_ptr<const TokenModel> read_word_level(const Json& json) {
  return std::make_unique<WordLevel>(read_vocabulary(json.at("vocab")), std::string(json.at("unk_token").as_string()),
                                     json.where());
}

constexpr std::array<std::pair<std::string_view, Reader<TokenModel>>, 4> kModels{{
    {"BPE", read_bpe},
    {"Unigram", read_unigram},
    {"WordLevel", read_word_level},
    {"WordPiece", read_wordpiece},
}};

}  // namespace

std::unique_ptr<const TokenModel> read_model(const Json& json) {
  const std::string type = model_type(json);
  for (const auto& [name, read] : kModels) {
    if (name == type) return read(json);
  }
  fail_unsupported(json, "model", type);
}

}  // namespace sememe
