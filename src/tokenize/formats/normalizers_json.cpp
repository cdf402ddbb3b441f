#include <algorithm>

#include "base/fail.h"
#include "io/base64.h"
#include "tokenize/formats/components_json.h"
#include "tokenize/normalizers/bert_normalizer.h"
#include "tokenize/normalizers/precompiled.h"
#include "tokenize/normalizers/replace.h"
#include "tokenize/normalizers/text_normalizers.h"

namespace sememe {
namespace {

using NormalizerPtr = std::unique_ptr<const Normalizer>;

NormalizerPtr read_bert_normalizer(const Json& json, const NormalizerSwitches& switches) {
  BertNormalizer::Options options;
  options.clean_text = json.at("clean_text").as_bool();
  options.handle_chinese_chars = json.at("handle_chinese_chars").as_bool();
  if (const auto value = json.find("strip_accents")) options.strip_accents = value->as_bool();
  options.lowercase = json.at("lowercase").as_bool();
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
  return std::make_unique<Strip>(json.at("strip_left").as_bool(), json.at("strip_right").as_bool());
}

NormalizerPtr read_replace(const Json& json, const NormalizerSwitches&) {
  const Json pattern = json.at("pattern");
  const auto text = pattern.find("String"), regex = pattern.find("Regex");
  if (pattern.size() != 1 || (!text && !regex)) pattern.fail("expected one of String and Regex");
  std::string content(json.at("content").as_string());
  if (text && !text->as_string().empty()) {
    return std::make_unique<ReplaceString>(std::string(text->as_string()), std::move(content));
  }
  // To the reference plain text is a pattern as well: the empty one matches between all characters.
  return std::make_unique<ReplaceRegex>(std::string((text ? *text : *regex).as_string()), std::move(content));
}

NormalizerPtr read_prepend(const Json& json, const NormalizerSwitches&) {
  return std::make_unique<Prepend>(std::string(json.at("prepend").as_string()));
}

NormalizerPtr read_precompiled(const Json& json, const NormalizerSwitches&) {
  const Json map = json.at("precompiled_charsmap");
  const auto bytes = decode_base64(map.as_string());
  if (!bytes || bytes->empty()) map.fail("expected a table in base64");
  return std::make_unique<Precompiled>(Charsmap(*bytes, map.where()));
}

template <NormalForm form>
NormalizerPtr read_normal_form(const Json&, const NormalizerSwitches&) {
  return std::make_unique<UnicodeNormalizer>(form);
}

template <class Component>
NormalizerPtr plain_normalizer(const Json& json, const NormalizerSwitches&) {
  return plain<Normalizer, Component>(json);
}

constexpr std::array<std::pair<std::string_view, Reader<Normalizer, NormalizerSwitches>>, 15> kNormalizers{{
    {"BertNormalizer", read_bert_normalizer},
    {"Bert", read_bert_normalizer},
    {"Sequence", read_normalizer_sequence},
    {"Lowercase", plain_normalizer<Lowercase>},
    {"NFD", read_normal_form<NormalForm::kNfd>},
    {"NFC", read_normal_form<NormalForm::kNfc>},
    {"NFKD", read_normal_form<NormalForm::kNfkd>},
    {"NFKC", read_normal_form<NormalForm::kNfkc>},
    {"StripAccents", plain_normalizer<StripAccents>},
    {"Nmt", plain_normalizer<Nmt>},
    {"ByteLevel", plain_normalizer<ByteLevelNormalizer>},
    {"Strip", read_strip},
    {"Replace", read_replace},
    {"Prepend", read_prepend},
    {"Precompiled", read_precompiled},
}};

/// The type that old files leave out, by the members that it has.
std::string_view guess_type(const Json& json) {
  const auto has = [&json](std::initializer_list<std::string_view> keys) {
    return std::all_of(keys.begin(), keys.end(), [&](std::string_view key) { return json.find(key).has_value(); });
  };
  if (has({"clean_text", "handle_chinese_chars", "lowercase"})) return "BertNormalizer";
  if (has({"strip_left", "strip_right"})) return "Strip";
  if (has({"normalizers"})) return "Sequence";
  if (has({"pattern", "content"})) return "Replace";
  if (has({"prepend"})) return "Prepend";
  return "";
}

}  // namespace

std::unique_ptr<const Normalizer> read_normalizer(const Json& json, const NormalizerSwitches& switches) {
  const auto type = json.find("type");
  const auto known = [&](const auto& row) { return type && type->is_string() && type->as_string() == row.first; };
  if (std::none_of(kNormalizers.begin(), kNormalizers.end(), known)) {
    const std::string_view guess = guess_type(json);
    for (const auto& [name, read] : kNormalizers) {
      if (name == guess) return read(json, switches);
    }
  }
  return dispatch<Normalizer>(kNormalizers, "normalizer", json, switches);
}

}  // namespace sememe
