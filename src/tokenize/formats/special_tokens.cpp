#include "tokenize/formats/special_tokens.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "io/bundle.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;

// In the order in which transformers adds those that a vocabulary lacks.
constexpr std::string_view kNames[] = {"bos_token", "eos_token", "unk_token", "sep_token",
                                       "pad_token", "cls_token", "mask_token"};

std::optional<JsonDocument> load_if_there(const fs::path& path) {
  if (!file_exists(path)) return std::nullopt;
  return JsonDocument::load(path);
}

}  // namespace

AddedToken read_added_token(const Json& json, bool special) {
  AddedToken token;
  token.content = json.at("content").as_string();
  token.special = json.get_bool("special", special);
  token.normalized = json.get_bool("normalized", !token.special);
  token.single_word = json.get_bool("single_word", false);
  token.lstrip = json.get_bool("lstrip", false);
  token.rstrip = json.get_bool("rstrip", false);
  return token;
}

AddedToken special_token(std::string_view content, const SpecialTokenSwitches& switches) {
  AddedToken token;
  token.content = content;
  token.special = true;
  token.normalized = switches.normalized;
  token.lstrip = switches.lstrip;
  return token;
}

std::int64_t read_token_id(std::string_view key, const Json& value) {
  std::int64_t id = -1;
  const char* const end = key.data() + key.size();
  const auto parsed = std::from_chars(key.data(), end, id);
  if (parsed.ec != std::errc() || parsed.ptr != end || id < 0) value.fail("expected a token id as the key");
  return id;
}

SpecialTokens::SpecialTokens(const fs::path& folder) : config_(load_if_there(folder / "tokenizer_config.json")) {
  if (config_) read_named(config_->root());
  const auto decoder = config_ ? config_->root().find("added_tokens_decoder") : std::nullopt;
  if (decoder) {
    read_added_tokens_decoder(*decoder);
  } else {
    // Older folders: these files count, and win.
    if (const auto map = load_if_there(folder / "special_tokens_map.json")) read_named(map->root());
    if (const auto added = load_if_there(folder / "added_tokens.json")) {
      for (const auto& [content, id] : added->root().members()) {
        const auto is = [&](const Named& named) { return named.token.content == content; };
        const bool named =
            std::any_of(named_.begin(), named_.end(), [&](const auto& item) { return is(item.second); }) ||
            std::any_of(more_.begin(), more_.end(), is);
        AddedToken token = special_token(content);
        token.special = named;
        token.normalized = !named;
        if (id.as_int() < 0) id.fail("expected a token id of 0 or more");
        by_id_[id.as_int()] = std::move(token);
      }
    }
  }
  // Where the list of added tokens describes a named one, that is how it is.
  const auto describe = [this](Named& named) {
    for (const auto& [id, token] : by_id_) {
      if (named.plain && token.content == named.token.content) named = {token, false};
    }
  };
  for (auto& [name, named] : named_) describe(named);
}

void SpecialTokens::read_named(const Json& root) {
  const auto read = [](const Json& json) {
    return json.is_object() ? Named{read_added_token(json, true), false} : Named{special_token(json.as_string()), true};
  };
  for (const std::string_view name : kNames) {
    if (const auto value = root.find(name)) named_[std::string(name)] = read(*value);
  }
  if (const auto more = root.find("additional_special_tokens"); more && more->is_array()) {
    for (const Json& value : more->elements()) more_.push_back(read(value));
  }
}

void SpecialTokens::read_added_tokens_decoder(const Json& decoder) {
  for (const auto& [key, value] : decoder.members()) {
    by_id_[read_token_id(key, value)] = read_added_token(value, false);
  }
}

bool SpecialTokens::flag(std::string_view key, bool fallback) const {
  return config_ ? config_->root().get_bool(key, fallback) : fallback;
}

std::int64_t SpecialTokens::number(std::string_view key, std::int64_t fallback) const {
  return config_ ? config_->root().get_int(key, fallback) : fallback;
}

std::string SpecialTokens::text(std::string_view key, std::string_view fallback) const {
  return config_ ? config_->root().get_string(key, fallback) : std::string(fallback);
}

void SpecialTokens::set_default(std::string_view key, AddedToken token, bool plain) {
  named_.try_emplace(std::string(key), Named{std::move(token), plain});
}

std::string SpecialTokens::content(std::string_view key) const {
  const auto found = named_.find(std::string(key));
  return found == named_.end() ? "" : found->second.token.content;
}

void SpecialTokens::add_more(std::string content) {
  for (const Named& named : more_) {
    if (named.token.content == content) return;
  }
  more_.push_back({special_token(content), true});
}

std::vector<AddedToken> SpecialTokens::added_tokens(std::vector<AddedToken> base) const {
  std::map<std::string, std::size_t> places;
  std::vector<AddedToken> out;
  const auto add = [&](const AddedToken& token, bool plain) {
    const auto [place, fresh] = places.try_emplace(token.content, out.size());
    if (fresh) {
      out.push_back(token);
    } else if (!plain) {
      out[place->second] = token;
    }
  };
  const auto add_named = [&](const Named& named) {
    AddedToken token = named.token;
    token.special = true;
    add(token, named.plain);
  };
  for (const AddedToken& token : base) add(token, false);
  for (const auto& [id, token] : by_id_) add(token, false);
  for (const std::string_view name : kNames) {
    if (const auto found = named_.find(std::string(name)); found != named_.end()) add_named(found->second);
  }
  for (const Named& named : more_) add_named(named);
  return out;
}

}  // namespace sememe
