#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/json.h"
#include "tokenize/added_tokens.h"

namespace sememe {

/// A token as an object with its switches, of any of the files that have them; `special`: unless it says.
AddedToken read_added_token(const Json& json, bool special);

/// A special token; most are looked for in the text as it is.
struct SpecialTokenSwitches {
  bool normalized = false, lstrip = false;
};
AddedToken special_token(std::string_view content, const SpecialTokenSwitches& switches = {});

/// The token id that a member's name is. Throws kCorrupt for `value`, the member's, if it is none.
std::int64_t read_token_id(std::string_view key, const Json& value);

/// What the files beside a vocabulary say of special and added tokens, and of a tokenizer's settings, as transformers'
/// from_pretrained reads them: tokenizer_config.json, special_tokens_map.json, added_tokens.json. All may be absent.
class SpecialTokens {
 public:
  explicit SpecialTokens(const std::filesystem::path& folder);

  /// Settings of tokenizer_config.json.
  bool flag(std::string_view key, bool fallback) const;
  std::int64_t number(std::string_view key, std::int64_t fallback) const;
  std::string text(std::string_view key, std::string_view fallback) const;

  /// Sets a token ("bos_token", ..., "mask_token") that no file names; `plain`: as a plain string would.
  void set_default(std::string_view key, AddedToken token, bool plain = false);
  /// Content of a token; empty: there is none.
  std::string content(std::string_view key) const;
  /// Describes a token that is given as a plain string.
  template <class Change>
  void change_plain(std::string_view key, Change change) {
    const auto found = named_.find(std::string(key));
    if (found == named_.end() || !found->second.plain) return;
    change(found->second.token);
    found->second.plain = false;
  }
  void add_more(std::string content);  ///< as one of additional_special_tokens, if it is not yet

  /// `base`, then all that the files add to it, in the order of their ids. A token that is described wins over one of
  /// the same content before it.
  std::vector<AddedToken> added_tokens(std::vector<AddedToken> base) const;

 private:
  struct Named {
    AddedToken token;
    bool plain = true;  // a string: switches are not described
  };
  void read_named(const Json& root);
  void read_added_tokens_decoder(const Json& decoder);

  std::optional<JsonDocument> config_;
  std::map<std::string, Named> named_;
  std::vector<Named> more_;
  std::map<std::int64_t, AddedToken> by_id_;
};

}  // namespace sememe
