#include <algorithm>
#include <utility>

#include "base/fail.h"
#include "base/log.h"
#include "base/thread_pool.h"
#include "io/json.h"
#include "io/json_copy.h"
#include "io/utf8.h"
#include "sememe/tokenizer_trainer.h"
#include "tokenize/formats/tokenizer_json.h"
#include "tokenizer_train/bpe_trainer.h"
#include "tokenizer_train/component_names.h"
#include "tokenizer_train/tokenizer_json_out.h"
#include "tokenizer_train/unigram_trainer.h"
#include "tokenizer_train/word_counter.h"
#include "tokenizer_train/word_level_trainer.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;

/// What options that are absent become.
struct Defaults {
  std::string_view name, normalizer, pre_tokenizer, unk_token;
};
constexpr Defaults kDefaults[] = {{"bpe", "none", "bytelevel", ""},
                                  {"wordpiece", "bert", "bert", "[UNK]"},
                                  {"unigram", "nfkc", "metaspace", "<unk>"},
                                  {"wordlevel", "none", "whitespace", "[UNK]"}};
const Defaults& defaults_of(TokenizerType type) { return kDefaults[static_cast<std::size_t>(type)]; }

void check_range(std::string_view name, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value < least || value > most)
    fail(ErrorCode::kInvalidArgument, name, ": expected ", least, " to ", most, ", found ", value);
}

void check(const TokenizerTrainerOptions& options) {
  constexpr std::int64_t kMost = std::int64_t{1} << 30;
  check_range("vocab_size", options.vocab_size, 1, kMost);
  check_range("min_frequency", options.min_frequency, 0, std::int64_t{1} << 62);
  check_range("limit_alphabet", options.limit_alphabet.value_or(1), 1, kMost);
  check_range("max_token_length", options.max_token_length.value_or(1), 1, kMost);
  check_range("n_sub_iterations", options.n_sub_iterations, 1, 1000);
  check_range("seed_size", options.seed_size, 1, kMost);
  check_range("max_piece_length", options.max_piece_length, 1, kMost);
  check_range("max_words", options.max_words, 1, kMost);
  check_range("threads", options.threads, 0, 1024);
  if (!(options.shrinking_factor > 0 && options.shrinking_factor < 1))
    fail(ErrorCode::kInvalidArgument, "shrinking_factor: expected a number between 0 and 1, found ",
         options.shrinking_factor);
  require_utf8(options.initial_alphabet, "initial_alphabet");
  require_utf8(options.continuing_subword_prefix.value_or(""), "continuing_subword_prefix");
  require_utf8(options.end_of_word_suffix.value_or(""), "end_of_word_suffix");
  require_utf8(options.unk_token.value_or(""), "unk_token");
  for (const std::string& token : options.special_tokens.value_or(std::vector<std::string>())) {
    require_utf8(token, "special token");
    if (token.empty()) fail(ErrorCode::kInvalidArgument, "a special token is empty");
  }
}

std::vector<std::string> default_special_tokens(TokenizerType type, const std::string& unk_token) {
  if (type == TokenizerType::kWordPiece) return {"[PAD]", unk_token, "[CLS]", "[SEP]", "[MASK]"};
  if (unk_token.empty()) return {};
  return {unk_token};
}

/// The characters that stand for bytes. Source: openai/gpt-2, encoder.py, bytes_to_unicode.
void append_byte_characters(std::vector<char32_t>& out) {
  char32_t next = 256;
  for (char32_t byte = 0; byte < 256; ++byte) {
    const bool itself = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xFF && byte != 0xAD);
    out.push_back(itself ? byte : next++);
  }
}

std::vector<char32_t> code_points_of(std::string_view text) {
  std::vector<char32_t> out;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_utf8(text, at);
    out.push_back(c.value);
    at += static_cast<std::size_t>(c.length);
  }
  return out;
}

}  // namespace

std::optional<TokenizerType> parse_tokenizer_type(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kDefaults); ++i)
    if (kDefaults[i].name == name) return static_cast<TokenizerType>(i);
  return std::nullopt;
}

std::string_view tokenizer_type_name(TokenizerType type) { return defaults_of(type).name; }

struct TokenizerTrainer::State {
  explicit State(TokenizerTrainerOptions given)
      : options(std::move(given)), pool(ThreadPool::size_for(options.threads)) {
    const Defaults& defaults = defaults_of(options.type);
    unk_token = options.unk_token.value_or(std::string(defaults.unk_token));
    for (std::string& token : options.special_tokens.value_or(default_special_tokens(options.type, unk_token)))
      if (std::find(special_tokens.begin(), special_tokens.end(), token) == special_tokens.end())
        special_tokens.push_back(std::move(token));
    const bool needs_unk = options.type == TokenizerType::kWordPiece || options.type == TokenizerType::kWordLevel;
    const bool has_unk = std::find(special_tokens.begin(), special_tokens.end(), unk_token) != special_tokens.end();
    if (!has_unk && (needs_unk || (options.type == TokenizerType::kBpe && !unk_token.empty()))) {
      fail(ErrorCode::kInvalidArgument, "the unknown token ", quote(unk_token),
           " is not among the special tokens; add it to them, or name another");
    }
    try {
      read_components(defaults);
    } catch (const Error& e) {
      // JSON of the caller is an argument, not a file.
      if (e.code() != ErrorCode::kCorrupt || options.like) throw;
      throw Error(ErrorCode::kInvalidArgument, e.what());
    }
    counter.emplace(normalizer.get(), pre_tokenizer.get(), pool, options.max_words);
  }

  void read_components(const Defaults& defaults) {
    if (options.like) like.emplace(JsonDocument::load(*options.like));
    const auto document = [&](const std::optional<std::string>& spec, std::string_view fallback, const char* key,
                              std::string (*to_json)(std::string_view)) {
      if (spec || !like) return JsonDocument::parse(to_json(spec.value_or(std::string(fallback))), key);
      JsonWriter json;
      const auto found = like->root().find(key);
      found ? copy_json(*found, json) : static_cast<void>(json.null());
      return JsonDocument::parse(json.text(), like->name());
    };
    normalizer_document.emplace(document(options.normalizer, defaults.normalizer, "normalizer", normalizer_json));
    pre_tokenizer_document.emplace(
        document(options.pre_tokenizer, defaults.pre_tokenizer, "pre_tokenizer", pre_tokenizer_json));
    const Json normalizer_root = normalizer_document->root(), pre_tokenizer_root = pre_tokenizer_document->root();
    if (!normalizer_root.is_null()) normalizer = read_normalizer(normalizer_root, {});
    if (!pre_tokenizer_root.is_null()) pre_tokenizer = read_pre_tokenizer(pre_tokenizer_root);
    if (like && !options.normalizer && !options.pre_tokenizer) decoder = like->root().find("decoder");
    if (decoder) read_decoder(*decoder);
  }

  std::vector<char32_t> alphabet() const {
    std::vector<char32_t> out = code_points_of(options.initial_alphabet);
    if (options.byte_level_alphabet.value_or(find_component(pre_tokenizer_document->root(), "ByteLevel").has_value()))
      append_byte_characters(out);
    return out;
  }

  TokenizerTrainerOptions options;
  ThreadPool pool;
  std::string unk_token;
  std::vector<std::string> special_tokens;
  std::optional<JsonDocument> like, normalizer_document, pre_tokenizer_document;
  std::unique_ptr<const Normalizer> normalizer;
  std::unique_ptr<const PreTokenizer> pre_tokenizer;
  std::optional<Json> decoder;
  std::optional<WordCounter> counter;
  std::int64_t texts = 0;
};

TokenizerTrainer::TokenizerTrainer(TokenizerTrainerOptions options) {
  check(options);
  state_ = std::make_unique<State>(std::move(options));
}
TokenizerTrainer::TokenizerTrainer(TokenizerTrainer&&) noexcept = default;
TokenizerTrainer& TokenizerTrainer::operator=(TokenizerTrainer&&) noexcept = default;
TokenizerTrainer::~TokenizerTrainer() = default;

void TokenizerTrainer::add(std::span<const std::string_view> texts) {
  constexpr std::size_t kMostBytes = (std::size_t{1} << 31) - 16;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::int64_t number = state_->texts + static_cast<std::int64_t>(i) + 1;
    if (texts[i].size() > kMostBytes)
      fail(ErrorCode::kInvalidArgument, "text ", number, " has ", texts[i].size(), " bytes; at most 2147483632");
    require_utf8(texts[i], concat("text ", number));
  }
  state_->counter->add(texts);
  state_->texts += std::ssize(texts);
}

TrainedTokenizer TokenizerTrainer::train(const Progress& progress) {
  State& s = *state_;
  const TokenizerTrainerOptions& options = s.options;
  const auto stage = [&](std::string_view name) {
    return [&progress, name](std::int64_t done, std::int64_t total) {
      if (progress) progress(name, done, total);
    };
  };
  stage("counting")(0, 0);
  const std::vector<CountedWord> words = s.counter->finish();
  if (words.empty()) fail(ErrorCode::kInvalidArgument, "the corpus has no words: nothing can be learnt from it");

  TrainedTokenizer out;
  out.texts = s.texts;
  for (const CountedWord& word : words) out.words += word.count;
  out.words += s.counter->dropped_occurrences();
  out.distinct_words = std::ssize(words);
  out.forgotten_words = s.counter->dropped_occurrences();
  if (out.forgotten_words > 0)
    log_warning(s.counter->dropped_words(), " rare words were forgotten, ", out.forgotten_words, " of ", out.words,
                " occurrences: the corpus has more than ", options.max_words, " distinct words");

  TokenizerParts parts{.type = options.type,
                       .normalizer = s.normalizer_document->root(),
                       .pre_tokenizer = s.pre_tokenizer_document->root(),
                       .decoder = s.decoder,
                       .special_tokens = s.special_tokens};
  if (!s.unk_token.empty()) parts.unk_token = s.unk_token;
  if (options.type == TokenizerType::kUnigram) {
    parts.pieces = train_unigram(words,
                                 {.vocab_size = options.vocab_size,
                                  .special_tokens = s.special_tokens,
                                  .unk_token = s.unk_token,
                                  .initial_alphabet = s.alphabet(),
                                  .shrinking_factor = options.shrinking_factor,
                                  .n_sub_iterations = options.n_sub_iterations,
                                  .seed_size = options.seed_size,
                                  .max_piece_length = options.max_piece_length},
                                 s.pool, stage("expectation maximisation"));
  } else if (options.type == TokenizerType::kWordLevel) {
    parts.vocabulary = train_word_level(words, s.special_tokens, options.vocab_size, options.min_frequency);
  } else {
    const bool wordpiece = options.type == TokenizerType::kWordPiece;
    parts.continuing_subword_prefix = options.continuing_subword_prefix.value_or(wordpiece ? "##" : "");
    parts.end_of_word_suffix = options.end_of_word_suffix.value_or("");
    BpeVocabulary bpe = train_bpe(words,
                                  {.vocab_size = options.vocab_size,
                                   .min_frequency = options.min_frequency,
                                   .special_tokens = s.special_tokens,
                                   .limit_alphabet = options.limit_alphabet.value_or(std::int64_t{1} << 30),
                                   .initial_alphabet = s.alphabet(),
                                   .continuing_subword_prefix = parts.continuing_subword_prefix,
                                   .end_of_word_suffix = parts.end_of_word_suffix,
                                   .max_token_length = options.max_token_length.value_or(INT64_MAX)},
                                  s.pool, stage("merging"));
    for (std::string& token : bpe.tokens)
      parts.vocabulary.emplace_back(std::move(token), static_cast<std::int32_t>(parts.vocabulary.size()));
    out.merges = std::ssize(bpe.merges);
    parts.merges = std::move(bpe.merges);
  }
  out.vocab_size = static_cast<std::int64_t>(std::max(parts.vocabulary.size(), parts.pieces.size()));
  if (out.vocab_size > options.vocab_size)
    log_warning("the vocabulary has ", out.vocab_size, " tokens, not ", options.vocab_size,
                ": special tokens and alphabet alone are that many; limit the alphabet for fewer");
  stage("writing")(0, 0);
  out.json = write_tokenizer_json(parts);
  return out;
}

}  // namespace sememe
