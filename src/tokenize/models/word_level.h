#pragma once

#include <string>
#include <utility>

#include "tokenize/models/model.h"
#include "tokenize/models/vocabulary.h"

namespace sememe {

/// A piece is one token, or the unknown one.
class WordLevel final : public TokenModel {
 public:
  WordLevel(Vocabulary vocabulary, std::string unk_token, std::string where)
      : vocabulary_(std::move(vocabulary)),
        unk_token_(std::move(unk_token)),
        where_(std::move(where)),
        unk_id_(vocabulary_.find(unk_token_)) {}

  /// Throws kCorrupt for an unknown piece if the vocabulary lacks unk_token.
  void tokenize(std::string_view piece, Scratch*, std::vector<ModelToken>& out) const override;
  std::optional<std::int32_t> unknown_id() const override {
    return unk_id_ < 0 ? std::nullopt : std::optional(unk_id_);
  }
  std::int64_t vocab_size() const override { return vocabulary_.size(); }
  std::int32_t max_id() const override { return vocabulary_.max_id(); }
  std::optional<std::int32_t> token_to_id(std::string_view token) const override { return vocabulary_.id(token); }
  std::optional<std::string_view> id_to_token(std::int32_t id) const override { return vocabulary_.token(id); }
  std::string describe() const override;

 private:
  Vocabulary vocabulary_;
  std::string unk_token_, where_;
  std::int32_t unk_id_;
};

}  // namespace sememe
