#include "base/fail.h"
#include "tokenize/formats/components_json.h"
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

std::unique_ptr<const TokenModel> read_wordpiece(const Json& json) {
  WordPiece::Options options;
  options.unk_token = json.at("unk_token").as_string();
  options.continuing_prefix = json.at("continuing_subword_prefix").as_string();
  options.max_input_chars = json.at("max_input_chars_per_word").as_int();
  if (options.max_input_chars < 0) json.at("max_input_chars_per_word").fail("expected 0 or more");

  const Json vocab = json.at("vocab");
  const std::vector<Json::Member> members = vocab.members();
  Vocabulary::Builder builder(vocab.where());
  builder.reserve(members.size());
  for (const auto& [token, id] : members) builder.add(token, id.as_int());
  return std::make_unique<WordPiece>(builder.build(), options, json.where());
}

constexpr std::array<std::pair<std::string_view, Reader<TokenModel>>, 1> kModels{{
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
