#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sememe {

enum class TokenizerType { kBpe, kWordPiece, kUnigram, kWordLevel };

std::optional<TokenizerType> parse_tokenizer_type(
    std::string_view name);  ///< "bpe", "wordpiece", "unigram", "wordlevel"
std::string_view tokenizer_type_name(TokenizerType type);

/// What a tokenizer is trained to be. Options that a type does not have are ignored by it.
struct TokenizerTrainerOptions {
  TokenizerType type = TokenizerType::kBpe;
  std::int64_t vocab_size = 30000;  ///< tokens of the model, special ones included; a larger alphabet is kept whole

  /// How texts become words: a name, several joined by commas, or the JSON of a component as tokenizer.json has it.
  ///   normalizers     none bert bert-cased lowercase nfc nfd nfkc nfkd nmt strip strip-accents
  ///   pre-tokenizers  none bert bytelevel metaspace whitespace whitespace-split punctuation digits unicode-scripts
  /// Absent: bert and bert for WordPiece; none and bytelevel for BPE; nfkc and metaspace for Unigram; none and
  /// whitespace for WordLevel.
  std::optional<std::string> normalizer, pre_tokenizer;
  /// A tokenizer.json whose normalizer, pre-tokenizer and decoder are taken where the two above are absent.
  std::optional<std::filesystem::path> like;

  /// The first tokens, in this order. Absent: [PAD] [UNK] [CLS] [SEP] [MASK] for WordPiece, the unknown token, if
  /// there is one, for the others.
  std::optional<std::vector<std::string>> special_tokens;
  /// Absent: "[UNK]" for WordPiece and WordLevel, "<unk>" for Unigram, none for BPE.
  std::optional<std::string> unk_token;

  std::int64_t min_frequency = 0;  ///< BPE, WordPiece: of a pair that is merged; WordLevel: of a word

  // BPE and WordPiece
  std::optional<std::int64_t> limit_alphabet;            ///< keep the most frequent characters only
  std::optional<std::string> continuing_subword_prefix;  ///< absent: "##" for WordPiece, none for BPE
  std::optional<std::string> end_of_word_suffix;
  std::optional<std::int64_t> max_token_length;  ///< merges that make tokens this long, in characters, are not made
  // BPE, WordPiece and Unigram
  std::string initial_alphabet;             ///< characters that become tokens whether they occur or not
  std::optional<bool> byte_level_alphabet;  ///< the 256 of ByteLevel as well; absent: with a ByteLevel pre-tokenizer

  // Unigram
  double shrinking_factor = 0.75;      ///< part of the pieces that a round of pruning keeps, in (0, 1)
  std::int64_t n_sub_iterations = 2;   ///< of expectation maximisation, a round
  std::int64_t seed_size = 1'000'000;  ///< pieces to begin with
  std::int64_t max_piece_length = 16;  ///< in characters

  int threads = 0;                                 ///< 0: all cores the process may use
  std::int64_t max_words = std::int64_t{1} << 24;  ///< distinct words that are counted; beyond, rare ones are forgotten
};

struct TrainedTokenizer {
  std::string json;                  ///< a whole tokenizer.json
  std::int64_t vocab_size = 0;       ///< tokens
  std::int64_t merges = 0;           ///< BPE and WordPiece
  std::int64_t texts = 0;            ///< that were read
  std::int64_t words = 0;            ///< in them
  std::int64_t distinct_words = 0;   ///< that the model was trained on
  std::int64_t forgotten_words = 0;  ///< occurrences that max_words cost
};

/// Trains a tokenizer: counts the words of a corpus, then makes a vocabulary for them.
///
/// Values  BPE, WordPiece and WordLevel: the tokens, ids and merges of Hugging Face tokenizers 0.23 (which itself
/// orders
///         "##" characters and ties of limit_alphabet at random; here they stand by code point). Unigram: the algorithm
///         of SentencePiece. The result is the same for any number of threads and any split of the corpus into calls.
/// Memory  O(distinct words), at most max_words of them: while there are more after some 64 MiB of text, those seen
///         once so far (next time twice, and so on) are forgotten.
/// Threads one call at a time; it uses options.threads.
class TokenizerTrainer {
 public:
  /// Errors  kInvalidArgument: an option out of range, an unknown component (lists the names), an unk_token that is
  ///         not a special token; kCorrupt, kUnsupported: JSON that is no component of this build; kNotFound: `like`.
  explicit TokenizerTrainer(TokenizerTrainerOptions options);

  /// Counts the words of texts, one after another. Errors: kInvalidArgument: a text that is not UTF-8.
  void add(std::span<const std::string_view> texts);

  /// `stage`: "counting", "merging", ...; `total` 0 is unknown. It may throw, which ends the training.
  using Progress = std::function<void(std::string_view stage, std::int64_t done, std::int64_t total)>;

  /// Makes the tokenizer; the trainer is used up.
  /// Errors  kInvalidArgument: no word in the corpus, a Unigram vocabulary smaller than its alphabet.
  TrainedTokenizer train(const Progress& progress = {});

  TokenizerTrainer(TokenizerTrainer&&) noexcept;
  TokenizerTrainer& operator=(TokenizerTrainer&&) noexcept;
  ~TokenizerTrainer();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sememe
