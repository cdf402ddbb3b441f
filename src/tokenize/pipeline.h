#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sememe/tokenizer.h"
#include "tokenize/added_tokens.h"
#include "tokenize/chunk_cache.h"
#include "tokenize/decoders/decoder.h"
#include "tokenize/models/model.h"
#include "tokenize/normalizers/normalizer.h"
#include "tokenize/post_processors/post_processor.h"
#include "tokenize/pre_tokenizers/pre_tokenizer.h"

namespace sememe {

/// The parts of a tokenizer, as a loader finds them. All but the model may be absent.
struct Pipeline {
  std::unique_ptr<const Normalizer> normalizer;
  std::unique_ptr<const PreTokenizer> pre_tokenizer;
  std::unique_ptr<const TokenModel> model;
  std::unique_ptr<const PostProcessor> post_processor;
  std::unique_ptr<const Decoder> decoder;
  AddedTokens added;
  std::optional<Truncation> truncation;
  std::optional<Padding> padding;
  std::optional<std::int64_t> model_max_length;
  std::string source;  ///< the file it came from
};

/// Tokens of one text before truncation, after those that were there. Where only their ids are wanted, `ids` has them,
/// else `columns` has all of them.
struct RawTokens {
  bool ids_only = false;
  std::vector<std::int32_t> ids;
  TokenColumns columns;
  std::int32_t words = 0;

  bool keep_literals = false;
  /// Index and text of added tokens and of those with the model's literal_id(), if keep_literals.
  std::vector<std::pair<std::size_t, std::string>> literals;

  std::size_t size() const { return ids_only ? ids.size() : columns.size(); }
  void add(std::int32_t id, Offset offset, std::int32_t word) {
    ids_only ? ids.push_back(id) : columns.add(id, offset, word);
  }
  /// Expects so many more: growing by and by would hold all of them twice. What is not used costs no memory.
  void reserve(std::size_t count) {
    const std::size_t capacity = ids_only ? ids.capacity() : columns.capacity();
    if (size() + count <= capacity) return;
    const std::size_t most = std::max(size() + count, 2 * capacity);
    ids_only ? ids.reserve(most) : columns.reserve(most);
  }
  /// Leaves the first `count`.
  void cut(std::size_t count) {
    ids_only ? ids.resize(count) : columns.cut(count);
    while (!literals.empty() && literals.back().first >= count) literals.pop_back();
  }
};

/// Added tokens, normalizer, pre-tokenizer and model over a text. Immutable; borrows the pipeline.
///
/// Where the steps keep seams (tokenize/seam.h), a text goes through in chunks from seam to seam, and the tokens of
/// chunks that were seen before are remembered. A new chunk goes through all steps between two neighbours ("x"), as it
/// would in the text; when what comes back shows that a step did not keep the seams after all, the text goes through
/// whole.
class TextTokenizer {
 public:
  /// `chunks`: false lets every text go through whole; the tokens are the same.
  explicit TextTokenizer(const Pipeline& pipeline, bool chunks = true);

  /// What one thread needs and keeps from text to text.
  struct Workspace {
    NormalizedString text;
    std::vector<Piece> pieces;
    std::vector<ModelToken> tokens;
    std::vector<AddedTokens::Part> parts, inner_parts;
    std::unique_ptr<TokenModel::Scratch> scratch;
    std::string context;
    std::vector<ChunkToken> found;
    ChunkCache cache;
    RawTokens raw;
    bool plain_specials = false;  ///< TokenizeOptions::encode_special_tokens
    std::optional<Sampling> sampling;
  };
  std::unique_ptr<Workspace> make_workspace() const;

  /// Precondition: well-formed UTF-8, less than 2 GiB.
  void tokenize(std::string_view text, Workspace& work, RawTokens& out) const;

  /// Fills `normalized` and `pieces` of `steps`. `plain_specials`: as in Workspace.
  void explain(std::string_view text, bool plain_specials, TokenizationSteps& steps) const;

  /// Whether texts go through in chunks.
  bool in_chunks() const { return mode_ != Mode::kWhole; }

 private:
  enum class Mode {
    kWhole,   // no step is known to keep seams
    kPieces,  // the pre-tokenizer begins a piece at every seam
    kMarks,   // there is no pre-tokenizer, but the model goes on before what a seam becomes
  };
  using Place = ChunkCache::Place;

  Mode find_mode();
  void split_into_pieces(std::string_view segment, std::int32_t shift, Workspace& work) const;
  void tokenize_segment(std::string_view segment, std::int32_t shift, Workspace& work, RawTokens& out) const;
  void tokenize_whole(std::string_view segment, std::int32_t shift, Workspace& work, RawTokens& out) const;
  struct Chunk;
  Chunk next_chunk(std::string_view segment, std::size_t begin, std::int32_t shift) const;
  bool tokenize_chunk(std::string_view segment, const Chunk& chunk, std::int32_t shift, Workspace& work,
                      RawTokens& out) const;
  bool tokenize_in_context(std::string_view chunk, Place place, bool ends_text, Workspace& work, std::int32_t& pieces,
                           bool& stable, RawTokens& out) const;

  bool cuts_at_punctuation() const;
  class ModelOutput;
  void apply_model(std::string_view piece, std::int32_t index, Workspace& work, ModelOutput& output) const;
  void keep_literal(const ModelToken& token, std::string_view piece, std::size_t at, RawTokens& out) const;

  bool is_plain_word(std::string_view chunk) const;
  bool tokenize_plain_word(std::string_view chunk, Workspace& work, bool& stable, RawTokens& out) const;
  bool apply_to_marked_chunk(std::string_view chunk, std::int32_t begin, bool before, bool after, Workspace& work,
                             bool& stable, RawTokens& out) const;

  const Pipeline& pipeline_;
  std::int32_t literal_id_;
  std::string front_, mark_;  // of kMarks: what "x" becomes at the beginning of a text, and a space between words
  Mode mode_;
  bool at_punctuation_;  // chunks end at seams of both kinds
};

}  // namespace sememe
