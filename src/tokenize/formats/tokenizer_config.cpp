#include "tokenize/formats/tokenizer_config.h"

#include <map>
#include <utility>

#include "io/bundle.h"
#include "io/json.h"
#include "tokenize/formats/special_tokens.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;

// transformers writes 1e30 for "no limit".
constexpr double kAbsurdLength = 1e9;

/// A token as it stands in these files: a string, or an object with its switches.
AddedToken read_token(const Json& value, bool special) {
  if (value.is_string()) return {std::string(value.as_string()), false, false, false, !special, special};
  return read_added_token(value, special);
}

using NamedToken = std::pair<const char*, AddedToken TokenizerConfig::*>;
constexpr NamedToken kNamed[] = {
    {"unk_token", &TokenizerConfig::unk}, {"sep_token", &TokenizerConfig::sep},   {"pad_token", &TokenizerConfig::pad},
    {"cls_token", &TokenizerConfig::cls}, {"mask_token", &TokenizerConfig::mask},
};

void read_named_tokens(const Json& root, TokenizerConfig& config) {
  for (const auto& [key, member] : kNamed) {
    if (const auto value = root.find(key)) {
      config.*member = read_token(*value, true);
      (config.*member).special = true;
    }
  }
}

void read_switches(const Json& root, NormalizerSwitches& switches) {
  if (const auto value = root.find("do_lower_case")) switches.lowercase = value->as_bool();
  if (const auto value = root.find("tokenize_chinese_chars")) switches.handle_chinese_chars = value->as_bool();
  for (const auto& [key, value] : root.members()) {
    if (key != "strip_accents") continue;
    switches.gives_strip_accents = true;
    if (!value.is_null()) switches.strip_accents = value.as_bool();
  }
}

void read_main(const Json& root, TokenizerConfig& config, std::map<std::int64_t, AddedToken>& added) {
  config.tokenizer_class = root.get_string("tokenizer_class", "");
  read_switches(root, config.switches);
  if (const auto value = root.find("model_max_length")) {
    const double length = value->as_number();
    if (length >= 1 && length < kAbsurdLength) config.model_max_length = static_cast<std::int64_t>(length);
  }
  read_named_tokens(root, config);
  if (const auto decoder = root.find("added_tokens_decoder")) {
    for (const auto& [key, value] : decoder->members()) {
      added[read_token_id(key, value)] = read_token(value, false);
    }
  }
}

void read_added(const Json& root, const TokenizerConfig& config, std::map<std::int64_t, AddedToken>& added) {
  for (const auto& [content, id] : root.members()) {
    if (id.as_int() < 0) id.fail("expected a token id of 0 or more");
    bool special = false;
    for (const auto& [key, member] : kNamed) special = special || (config.*member).content == content;
    added.try_emplace(id.as_int(), AddedToken{std::string(content), false, false, false, !special, special});
  }
}

}  // namespace

NormalizerSwitches TokenizerConfig::overriding_switches() const {
  const bool without_family = tokenizer_class.empty() || tokenizer_class.starts_with("PreTrainedTokenizer") ||
                              tokenizer_class == "TokenizersBackend";
  return without_family ? NormalizerSwitches{} : switches;
}

TokenizerConfig read_tokenizer_config(const fs::path& folder) {
  TokenizerConfig config;
  std::map<std::int64_t, AddedToken> added;
  const auto read = [&](const char* name, auto&& use) {
    if (!file_exists(folder / name)) return;
    const JsonDocument document = JsonDocument::load(folder / name);
    use(document.root());
  };
  // What tokenizer_config.json says of a token wins: it is read last.
  read("special_tokens_map.json", [&](const Json& root) { read_named_tokens(root, config); });
  read("tokenizer_config.json", [&](const Json& root) { read_main(root, config, added); });
  read("added_tokens.json", [&](const Json& root) { read_added(root, config, added); });
  for (auto& [id, token] : added) config.added_tokens.push_back(std::move(token));
  return config;
}

}  // namespace sememe
