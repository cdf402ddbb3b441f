#include "sememe/tokenizer.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

#include "base/fail.h"
#include "base/kept_pool.h"
#include "base/thread_pool.h"
#include "io/utf8.h"
#include "tokenize/encoding_ops.h"
#include "tokenize/formats/load.h"
#include "tokenize/pipeline.h"

namespace sememe {

struct Tokenizer::State {
  explicit State(Pipeline loaded) : pipeline(std::move(loaded)), text_tokenizer(pipeline) {
    const auto describe = [](const auto& part) { return part ? part->describe() : std::string("none"); };
    description = {pipeline.source,          describe(pipeline.normalizer),     describe(pipeline.pre_tokenizer),
                   describe(pipeline.model), describe(pipeline.post_processor), describe(pipeline.decoder)};
    affixes = pipeline.post_processor ? pipeline.post_processor->single_affixes() : PostProcessor::Affixes{};
    needs_tokens = pipeline.post_processor && pipeline.post_processor->needs_tokens();
  }

  std::int64_t vocab_size() const { return pipeline.model->vocab_size() + pipeline.added.beyond_model(); }
  /// The token as it goes into the decoder; nothing for a special one that is skipped. Throws for an unknown id.
  std::optional<std::string_view> decoded_token(std::int32_t id, bool skip_special_tokens) const;
  std::unique_ptr<TokenSink> start_decoding(TokenSink& next) const;
  std::string decode(std::span<const std::int32_t> ids, bool skip_special_tokens) const;
  std::int64_t specials(bool pair) const {
    return pipeline.post_processor ? pipeline.post_processor->added_tokens(pair) : 0;
  }
  /// A workspace that nobody else uses, given back at the end.
  class Lease {
   public:
    explicit Lease(const State& state);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    /// Tokens of `text` after those of `before`, valid until the next call; they may be moved away.
    RawTokens& tokenize(std::string_view text, const TokenColumns& before, bool keep_literals,
                        const TokenizeOptions& options);
    /// The ids alone, after those of `before`.
    std::vector<std::int32_t>& tokenize_ids(std::string_view text, std::span<const std::int32_t> before,
                                            const TokenizeOptions& options);

   private:
    void fill_raw(std::string_view text, const TokenizeOptions& options);

    const State& state_;
    std::unique_ptr<TextTokenizer::Workspace> work_;
  };
  /// With what the post-processor would put around, if that is all that it does.
  Encoding encode_text(std::string_view text, std::int32_t sequence, std::int32_t type_id,
                       const PostProcessor::Affixes& around, const TokenizeOptions& options) const;
  Encoding encode_unpadded(std::string_view text, const TokenizeOptions& options) const;
  Encoding finish(std::vector<Encoding> encodings, std::span<const std::string_view> texts,
                  const TokenizeOptions& options) const;
  std::string_view token_text(std::int32_t id) const {
    const auto* const added = pipeline.added.find(id);
    return added != nullptr ? added->text : pipeline.model->id_to_token(id).value_or("");
  }

  Pipeline pipeline;
  TextTokenizer text_tokenizer;
  Description description;
  std::optional<PostProcessor::Affixes> affixes;  // none: the post-processor does more than that to one text
  bool needs_tokens = false;                      // for the post-processor

  /// Workspaces that nobody uses. A thread has a shelf of its own among them: its workspace comes back with what it
  /// remembers in that core's caches, and threads do not wait for each other.
  struct alignas(64) Shelf {
    std::mutex mutex;
    std::vector<std::unique_ptr<TextTokenizer::Workspace>> idle;
  };
  mutable std::array<Shelf, 64> shelves;
  mutable KeptPool kept_pool;  // of encode_batch
};

namespace {

/// So many tokens are not copied, and their memory is not kept by the thread for texts to come.
constexpr std::size_t kMany = 1 << 16;

/// Counts threads, in the order in which they come here first.
std::size_t thread_number() {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t own = next.fetch_add(1, std::memory_order_relaxed);
  return own;
}

template <class T>
void forget_if_large(std::vector<T>& buffer) {
  if (buffer.capacity() >= kMany) std::vector<T>().swap(buffer);
}

/// Tokens that remain for the text; throws if there is no room for the special ones.
std::int64_t room_for_text(const Truncation& truncation, std::int64_t specials) {
  if (truncation.max_length < specials) {
    fail(ErrorCode::kInvalidArgument, "truncation to ", truncation.max_length, " tokens: the ", specials,
         " special tokens alone are more");
  }
  return truncation.max_length - specials;
}

/// A space between any two tokens, where no decoder says otherwise.
class SpacedStep final : public DecoderStep {
 public:
  using DecoderStep::DecoderStep;
  void part(std::string_view text) override {
    if (std::exchange(after_token_, false)) next_.part(" ");
    next_.part(text);
  }
  void end_token() override { after_token_ = true; }

 private:
  bool after_token_ = false;
};

void put_token(TokenSink& sink, std::string_view token) {
  sink.part(token);
  sink.end_token();
}

void pad_alone(Encoding& encoding, const TokenizeOptions& options) {
  if (options.padding)
    pad(encoding, padded_length(*options.padding, static_cast<std::int64_t>(encoding.size())), *options.padding);
}

// Pieces of both texts of a pair are combined, each with each: that must stay within reason.
void check_overflow(const std::vector<Encoding>& encodings, const TokenizeOptions& options) {
  if (encodings.size() < 2 || !options.truncation) return;
  const double pieces = (1.0 + static_cast<double>(encodings[0].overflowing.size())) *
                        (1.0 + static_cast<double>(encodings[1].overflowing.size()));
  if (pieces * static_cast<double>(options.truncation->max_length) > 1e8) {
    fail(ErrorCode::kInvalidArgument, "a pair of texts of ", encodings[0].tokens_total, " and ",
         encodings[1].tokens_total, " tokens, cut at ", options.truncation->max_length,
         ", overflows into too many combinations; give shorter texts or cut only one of them");
  }
}

}  // namespace

// From the own shelf, else from that of the thread that came before, which may be gone, and so on.
Tokenizer::State::Lease::Lease(const State& state) : state_(state) {
  const std::size_t count = state.shelves.size();
  for (std::size_t i = 0; i < count && !work_; ++i) {
    Shelf& shelf = state.shelves[(thread_number() + count - i) % count];
    const std::lock_guard lock(shelf.mutex);
    if (shelf.idle.empty()) continue;
    work_ = std::move(shelf.idle.back());
    shelf.idle.pop_back();
  }
  if (!work_) work_ = state.text_tokenizer.make_workspace();
}

Tokenizer::State::Lease::~Lease() {
  Shelf& shelf = state_.shelves[thread_number() % state_.shelves.size()];
  const std::lock_guard lock(shelf.mutex);
  shelf.idle.push_back(std::move(work_));
}

// They come first, so that many tokens are not moved for their sake.
RawTokens& Tokenizer::State::Lease::tokenize(std::string_view text, const TokenColumns& before, bool keep_literals,
                                             const TokenizeOptions& options) {
  RawTokens& raw = work_->raw;
  raw.columns.cut(0);
  raw.columns.append(before, 0, before.size());
  raw.ids_only = false;
  raw.keep_literals = keep_literals;
  fill_raw(text, options);
  return raw;
}

std::vector<std::int32_t>& Tokenizer::State::Lease::tokenize_ids(std::string_view text,
                                                                 std::span<const std::int32_t> before,
                                                                 const TokenizeOptions& options) {
  RawTokens& raw = work_->raw;
  raw.ids.assign(before.begin(), before.end());
  raw.ids_only = true;
  raw.keep_literals = false;
  fill_raw(text, options);
  return raw.ids;
}

void Tokenizer::State::Lease::fill_raw(std::string_view text, const TokenizeOptions& options) {
  require_utf8(text, "text");
  if (text.size() >= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    fail(ErrorCode::kInvalidArgument, "a text of ", text.size(), " bytes: at most 2147483646 can be tokenized at once");
  }
  RawTokens& raw = work_->raw;
  raw.literals.clear();
  raw.words = 0;
  work_->plain_specials = options.encode_special_tokens;
  work_->sampling = options.sampling;
  state_.text_tokenizer.tokenize(text, *work_, raw);
  work_->text.release();
  forget_if_large(work_->pieces);
  forget_if_large(work_->tokens);
}

// They are allocated once, and special tokens are put where they belong at once.
Encoding Tokenizer::State::encode_text(std::string_view text, std::int32_t sequence, std::int32_t type_id,
                                       const PostProcessor::Affixes& around, const TokenizeOptions& options) const {
  Lease lease(*this);
  const Encoding &before = around.before, &after = around.after;
  RawTokens& raw = lease.tokenize(text, before, options.keep_tokens || needs_tokens, options);
  const std::span<const std::int32_t> ids = raw.columns.ids;
  const std::size_t size = ids.size();
  // For the post-processor only those are kept that it cannot look up.
  const auto differs = [&](const auto& literal) { return literal.second != token_text(ids[literal.first]); };
  const bool keep_tokens = options.keep_tokens || std::any_of(raw.literals.begin(), raw.literals.end(), differs);
  Encoding out;
  const std::size_t room = size + std::max<std::size_t>(after.size(), 4);
  if (keep_tokens) {
    out.tokens.reserve(room);
    out.tokens = before.tokens;
    for (const std::int32_t id : ids.subspan(before.size())) out.tokens.emplace_back(token_text(id));
    for (auto& [at, literal] : raw.literals) out.tokens[at] = std::move(literal);
    out.tokens.insert(out.tokens.end(), after.tokens.begin(), after.tokens.end());
  }
  if (size >= kMany) {
    static_cast<TokenColumns&>(out) = std::move(raw.columns);
  } else {
    out.reserve(room);
    out.append(raw.columns, 0, size);
    if (raw.columns.capacity() >= kMany) raw.columns = TokenColumns();
  }
  out.append(after, 0, after.size());
  append_runs(out.runs, before.runs, 0, before.size());
  append_run(out.runs, size - before.size(), {.type_id = type_id, .sequence_id = sequence});
  append_runs(out.runs, after.runs, 0, after.size());
  out.tokens_total = out.size();
  return out;
}

Encoding Tokenizer::State::encode_unpadded(std::string_view text, const TokenizeOptions& options) const {
  static const PostProcessor::Affixes none;
  if (affixes && !needs_tokens && !options.truncation)
    return encode_text(text, 0, affixes->type_id.value_or(0), options.add_special_tokens ? *affixes : none, options);
  std::vector<Encoding> encodings;
  encodings.push_back(encode_text(text, 0, 0, none, options));
  return finish(std::move(encodings), {&text, 1}, options);
}

Encoding Tokenizer::State::finish(std::vector<Encoding> encodings, std::span<const std::string_view> texts,
                                  const TokenizeOptions& options) const {
  const std::int64_t specials = options.add_special_tokens ? this->specials(encodings.size() > 1) : 0;
  std::size_t total = static_cast<std::size_t>(specials);
  for (const Encoding& encoding : encodings) total += encoding.size();
  if (options.truncation) {
    truncate(encodings[0], encodings.size() > 1 ? &encodings[1] : nullptr, room_for_text(*options.truncation, specials),
             *options.truncation, options.keep_overflow);
    check_overflow(encodings, options);
  }
  if (pipeline.post_processor) {
    TokenizeOptions with_tokens = options;
    with_tokens.keep_tokens =
        options.keep_tokens || std::any_of(encodings.begin(), encodings.end(),
                                           [](const Encoding& encoding) { return !encoding.tokens.empty(); });
    const auto of_token = [this](std::int32_t id) { return token_text(id); };
    pipeline.post_processor->process(encodings, {texts, of_token}, with_tokens);
  }
  Encoding out;
  for (Encoding& encoding : encodings) {
    if (out.size() == 0 && out.overflowing.empty()) {
      out = std::move(encoding);
    } else {
      append(out, std::move(encoding));
    }
  }
  out.tokens_total = total;
  for (Encoding& piece : out.overflowing) piece.tokens_total = total;
  if (needs_tokens && !options.keep_tokens) {
    out.tokens.clear();
    for (Encoding& piece : out.overflowing) piece.tokens.clear();
  }
  return out;
}

Tokenizer::Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Tokenizer Tokenizer::load(const std::filesystem::path& path, const TokenizerOptions& options) {
  Tokenizer out;
  out.state_ = std::make_shared<const State>(load_pipeline(path, options));
  return out;
}

Encoding Tokenizer::encode(std::string_view text, const TokenizeOptions& options) const {
  Encoding out = state_->encode_unpadded(text, options);
  pad_alone(out, options);
  return out;
}

Encoding Tokenizer::encode_pair(std::string_view first, std::string_view second, const TokenizeOptions& options) const {
  std::vector<Encoding> encodings;
  encodings.push_back(state_->encode_text(first, 0, 0, {}, options));
  encodings.push_back(state_->encode_text(second, 1, 1, {}, options));
  const std::string_view texts[] = {first, second};
  Encoding out = state_->finish(std::move(encodings), texts, options);
  pad_alone(out, options);
  return out;
}

std::vector<Encoding> Tokenizer::encode_batch(std::span<const std::string_view> texts, const TokenizeOptions& options,
                                              int threads) const {
  std::vector<Encoding> out(texts.size());
  std::size_t bytes = 0;
  for (const std::string_view text : texts) bytes += text.size();
  constexpr std::size_t kTextsPerJob = 16, kBytesPerThread = 1 << 15;  // less than that is done before a thread starts
  const auto most = static_cast<int>(std::min<std::size_t>(bytes / kBytesPerThread + 1, 4096));
  auto pool = state_->kept_pool.take(std::clamp(threads == 0 ? ThreadPool::available_cores() : threads, 1, most));
  pool->run(static_cast<std::int64_t>((texts.size() + kTextsPerJob - 1) / kTextsPerJob), [&](std::int64_t job, int) {
    const std::size_t begin = static_cast<std::size_t>(job) * kTextsPerJob;
    for (std::size_t i = begin; i < std::min(begin + kTextsPerJob, texts.size()); ++i) {
      try {
        out[i] = state_->encode_unpadded(texts[i], options);
      } catch (const Error& e) {
        fail(e.code(), "text ", i, ": ", e.what());
      }
    }
  });
  if (pool->size() > 1) state_->kept_pool.put_back(std::move(pool));
  if (options.padding) {
    std::size_t longest = 0;
    for (const Encoding& encoding : out) longest = std::max(longest, encoding.size());
    const std::int64_t length = padded_length(*options.padding, static_cast<std::int64_t>(longest));
    for (Encoding& encoding : out) pad(encoding, length, *options.padding);
  }
  return out;
}

std::int64_t Tokenizer::encode_ids(std::string_view text, std::vector<std::int32_t>& ids,
                                   const TokenizeOptions& options) const {
  const auto& cut = options.truncation;
  const bool plain_cut = !cut || (cut->strategy == TruncationStrategy::kLongestFirst && cut->stride == 0);
  if (!plain_cut || !state_->affixes) {
    const Encoding encoding = encode(text, options);
    ids.insert(ids.end(), encoding.ids.begin(), encoding.ids.end());
    return static_cast<std::int64_t>(encoding.tokens_total);
  }
  std::span<const std::int32_t> before, after;
  if (options.add_special_tokens) before = state_->affixes->before.ids, after = state_->affixes->after.ids;
  State::Lease lease(*state_);
  std::vector<std::int32_t>& raw = lease.tokenize_ids(text, before, options);
  const std::int64_t specials = options.add_special_tokens ? state_->specials(false) : 0;
  const std::int64_t size = std::ssize(raw) - std::ssize(before);
  const std::int64_t kept = cut ? std::min(size, room_for_text(*cut, specials)) : size;
  const std::int64_t first = cut && cut->direction == Direction::kLeft ? size - kept : 0;
  if (ids.empty() && kept == size && raw.size() >= kMany) {
    ids.swap(raw);
  } else {
    ids.reserve(ids.size() + static_cast<std::size_t>(kept + specials));
    ids.insert(ids.end(), before.begin(), before.end());
    const auto text_begin = raw.begin() + std::ssize(before) + first;
    ids.insert(ids.end(), text_begin, text_begin + kept);
  }
  forget_if_large(raw);
  ids.insert(ids.end(), after.begin(), after.end());
  return size + specials;
}

TokenizationSteps Tokenizer::explain(std::string_view text, const TokenizeOptions& options) const {
  TokenizeOptions with_tokens = options;
  with_tokens.keep_tokens = true;
  TokenizationSteps steps;
  steps.encoding = encode(text, with_tokens);
  state_->text_tokenizer.explain(text, options.encode_special_tokens, steps);
  return steps;
}

std::optional<std::string_view> Tokenizer::State::decoded_token(std::int32_t id, bool skip_special_tokens) const {
  if (const auto* const added = pipeline.added.find(id)) {
    return skip_special_tokens && added->special ? std::nullopt : std::optional<std::string_view>(added->text);
  }
  if (const auto token = pipeline.model->id_to_token(id)) return token;
  fail(ErrorCode::kInvalidArgument, "token id ", id, " is not in the vocabulary of ", vocab_size(), " (",
       pipeline.source, ")");
}

std::unique_ptr<TokenSink> Tokenizer::State::start_decoding(TokenSink& next) const {
  return pipeline.decoder ? pipeline.decoder->start(next) : std::make_unique<SpacedStep>(next);
}

std::string Tokenizer::State::decode(std::span<const std::int32_t> ids, bool skip_special_tokens) const {
  DecodedText out;
  const auto steps = start_decoding(out);
  for (const std::int32_t id : ids) {
    if (const auto token = decoded_token(id, skip_special_tokens)) put_token(*steps, *token);
  }
  steps->finish();
  return std::move(out.text);
}

std::string Tokenizer::decode(std::span<const std::int32_t> ids, bool skip_special_tokens) const {
  return state_->decode(ids, skip_special_tokens);
}

DecodeStream Tokenizer::decode_stream(bool skip_special_tokens) const { return {state_, skip_special_tokens}; }

struct DecodeStream::Row {
  explicit Row(const Tokenizer::State& state) : steps(state.start_decoding(certain)) {}
  DecodedText certain;  // and not yet given out
  std::unique_ptr<TokenSink> steps;
};

DecodeStream::DecodeStream(std::shared_ptr<const Tokenizer::State> state, bool skip_special_tokens)
    : state_(std::move(state)), skip_special_tokens_(skip_special_tokens), row_(std::make_unique<Row>(*state_)) {}
DecodeStream::DecodeStream(DecodeStream&&) noexcept = default;
DecodeStream& DecodeStream::operator=(DecodeStream&&) noexcept = default;
DecodeStream::~DecodeStream() = default;

std::optional<std::string> DecodeStream::step(std::int32_t id) {
  const auto token = state_->decoded_token(id, skip_special_tokens_);
  if (!token) return std::nullopt;
  put_token(*row_->steps, *token);
  if (row_->certain.text.empty()) return std::nullopt;
  return std::exchange(row_->certain.text, {});
}

std::string DecodeStream::finish() {
  row_->steps->finish();
  std::string out = std::move(row_->certain.text);
  row_ = std::make_unique<Row>(*state_);
  return out;
}

std::optional<std::int32_t> Tokenizer::unknown_id() const { return state_->pipeline.model->unknown_id(); }
std::int64_t Tokenizer::vocab_size() const { return state_->vocab_size(); }

std::int64_t Tokenizer::max_id() const {
  return std::max(state_->pipeline.model->max_id(), state_->pipeline.added.max_id());
}

std::optional<std::string_view> Tokenizer::id_to_token(std::int32_t id) const {
  if (const auto* const added = state_->pipeline.added.find(id)) return added->text;
  return state_->pipeline.model->id_to_token(id);
}

std::optional<std::int32_t> Tokenizer::token_to_id(std::string_view token) const {
  if (const auto id = state_->pipeline.added.id(token)) return id;
  return state_->pipeline.model->token_to_id(token);
}

std::vector<Tokenizer::Added> Tokenizer::added_tokens() const {
  std::vector<Added> out;
  for (const std::int32_t id : state_->pipeline.added.ids()) {
    const AddedTokens::Entry& entry = *state_->pipeline.added.find(id);
    out.push_back({id, entry.token.content, entry.token.special});
  }
  return out;
}

std::int64_t Tokenizer::special_tokens_added(bool pair) const { return state_->specials(pair); }

const std::optional<Truncation>& Tokenizer::truncation() const { return state_->pipeline.truncation; }
const std::optional<Padding>& Tokenizer::padding() const { return state_->pipeline.padding; }

std::optional<std::int64_t> Tokenizer::model_max_length() const { return state_->pipeline.model_max_length; }

const Tokenizer::Description& Tokenizer::description() const { return state_->description; }

}  // namespace sememe
