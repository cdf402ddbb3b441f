#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sememe {

/// An id and the bytes of the piece that it stands for.
struct ModelToken {
  std::int32_t id;
  std::int32_t begin, end;
};

/// Third step: a piece becomes tokens.
class TokenModel {
 public:
  virtual ~TokenModel() = default;
  /// Appends the tokens of one piece.
  virtual void tokenize(std::string_view piece, std::vector<ModelToken>& out) const = 0;

  virtual std::int64_t vocab_size() const = 0;
  virtual std::int32_t max_id() const = 0;
  virtual std::optional<std::int32_t> token_to_id(std::string_view token) const = 0;
  virtual std::optional<std::string_view> id_to_token(std::int32_t id) const = 0;
  virtual std::string describe() const = 0;
};

}  // namespace sememe
