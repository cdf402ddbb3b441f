#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tokenize/models/model.h"
#include "tokenize/normalizers/normalizer.h"
#include "tokenize/seam.h"

namespace sememe {

/// A token that is found in the text before the model sees it.
struct AddedToken {
  std::string content;
  bool single_word = false;  ///< only where no word character touches it
  bool lstrip = false;       ///< takes the whitespace before it along
  bool rstrip = false;       ///< takes the whitespace after it along
  bool normalized = true;    ///< is looked for in the normalized text, in its own normalized form
  bool special = false;      ///< decode() may leave it out
};

/// All added tokens of a tokenizer, and the search for them.
class AddedTokens {
 public:
  struct Entry {
    AddedToken token;
    std::string text;  ///< what decode() shows: the normalized form if the token is normalized
    bool special = false;
    bool special_content = false;  ///< as it is written in the file: TokenizeOptions::encode_special_tokens
  };
  /// A part of a text: an added token, or (id absent) what lies between.
  struct Part {
    std::int32_t begin, end;
    std::optional<std::int32_t> id;
  };

  AddedTokens() = default;
  /// Ids: of the model where it has the content, else counted on from the model's vocab_size(). Of normalized tokens
  /// that become the same text the last is found; one that becomes empty is never found.
  AddedTokens(const std::vector<AddedToken>& tokens, const TokenModel& model, const Normalizer* normalizer);

  std::optional<std::int32_t> id(std::string_view content) const;
  const Entry* find(std::int32_t id) const;
  std::vector<std::int32_t> ids() const;  ///< ascending
  std::int64_t size() const { return static_cast<std::int64_t>(by_id_.size()); }
  std::int32_t max_id() const { return max_id_; }
  /// How many of them the model does not have.
  std::int64_t beyond_model() const { return beyond_model_; }

  /// Parts of a text that cover it: first against the tokens that are not normalized, later against those that are.
  /// `plain_specials`: special ones are not found.
  void split_raw(std::string_view text, bool plain_specials, std::vector<Part>& out) const {
    split(raw_, text, plain_specials, out);
  }
  void split_normalized(std::string_view text, bool plain_specials, std::vector<Part>& out) const {
    split(normalized_, text, plain_specials, out);
  }
  bool any_normalized() const { return !normalized_.empty(); }
  /// Whether none of those that are normalized reaches over a seam (tokenize/seam.h) or looks over one.
  bool keeps_seams(SeamKind kind) const { return kind == SeamKind::kSpace ? keeps_space_ : keeps_punctuation_; }

 private:
  /// A trie; matches are leftmost, then longest.
  class Matcher {
   public:
    Matcher();
    bool empty() const { return nodes_ == 1; }
    void add(std::string_view pattern, std::int32_t id);
    struct Match {
      std::size_t begin, end;
      std::int32_t id;
    };
    std::optional<Match> next(std::string_view text, std::size_t from) const;

   private:
    std::int32_t child(std::int32_t node, char c) const;
    std::int32_t nodes_ = 1;
    std::unordered_map<std::uint64_t, std::int32_t> edges_;  // (node, byte) to node
    std::vector<std::int32_t> ids_;                          // a node each; -1: no token ends here
    std::array<bool, 256> starts_{};                         // bytes that begin a token
    int distinct_starts_ = 0;
    char only_start_ = 0;
  };
  void split(const Matcher& matcher, std::string_view text, bool plain_specials, std::vector<Part>& out) const;

  std::unordered_map<std::string, std::int32_t> ids_;
  std::unordered_map<std::int32_t, Entry> by_id_;
  std::int32_t max_id_ = -1;
  std::int64_t beyond_model_ = 0;
  bool keeps_space_ = true, keeps_punctuation_ = true;
  Matcher raw_, normalized_;
};

}  // namespace sememe
