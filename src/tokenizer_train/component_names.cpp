#include "tokenizer_train/component_names.h"

#include <algorithm>
#include <span>

#include "base/fail.h"

namespace sememe {
namespace {

struct Named {
  std::string_view name, json;
};

constexpr Named kNormalizers[] = {
    {"bert",
     R"({"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true})"},
    {"bert-cased",
     R"({"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":false})"},
    {"lowercase", R"({"type":"Lowercase"})"},
    {"nfc", R"({"type":"NFC"})"},
    {"nfd", R"({"type":"NFD"})"},
    {"nfkc", R"({"type":"NFKC"})"},
    {"nfkd", R"({"type":"NFKD"})"},
    {"nmt", R"({"type":"Nmt"})"},
    {"strip", R"({"type":"Strip","strip_left":true,"strip_right":true})"},
    {"strip-accents", R"({"type":"StripAccents"})"},
};

constexpr Named kPreTokenizers[] = {
    {"bert", R"({"type":"BertPreTokenizer"})"},
    {"bytelevel", R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true})"},
    {"metaspace", "{\"type\":\"Metaspace\",\"replacement\":\"\u2581\",\"prepend_scheme\":\"always\",\"split\":true}"},
    {"whitespace", R"({"type":"Whitespace"})"},
    {"whitespace-split", R"({"type":"WhitespaceSplit"})"},
    {"punctuation", R"({"type":"Punctuation","behavior":"Isolated"})"},
    {"digits", R"({"type":"Digits","individual_digits":false})"},
    {"unicode-scripts", R"({"type":"UnicodeScripts"})"},
};

std::string component_json(std::string_view spec, std::span<const Named> table, std::string_view role,
                           std::string_view sequence_key) {
  const std::size_t start = spec.find_first_not_of(" \t\r\n");
  if (start != std::string_view::npos && spec[start] == '{') return std::string(spec);
  if (spec == "none") return "null";
  std::string parts;
  int count = 0;
  for (std::string_view rest = spec;; ++count) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view name = rest.substr(0, comma);
    const auto* const found =
        std::find_if(table.begin(), table.end(), [&](const Named& named) { return named.name == name; }).base();
    if (found == table.data() + table.size()) {
      std::string known = "none";
      for (const Named& named : table) known.append(", ").append(named.name);
      fail(ErrorCode::kInvalidArgument, "unknown ", role, " ", quote(name),
           "; expected JSON or names joined by commas: ", known);
    }
    parts.append(count == 0 ? "" : ",").append(found->json);
    if (comma == rest.size()) break;
    rest.remove_prefix(comma + 1);
  }
  return count == 0 ? parts : concat("{\"type\":\"Sequence\",\"", sequence_key, "\":[", parts, "]}");
}

}  // namespace

std::string normalizer_json(std::string_view spec) {
  return component_json(spec, kNormalizers, "normalizer", "normalizers");
}

std::string pre_tokenizer_json(std::string_view spec) {
  return component_json(spec, kPreTokenizers, "pre-tokenizer", "pretokenizers");
}

std::optional<Json> find_component(const Json& json, std::string_view type) {
  if (json.is_null()) return std::nullopt;
  if (json.at("type").as_string() == type) return json;
  for (const std::string_view key : {"normalizers", "pretokenizers", "decoders", "processors"}) {
    if (const auto steps = json.find(key)) {
      for (const Json& step : steps->elements())
        if (const auto found = find_component(step, type)) return found;
    }
  }
  return std::nullopt;
}

}  // namespace sememe
