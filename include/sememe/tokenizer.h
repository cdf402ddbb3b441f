#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sememe/token_columns.h"

namespace sememe {

/// Tokens of one text (or pair): ids, offsets and word_ids, one entry a token, in one allocation of 16 bytes each; what
/// their runs say; and their texts if kept.
struct Encoding : TokenColumns {
  /// What tokens next to each other have in common.
  struct Run {
    std::size_t end = 0;           ///< one after its last token; it begins where the run before it ends
    std::int32_t type_id = 0;      ///< 0: first text, 1: second text of a pair
    std::int32_t sequence_id = 0;  ///< 0 or 1: which text, -1 for special tokens
    bool special = false;          ///< added by the post-processor, or padding
    bool attention = true;         ///< false: padding
  };

  /// The runs of an encoding, in order. Up to three, as of "[CLS] a text [SEP]", stand in the object itself.
  class Runs {
   public:
    Runs() = default;
    Runs(std::initializer_list<Run> runs) {
      for (const Run& run : runs) push_back(run);
    }
    std::size_t size() const { return more_.empty() ? count_ : more_.size(); }
    bool empty() const { return size() == 0; }
    Run* begin() { return more_.empty() ? first_.data() : more_.data(); }
    const Run* begin() const { return more_.empty() ? first_.data() : more_.data(); }
    Run* end() { return begin() + size(); }
    const Run* end() const { return begin() + size(); }
    Run& back() { return end()[-1]; }
    const Run& back() const { return end()[-1]; }
    void push_back(const Run& run);

   private:
    std::array<Run, 3> first_;
    std::size_t count_ = 0;  // of first_
    std::vector<Run> more_;  // all, if they are more than fit there
  };

  Runs runs;                          ///< of all tokens
  std::vector<std::string> tokens;    ///< their texts, if TokenizeOptions::keep_tokens
  std::vector<Encoding> overflowing;  ///< what truncation cut off, in pieces of the same length
  std::size_t tokens_total = 0;       ///< tokens before truncation, special ones included

  /// The run of token i, found by halving. Precondition: i < size().
  const Run& run(std::size_t i) const;

  /// Arrays of what the runs say, one entry a token, made anew by each call.
  std::vector<std::int32_t> type_ids() const;
  std::vector<std::int32_t> sequence_ids() const;
  std::vector<std::uint8_t> special() const;    ///< 1 or 0
  std::vector<std::uint8_t> attention() const;  ///< 1 or 0
};

enum class TruncationStrategy { kLongestFirst, kOnlyFirst, kOnlySecond };
enum class Direction { kRight, kLeft };

struct Truncation {
  std::int64_t max_length = 0;  ///< tokens, special ones included
  std::int64_t stride = 0;      ///< tokens that consecutive overflowing pieces share
  TruncationStrategy strategy = TruncationStrategy::kLongestFirst;
  Direction direction = Direction::kRight;
};

/// Tokens that make texts equally long.
struct Padding {
  std::int64_t length = 0;       ///< tokens; 0: as many as the longest text of the batch has
  std::int64_t multiple_of = 1;  ///< the length is rounded up to a multiple of this
  Direction direction = Direction::kRight;
  std::int32_t id = 0, type_id = 0;
  std::string token = "[PAD]";
};

/// Draws one of several ways to cut a text into tokens ("subword regularization", "BPE dropout"), so that a model is
/// trained on all of them. WordPiece and WordLevel have one way only.
struct Sampling {
  std::uint64_t seed = 0;  ///< with the same seed, a text gets the same tokens, on whatever thread
  std::optional<double>
      dropout;                  ///< BPE: chance of a merge to be put off, 0 to 1; absent: as the tokenizer's file says
  std::int64_t nbest_size = 0;  ///< Unigram: draws among that many best; 0: among all segmentations
  std::optional<double> alpha;  ///< Unigram: how much a score counts; absent: no sampling
};

struct TokenizeOptions {
  bool add_special_tokens = true;
  std::optional<Truncation> truncation;  ///< none: nothing is cut (what the file says is in Tokenizer::truncation)
  std::optional<Padding> padding;        ///< none: nothing is added (what the file says is in Tokenizer::padding)
  bool keep_overflow = false;            ///< fill Encoding::overflowing
  bool keep_tokens = false;              ///< fill Encoding::tokens: an added token as it stands in the normalized text
  bool encode_special_tokens = false;    ///< special added tokens in a text are plain text
  std::optional<Sampling> sampling;      ///< none: the one best way (a file that asks for dropout: seed 0)
};

/// The way of one text through a tokenizer, for people.
struct TokenizationSteps {
  /// What the model saw as one.
  struct Piece {
    std::string text;
    Offset offset;       ///< in the original
    bool added = false;  ///< an added token, which the model did not see
  };
  std::string normalized;  ///< after the normalizer; added tokens stand as they are
  std::vector<Piece> pieces;
  Encoding encoding;  ///< with its tokens; word_ids are indices of pieces
};

struct TokenizerOptions {
  /// For a vocab.txt: false = cased. Absent: as tokenizer_config.json beside it says, else true.
  std::optional<bool> lowercase;
  /// For a .tiktoken file: how texts are split, "gpt2", "cl100k", "o200k", "llama3" or a regular expression (in the
  /// words of Rust's fancy-regex). Absent: by the file's name, "cl100k_base.tiktoken".
  std::optional<std::string> pattern;
};

class DecodeStream;

/// Text to token ids and back: normalizer, pre-tokenizer, model, post-processor, each from the model's own files.
/// Gives exactly the ids, tokens and offsets of Hugging Face tokenizers 0.23.
/// Threads  immutable after loading; every method may be called from many threads at once.
class Tokenizer {
 public:
  /// From a folder or a file. Files  tokenizer.json; vocab.txt (BERT); a SentencePiece .model, with the ids of that
  /// library; .tiktoken; .gguf; vocab.json with merges.txt beside it; whitespacetokenizer_config.json. A folder: the
  /// first that is there of tokenizer.json, a SentencePiece model, vocab.json and merges.txt, vocab.txt, with what
  /// tokenizer_config.json and its kin say, as transformers makes one tokenizer of them.
  /// Errors  kNotFound: no tokenizer file (says which are looked for); kCorrupt: a file breaks its format;
  ///         kUnsupported: a component that this build does not know (names it).
  static Tokenizer load(const std::filesystem::path& path, const TokenizerOptions& options = {});

  /// Errors  kInvalidArgument: not UTF-8 (gives the byte offset), or a truncation shorter than the special tokens.
  Encoding encode(std::string_view text, const TokenizeOptions& options = {}) const;
  Encoding encode_pair(std::string_view first, std::string_view second, const TokenizeOptions& options = {}) const;

  /// Encodes each text, on `threads` threads (0: all cores the process may use); out[i] is texts[i], padded to one
  /// length if options.padding. The threads stay, asleep, for the next call that asks for as many. Errors: as encode(),
  /// beginning with "text i: " of the first such text.
  std::vector<Encoding> encode_batch(std::span<const std::string_view> texts, const TokenizeOptions& options = {},
                                     int threads = 0) const;

  /// Appends the ids that encode() gives and nothing else, 4 bytes a token, not an Encoding: what an encoder needs.
  /// Returns the number of tokens before truncation, special ones included. Errors: as encode().
  std::int64_t encode_ids(std::string_view text, std::vector<std::int32_t>& ids,
                          const TokenizeOptions& options = {}) const;

  /// What each step makes of `text`. Errors: as encode().
  TokenizationSteps explain(std::string_view text, const TokenizeOptions& options = {}) const;

  /// Text of the tokens through the file's decoder. Errors: kInvalidArgument for an id without a token.
  std::string decode(std::span<const std::int32_t> ids, bool skip_special_tokens = true) const;

  /// The same token by token, for text that is shown while it is made.
  DecodeStream decode_stream(bool skip_special_tokens = true) const;

  /// Number of ids, added tokens included; ids are below max_id() + 1.
  std::int64_t vocab_size() const;
  std::int64_t max_id() const;
  std::optional<std::string_view> id_to_token(std::int32_t id) const;
  std::optional<std::int32_t> token_to_id(std::string_view token) const;
  /// Of the token for what the vocabulary does not hold; nothing if there is none.
  std::optional<std::int32_t> unknown_id() const;
  /// A token that is found in a text before the model sees it.
  struct Added {
    std::int32_t id;
    std::string content;
    bool special;  ///< decode() may leave it out
  };
  std::vector<Added> added_tokens() const;  ///< ascending ids
  /// Special tokens that encode() adds to one text.
  std::int64_t special_tokens_added(bool pair = false) const;

  /// What the files say of length, for callers that want to obey it.
  const std::optional<Truncation>& truncation() const;
  const std::optional<Padding>& padding() const;
  std::optional<std::int64_t> model_max_length() const;  ///< of tokenizer_config.json; absurd values (1e30) are none

  /// For `sememe info`: one line each, "BertNormalizer(lowercase, strip_accents)", "WordPiece(30522)", ...
  struct Description {
    std::string source, normalizer, pre_tokenizer, model, post_processor, decoder;
  };
  const Description& description() const;

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

 private:
  friend class DecodeStream;
  Tokenizer();
  struct State;
  std::shared_ptr<const State> state_;
};

/// Decodes ids one by one; what it gives out, one after the other, is decode() of all of them.
/// Cost     linear in the tokens, for every decoder.
/// Threads  one at a time. Memory: that of the text that is not yet certain, as what follows may change it. That is
/// less
///          than a character for most decoders, a row of byte tokens for one with ByteFallback (a byte that is not
///          UTF-8 makes all of them U+FFFD), and all of the text where a decoder looks at it as a whole (a regular
///          expression after Fuse or ByteLevel, a denormalizer of SentencePiece).
class DecodeStream {
 public:
  /// The text that `id` makes certain; nothing if there is none, or for a special token that is skipped.
  /// Errors  kInvalidArgument: an id without a token; the stream can go on.
  std::optional<std::string> step(std::int32_t id);
  /// What is left, with U+FFFD for what is incomplete; the stream begins anew.
  std::string finish();

  DecodeStream(DecodeStream&&) noexcept;
  DecodeStream& operator=(DecodeStream&&) noexcept;
  ~DecodeStream();

 private:
  friend class Tokenizer;
  DecodeStream(std::shared_ptr<const Tokenizer::State> state, bool skip_special_tokens);

  struct Row;
  std::shared_ptr<const Tokenizer::State> state_;
  bool skip_special_tokens_;
  std::unique_ptr<Row> row_;
};

}  // namespace sememe
