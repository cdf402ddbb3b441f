#include "base/fail.h"
#include "tokenize/formats/components_json.h"
#include "tokenize/normalizers/bert_normalizer.h"
#include "tokenize/normalizers/text_normalizers.h"

namespace sememe {
namespace {

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

}  // namespace

std::unique_ptr<const Normalizer> read_normalizer(const Json& json, const NormalizerSwitches& switches) {
  return dispatch<Normalizer>(kNormalizers, "normalizer", json, switches);
}

}  // namespace sememe
