#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sememe/tokenizer.h"

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

  /// Takes the tokens of a long piece while it is in work.
  class Parts {
   public:
    virtual ~Parts() = default;
    /// Moves the first `count` tokens elsewhere.
    virtual void take(std::vector<ModelToken>& tokens, std::size_t count) = 0;
    /// Those that were taken are right.
    virtual void settle() = 0;
    /// Those that were taken since then are wrong, and will come once more.
    virtual void restart() = 0;
  };
  /// As tokenize(), for a piece that would fill the memory with its tokens; `out`, empty at first, has the last of
  /// them.
  virtual void tokenize_long(std::string_view piece, Scratch* scratch, std::vector<ModelToken>& out,
                             Parts& /*parts*/) const {
    tokenize(piece, scratch, out);
  }
  /// How many tokens wait to be taken, and how long what they are of is at least.
  static constexpr std::size_t kPart = 4096, kLongPiece = std::size_t{1} << 16;

  /// As tokenize(), but draws one of several ways to do it. `stream` tells the pieces of a text apart.
  virtual void sample(std::string_view piece, const Sampling& /*sampling*/, std::uint64_t /*stream*/, Scratch* scratch,
                      std::vector<ModelToken>& out) const {
    tokenize(piece, scratch, out);
  }
  /// Whether the model's own file asks for sample(), with a Sampling that leaves the choice to it.
  virtual bool random() const { return false; }

  /// Id of the token for what the vocabulary does not hold; nothing if there is none.
  virtual std::optional<std::int32_t> unknown_id() const { return std::nullopt; }

  /// Id of tokens whose text is what they stand for in the piece, not that of the vocabulary: -1 if there is none.
  virtual std::int32_t literal_id() const { return -1; }

  /// Whether a text may go through in chunks that begin before `mark` (the one character that stands for a space, as
  /// "\u2581") where another character than `mark` is before it, as no token reaches over that place: start_text(),
  /// then for each chunk in turn tokenize_chunk(), all with one scratch. Together the chunks give what tokenize() gives
  /// for the whole.
  virtual bool goes_on_before(std::string_view /*mark*/) const { return false; }
  virtual void start_text(Scratch* /*scratch*/) const {}
  /// Appends the tokens of the next chunk. True if they are the same in any text: then they may be kept, and
  /// pass_chunk() with them put in the place of another tokenize_chunk().
  virtual bool tokenize_chunk(std::string_view chunk, Scratch* scratch, std::vector<ModelToken>& out) const {
    tokenize(chunk, scratch, out);
    return true;
  }
  /// The next chunk is one whose tokens were kept. False: here they may differ, tokenize_chunk() must be asked.
  virtual bool pass_chunk(std::span<const std::int32_t> /*ids*/, Scratch* /*scratch*/) const { return true; }

  virtual std::int64_t vocab_size() const = 0;
  virtual std::int32_t max_id() const = 0;
  virtual std::optional<std::int32_t> token_to_id(std::string_view token) const = 0;
  virtual std::optional<std::string_view> id_to_token(std::int32_t id) const = 0;
  virtual std::string describe() const = 0;
};

}  // namespace sememe
