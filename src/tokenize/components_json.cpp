// The components of a tokenizer.json, one table of types a role. A new component is a new row.
#include <array>
#include <string_view>
#include <utility>

#include "base/fail.h"
#include "tokenize/bert_normalizer.h"
#include "tokenize/character_splits.h"
#include "tokenize/text_normalizers.h"
#include "tokenize/tokenizer_json.h"

namespace sememe {
namespace {

template <class Role, class... Context>
using Reader = std::unique_ptr<const Role> (*)(const Json&, const Context&...);

/// Calls the reader of json's "type".
template <class Role, std::size_t N, class... Context>
std::unique_ptr<const Role> dispatch(const std::array<std::pair<std::string_view, Reader<Role, Context...>>, N>& table,
                                     std::string_view role, const Json& json, const Context&... context) {
  const std::string_view type = json.at("type").as_string();
  for (const auto& [name, read] : table) {
    if (name == type) return read(json, context...);
  }
  fail_unsupported(json, role, type);
}

template <class Role, class Component>
std::unique_ptr<const Role> plain(const Json&) {
  return std::make_unique<Component>();
}

// Normalizers -----------------------------------------------------------------------------------------------------

using NormalizerPtr = std::unique_ptr<const Normalizer>;

NormalizerPtr read_bert_normalizer(const Json& json, const NormalizerSwitches& switches) {
  BertNormalizer::Options options;
  options.clean_text = json.get_bool("clean_text", true);
  options.handle_chinese_chars = json.get_bool("handle_chinese_chars", true);
  if (const auto value = json.find("strip_accents")) options.strip_accents = value->as_bool();
  options.lowercase = json.get_bool("lowercase", true);
  if (switches.lowercase) options.lowercase = *switches.lowercase;
  if (switches.gives_strip_accents) options.strip_accents = switches.strip_accents;
  if (switches.handle_chinese_chars) options.handle_chinese_chars = *switches.handle_chinese_chars;
  return std::make_unique<BertNormalizer>(options);
}

NormalizerPtr read_normalizer_sequence(const Json& json, const NormalizerSwitches& switches) {
  std::vector<NormalizerPtr> steps;
  for (const Json& step : json.at("normalizers").elements()) steps.push_back(read_normalizer(step, switches));
  return std::make_unique<NormalizerSequence>(std::move(steps));
}

NormalizerPtr read_strip(const Json& json, const NormalizerSwitches&) {
  return std::make_unique<Strip>(json.get_bool("strip_left", true), json.get_bool("strip_right", true));
}

NormalizerPtr read_replace(const Json& json, const NormalizerSwitches&) {
  const Json pattern = json.at("pattern");
  const auto text = pattern.find("String");
  if (!text) fail_unsupported(pattern, "pattern of Replace:", "Regex");
  if (text->as_string().empty()) fail_unsupported(pattern, "pattern of Replace:", "");
  return std::make_unique<ReplaceString>(std::string(text->as_string()), std::string(json.at("content").as_string()));
}

NormalizerPtr read_prepend(const Json& json, const NormalizerSwitches&) {
  return std::make_unique<Prepend>(std::string(json.at("prepend").as_string()));
}

template <class Component>
NormalizerPtr plain_normalizer(const Json& json, const NormalizerSwitches&) {
  return plain<Normalizer, Component>(json);
}

constexpr std::array<std::pair<std::string_view, Reader<Normalizer, NormalizerSwitches>>, 9> kNormalizers{{
    {"BertNormalizer", read_bert_normalizer},
    {"Sequence", read_normalizer_sequence},
    {"Lowercase", plain_normalizer<Lowercase>},
    {"NFD", plain_normalizer<Nfd>},
    {"NFC", plain_normalizer<Nfc>},
    {"StripAccents", plain_normalizer<StripAccents>},
    {"Strip", read_strip},
    {"Replace", read_replace},
    {"Prepend", read_prepend},
}};

// Pre-tokenizers --------------------------------------------------------------------------------------------------

using PreTokenizerPtr = std::unique_ptr<const PreTokenizer>;

PreTokenizerPtr read_pre_tokenizer_sequence(const Json& json) {
  std::vector<PreTokenizerPtr> steps;
  for (const Json& step : json.at("pretokenizers").elements()) steps.push_back(read_pre_tokenizer(step));
  return std::make_unique<PreTokenizerSequence>(std::move(steps));
}

constexpr std::array<std::pair<std::string_view, SplitBehavior>, 5> kBehaviors{{
    {"Removed", SplitBehavior::kRemoved},
    {"Isolated", SplitBehavior::kIsolated},
    {"MergedWithPrevious", SplitBehavior::kMergedWithPrevious},
    {"MergedWithNext", SplitBehavior::kMergedWithNext},
    {"Contiguous", SplitBehavior::kContiguous},
}};

PreTokenizerPtr read_punctuation(const Json& json) {
  const std::string behavior = json.get_string("behavior", "Isolated");
  for (const auto& [name, value] : kBehaviors) {
    if (name == behavior) return std::make_unique<Punctuation>(value);
  }
  json.fail("unknown behavior " + quote(behavior));
}

PreTokenizerPtr read_digits(const Json& json) {
  return std::make_unique<Digits>(json.get_bool("individual_digits", false));
}

PreTokenizerPtr read_char_delimiter(const Json& json) {
  const std::string_view delimiter = json.at("delimiter").as_string();
  if (delimiter.empty() || static_cast<std::size_t>(decode_utf8(delimiter, 0).length) != delimiter.size()) {
    json.at("delimiter").fail("expected one character");
  }
  return std::make_unique<CharDelimiterSplit>(decode_utf8(delimiter, 0).value);
}

constexpr std::array<std::pair<std::string_view, Reader<PreTokenizer>>, 7> kPreTokenizers{{
    {"BertPreTokenizer", plain<PreTokenizer, BertPreTokenizer>},
    {"Sequence", read_pre_tokenizer_sequence},
    {"Whitespace", plain<PreTokenizer, Whitespace>},
    {"WhitespaceSplit", plain<PreTokenizer, WhitespaceSplit>},
    {"Punctuation", read_punctuation},
    {"Digits", read_digits},
    {"CharDelimiterSplit", read_char_delimiter},
}};

// Post-processors -------------------------------------------------------------------------------------------------

using PostProcessorPtr = std::unique_ptr<const PostProcessor>;

PostProcessorPtr read_bert_processing(const Json& json) {
  const auto token = [&](const char* key) {
    const Json pair = json.at(key);
    const std::vector<Json> parts = pair.elements();
    if (parts.size() != 2) pair.fail("expected a token and its id");
    return BertProcessing::Token{std::string(parts[0].as_string()), read_id(parts[1])};
  };
  return std::make_unique<BertProcessing>(token("cls"), token("sep"));
}

std::vector<TemplateProcessing::Part> read_template(const Json& json, const Json& special_tokens, int texts) {
  std::vector<TemplateProcessing::Part> out;
  for (const Json& element : json.elements()) {
    TemplateProcessing::Part part;
    if (const auto sequence = element.find("Sequence")) {
      const std::string_view id = sequence->at("id").as_string();
      part.sequence = id == "A" ? 0 : id == "B" ? 1 : -1;
      if (part.sequence < 0 || part.sequence >= texts) {
        sequence->fail(concat("id: expected ", texts == 1 ? "A" : "A or B", ", found ", quote(id)));
      }
      part.type_id = read_id(sequence->at("type_id"));
    } else {
      const Json special = element.at("SpecialToken");
      const std::string_view id = special.at("id").as_string();
      const auto token = special_tokens.find(id);
      if (!token) special.fail(concat("id: ", quote(id), " is not among special_tokens"));
      for (const Json& value : token->at("ids").elements()) part.ids.push_back(read_id(value));
      for (const Json& value : token->at("tokens").elements()) part.tokens.emplace_back(value.as_string());
      if (part.ids.size() != part.tokens.size()) token->fail("ids and tokens differ in number");
      part.type_id = read_id(special.at("type_id"));
    }
    out.push_back(std::move(part));
  }
  return out;
}

PostProcessorPtr read_template_processing(const Json& json) {
  const Json special_tokens = json.at("special_tokens");
  return std::make_unique<TemplateProcessing>(read_template(json.at("single"), special_tokens, 1),
                                              read_template(json.at("pair"), special_tokens, 2));
}

constexpr std::array<std::pair<std::string_view, Reader<PostProcessor>>, 2> kPostProcessors{{
    {"BertProcessing", read_bert_processing},
    {"TemplateProcessing", read_template_processing},
}};

// Decoders --------------------------------------------------------------------------------------------------------

std::unique_ptr<const Decoder> read_wordpiece_decoder(const Json& json) {
  return std::make_unique<WordPieceDecoder>(json.get_string("prefix", "##"), json.get_bool("cleanup", true));
}

constexpr std::array<std::pair<std::string_view, Reader<Decoder>>, 1> kDecoders{{
    {"WordPiece", read_wordpiece_decoder},
}};

}  // namespace

std::unique_ptr<const Normalizer> read_normalizer(const Json& json, const NormalizerSwitches& switches) {
  return dispatch<Normalizer>(kNormalizers, "normalizer", json, switches);
}

std::unique_ptr<const PreTokenizer> read_pre_tokenizer(const Json& json) {
  return dispatch<PreTokenizer>(kPreTokenizers, "pre-tokenizer", json);
}

std::unique_ptr<const PostProcessor> read_post_processor(const Json& json) {
  return dispatch<PostProcessor>(kPostProcessors, "post-processor", json);
}

std::unique_ptr<const Decoder> read_decoder(const Json& json) { return dispatch<Decoder>(kDecoders, "decoder", json); }

}  // namespace sememe
