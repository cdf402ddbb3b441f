#pragma once

#include <cstdint>
#include <memory>
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
/// Threads  const and safe to share; a Scratch belongs to one thread at a time.
class TokenModel {
 public:
  virtual ~TokenModel() = default;

  /// Buffers of a model that live from piece to piece, so that tokenize() allocates nothing once they have grown.
  class Scratch {
   public:
    virtual ~Scratch() = default;
  };
  virtual std::unique_ptr<Scratch> make_scratch() const { return nullptr; }

  /// Appends the tokens of one piece, in linear (or n log n) time. `scratch` comes from make_scratch().
  virtual void tokenize(std::string_view piece, Scratch* scratch, std::vector<ModelToken>& out) const = 0;

  /// Whether no token reaches over the place before `mark` (the one character that stands for a space, as "\u2581")
  /// where another character than `mark` is before it: then a piece may be cut there.
  virtual bool cuts_before(std::string_view /*mark*/) const { return false; }

  virtual std::int64_t vocab_size() const = 0;
  virtual std::int32_t max_id() const = 0;
  virtual std::optional<std::int32_t> token_to_id(std::string_view token) const = 0;
  virtual std::optional<std::string_view> id_to_token(std::int32_t id) const = 0;
  virtual std::string describe() const = 0;
};

}  // namespace sememe
