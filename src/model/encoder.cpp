#include "sememe/encoder.h"

#include <algorithm>
#include <mutex>

#include "base/fail.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/thread_pool.h"
#include "io/file.h"
#include "kernels/kernels.h"
#include "model/byte_weights.h"
#include "model/calibration.h"
#include "model/describe.h"
#include "model/head.h"
#include "model/locate.h"
#include "model/pipeline.h"
#include "model/segments.h"
#include "model/static_model.h"
#include "model/transformer.h"

namespace sememe {
namespace {

// Tokens that one thread takes through all layers together: enough rows to keep the kernels at full rate, few enough
// that a block of activations stays in L2.
constexpr std::int64_t kGroupTokens = 448;

int thread_count(int asked) {
  if (asked < 0 || asked > 4096)
    fail(ErrorCode::kInvalidArgument, "threads: expected 0 (all cores) to 4096, found ", asked);
  return ThreadPool::size_for(asked);
}

/// The limit on tokens and where it comes from.
std::pair<std::int64_t, std::string> token_limit(const EncoderOptions& options, const PipelineConfig& pipeline,
                                                 const Tokenizer& tokenizer) {
  if (pipeline.encoder.family == Family::kStatic) {
    if (!options.max_tokens) return {pipeline.encoder.max_positions, "no limit"};
    if (*options.max_tokens < 1 || *options.max_tokens > pipeline.encoder.max_positions)
      fail(ErrorCode::kInvalidArgument, "max tokens: expected 1 to ", pipeline.encoder.max_positions, ", found ",
           *options.max_tokens);
    return {*options.max_tokens, "given"};
  }
  const std::int64_t positions = pipeline.encoder.max_positions, special = tokenizer.special_tokens_added();
  if (options.max_tokens) {
    if (*options.max_tokens <= special || *options.max_tokens > positions)
      fail(ErrorCode::kInvalidArgument, "max tokens: expected ", special + 1, " to ", positions,
           " (the rows of the position table), found ", *options.max_tokens);
    return {*options.max_tokens, "given"};
  }
  std::pair<std::int64_t, std::string> limit = {positions, "max_position_embeddings"};
  if (pipeline.max_seq_length)
    limit = {*pipeline.max_seq_length, "max_seq_length"};
  else if (tokenizer.model_max_length() && *tokenizer.model_max_length() < positions)
    limit = {*tokenizer.model_max_length(), "model_max_length"};
  if (limit.first > positions) {
    log_warning("max_seq_length ", limit.first, " is more than the ", positions,
                " rows of the position table; texts are cut there");
    limit = {positions, "max_position_embeddings"};
  }
  if (limit.first <= special)
    fail(ErrorCode::kCorrupt, pipeline.transformer_folder.string(), ": ", limit.second, " ", limit.first,
         " leaves no room beside the ", special, " special tokens");
  return limit;
}

NumberType number_type(ComputeType compute, const EncoderConfig& config) {
  if (config.family == Family::kStatic) return NumberType::kFloat32;  // it has no products
  if (compute == ComputeType::kAuto) return fastest_float();
  if (compute == ComputeType::kBfloat16) return NumberType::kBfloat16;
  if (compute == ComputeType::kFloat32) return NumberType::kFloat32;
  if (std::max(config.hidden_size, config.intermediate_size) > Linear::kMaxInt8Inputs)
    fail(ErrorCode::kUnsupported, "int8: expected layers of at most ", Linear::kMaxInt8Inputs, " inputs, found ",
         std::max(config.hidden_size, config.intermediate_size), "; choose bf16 or fp32");
  return NumberType::kInt8;
}

std::string_view compute_name(NumberType type) {
  return type == NumberType::kFloat32 ? "fp32" : type == NumberType::kBfloat16 ? "bf16" : "int8";
}

void check_vocabulary(const PipelineConfig& pipeline, const Tokenizer& tokenizer) {
  if (tokenizer.max_id() >= pipeline.encoder.vocab_size)
    fail(ErrorCode::kCorrupt, pipeline.transformer_folder.string(), ": the tokenizer has ids up to ",
         tokenizer.max_id(), " but the embedding table has only ", pipeline.encoder.vocab_size,
         " rows (vocab_size of config.json); tokenizer and weights are probably from different models");
  if (!pipeline.lowercase_first) return;
  std::vector<std::int32_t> upper, lower;
  tokenizer.encode_ids("A \u00c9", upper, {});
  tokenizer.encode_ids("a \u00e9", lower, {});
  if (upper != lower)
    fail(
        ErrorCode::kUnsupported, pipeline.transformer_folder.string(),
        "/sentence_bert_config.json: do_lower_case is true but the tokenizer keeps case; this pair cannot be read yet");
}

/// EncodeOptions with names and defaults resolved against the model.
struct Request {
  std::string prompt;
  std::int64_t prompt_tokens = 0;  ///< rows that pooling leaves out
  bool normalize_last = true;      ///< keep a Normalize at the end of the pipeline
  bool normalize_after = false;    ///< scale to length 1 after everything else
  std::int64_t dimensions = 0;
};

}  // namespace

struct Encoder::State {
  PipelineConfig pipeline;
  Tokenizer tokenizer;
  mutable ThreadPool pool;
  Transformer transformer;
  Head head;
  std::int64_t max_tokens = 0;
  std::optional<std::int32_t> leave_out;  ///< id of unknown tokens, if they do not count
  EncoderInfo info;

  mutable std::mutex turn;                    // guards the workspaces
  mutable std::vector<Workspace> workspaces;  // one a worker

  bool is_static() const { return pipeline.encoder.family == Family::kStatic; }
  Request resolve(const EncodeOptions& options) const;
  SegmentOptions segment_options(std::size_t first_text, const Request& request, const EncodeOptions& options) const {
    return {.prompt = request.prompt,
            .max_tokens = max_tokens,
            .on_long = options.on_long,
            .first_text = static_cast<std::int64_t>(first_text),
            .bag = is_static(),
            .leave_out = leave_out};
  }

  /// Runs the transformer over every segment; consume(s, token vectors of segment s) is called once for each, from
  /// any thread of the pool. Threads that find no group left make `next`, if there is one.
  void run(const Segments& segments, FunctionRef<void(std::int64_t, MatView<const float>)> consume,
           SegmentMaker* next) const;
  void run_group(const Segments& segments, std::span<const std::int64_t> group, Workspace& workspace, ThreadPool* inner,
                 int workers, FunctionRef<void(std::int64_t, MatView<const float>)> consume) const;
  void encode_block(const Segments& segments, const Request& request, MatView<float> out, SegmentMaker* next) const;
  /// The mean of each segment's rows of the table, straight from there; `next` as in run().
  void pool_static(const Segments& segments, Matrix& pooled, SegmentMaker* next) const;
};

Request Encoder::State::resolve(const EncodeOptions& options) const {
  Request r;
  const auto find_prompt = [&](const std::string& name) -> const std::string& {
    const auto at = pipeline.prompts.find(name);
    if (at != pipeline.prompts.end()) return at->second;
    std::string known;
    for (const auto& [key, text] : pipeline.prompts) known.append(known.empty() ? "" : ", ").append(key);
    fail(ErrorCode::kInvalidArgument, "prompt name ", quote(name), " is not one of this model's (",
         known.empty() ? "it has none" : known, ")");
  };
  if (options.prompt)
    r.prompt = *options.prompt;
  else if (options.prompt_name)
    r.prompt = find_prompt(*options.prompt_name);
  else if (pipeline.default_prompt_name)
    r.prompt = find_prompt(*pipeline.default_prompt_name);

  if (!r.prompt.empty() && !pipeline.include_prompt) {
    // As sentence-transformers counts it: the prompt tokenized alone, without a special token at its end.
    const Encoding prompt = tokenizer.encode(r.prompt);
    r.prompt_tokens = static_cast<std::int64_t>(prompt.size());
    if (!prompt.runs.empty() && prompt.runs.back().special) --r.prompt_tokens;
  }

  const std::int64_t full = head.dimensions();
  if (options.dimensions < 0 || options.dimensions > full)
    fail(ErrorCode::kInvalidArgument, "dimensions: expected 1 to ", full, ", found ", options.dimensions);
  const bool cut = options.dimensions > 0 && options.dimensions < full;
  r.dimensions = cut ? options.dimensions : full;
  r.normalize_last = options.normalize.value_or(true);
  r.normalize_after = options.normalize.value_or(cut) && (cut || !pipeline.normalizes());
  return r;
}

void Encoder::State::run_group(const Segments& segments, std::span<const std::int64_t> group, Workspace& workspace,
                               ThreadPool* inner, int workers,
                               FunctionRef<void(std::int64_t, MatView<const float>)> consume) const {
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> offsets = {0};
  std::int64_t longest = 0;
  for (const std::int64_t s : group) {
    const auto segment = segments.segment(s);
    ids.insert(ids.end(), segment.begin(), segment.end());
    offsets.push_back(static_cast<std::int64_t>(ids.size()));
    longest = std::max(longest, segments.length(s));
  }
  workspace.reserve(transformer.config(), transformer.operands(), offsets.back(), longest, workers);
  const MatView<const float> hidden = transformer.forward({ids, offsets}, workspace, inner);
  for (std::size_t i = 0; i < group.size(); ++i)
    consume(group[i], hidden.slice_rows(offsets[i], offsets[i + 1] - offsets[i]));
}

void Encoder::State::run(const Segments& segments, FunctionRef<void(std::int64_t, MatView<const float>)> consume,
                         SegmentMaker* next) const {
  const int threads = pool.size();
  const auto groups = make_groups(segments, kGroupTokens, threads);
  const std::lock_guard lock(turn);
  workspaces.resize(static_cast<std::size_t>(threads));
  if (static_cast<std::int64_t>(groups.size()) < threads) {
    for (const auto& group : groups) run_group(segments, group, workspaces[0], &pool, threads, consume);
    if (next != nullptr) pool.run(next->jobs(), [&](std::int64_t job, int) { next->run(job); });
    return;
  }
  const auto count = static_cast<std::int64_t>(groups.size());
  pool.run(count + (next == nullptr ? 0 : next->jobs()), [&](std::int64_t i, int worker) {
    if (i >= count) return next->run(i - count);
    run_group(segments, groups[static_cast<std::size_t>(i)], workspaces[static_cast<std::size_t>(worker)], nullptr, 1,
              consume);
  });
}

void Encoder::State::pool_static(const Segments& segments, Matrix& pooled, SegmentMaker* next) const {
  constexpr std::int64_t kSegmentsPerJob = 64;
  const std::int64_t jobs = (segments.count() + kSegmentsPerJob - 1) / kSegmentsPerJob;
  pool.run(jobs + (next == nullptr ? 0 : next->jobs()), [&](std::int64_t job, int) {
    if (job >= jobs) return next->run(job - jobs);
    const std::int64_t end = std::min((job + 1) * kSegmentsPerJob, segments.count());
    for (std::int64_t s = job * kSegmentsPerJob; s < end; ++s)
      mean_rows(segments.segment(s), transformer.weights().words.floats, pooled.row(s));
  });
}

void Encoder::State::encode_block(const Segments& segments, const Request& request, MatView<float> out,
                                  SegmentMaker* next) const {
  Matrix pooled(segments.count(), head.pooled_width());
  const auto pool_segment = [&](std::int64_t s, MatView<const float> tokens) {
    // Only the first window of a text begins with the prompt.
    const bool first = std::binary_search(segments.first.begin(), segments.first.end(), s);
    head.pool(tokens, first ? request.prompt_tokens : 0, pooled.row(s));
  };
  if (is_static())
    pool_static(segments, pooled, next);
  else
    run(segments, pool_segment, next);

  // Windows of one text: their mean, weighted by their tokens. Text i moves to row i, which no later text has used yet.
  for (std::int64_t i = 0; i < out.rows; ++i) {
    const std::int64_t first = segments.first[static_cast<std::size_t>(i)],
                       last = segments.first[static_cast<std::size_t>(i) + 1];
    const std::span<float> row = pooled.row(i);
    std::int64_t weight = segments.length(first);
    if (first != i) std::copy_n(pooled.row(first).begin(), row.size(), row.begin());
    if (last - first == 1) continue;
    for (float& x : row) x *= static_cast<float>(weight);
    for (std::int64_t s = first + 1; s < last; ++s) {
      const std::span<const float> window = pooled.row(s);
      const auto tokens = static_cast<float>(segments.length(s));
      for (std::size_t k = 0; k < row.size(); ++k) row[k] += tokens * window[k];
      weight += segments.length(s);
    }
    for (float& x : row) x /= static_cast<float>(weight);
  }

  const MatView<float> texts = pooled.view().slice_rows(0, out.rows);
  const bool whole = request.dimensions == head.dimensions();
  Matrix full(whole ? 0 : out.rows, head.dimensions());
  const MatView<float> finished = whole ? out : full.view();
  head.finish(texts, request.normalize_last, finished);
  for (std::int64_t i = 0; i < out.rows; ++i) {
    if (!whole) std::copy_n(finished.row(i), out.cols, out.row(i));
    if (request.normalize_after) normalize_l2(out.row_span(i));
  }
}

Encoder Encoder::load(std::string_view model, const EncoderOptions& options) {
  const std::filesystem::path folder = find_model_folder(model);
  const int threads = thread_count(options.threads);
  kernels();  // an unknown SEMEME_ISA is an error before anything is read
  PipelineConfig pipeline = read_pipeline(folder, options.pooling);
  Tokenizer tokenizer = Tokenizer::load(pipeline.transformer_folder);
  check_vocabulary(pipeline, tokenizer);
  const auto [max_tokens, source] = token_limit(options, pipeline, tokenizer);

  ThreadPool loading(threads);
  const NumberType operands = number_type(options.compute, pipeline.encoder);
  const bool bytes = operands == NumberType::kInt8;
  EncoderWeights weights = load_encoder_weights(pipeline.transformer_folder, pipeline.encoder, loading,
                                                bytes ? NumberType::kFloat32 : operands);
  if (bytes) {
    Transformer exact(pipeline.encoder, std::move(weights));
    const Calibration calibration = calibrate(exact, tokenizer, max_tokens, loading);
    weights = std::move(exact).release();
    turn_into_bytes(weights, calibration, loading);
  }
  Head head(pipeline, loading);
  EncoderInfo info = describe(model, folder, pipeline, weights);
  info.max_tokens = max_tokens;
  info.max_tokens_source = source;
  info.compute = compute_name(operands);
  info.threads = threads;

  std::optional<std::int32_t> leave_out;
  if (pipeline.encoder.leaves_out_unknown) leave_out = tokenizer.unknown_id();

  Encoder encoder;
  encoder.state_.reset(new State{.pipeline = pipeline,
                                 .tokenizer = std::move(tokenizer),
                                 .pool = ThreadPool(threads),
                                 .transformer = Transformer(pipeline.encoder, std::move(weights)),
                                 .head = std::move(head),
                                 .max_tokens = max_tokens,
                                 .leave_out = leave_out,
                                 .info = std::move(info)});
  return encoder;
}

void Encoder::encode(std::span<const std::string_view> texts, MatView<float> out, const EncodeOptions& options,
                     std::vector<TextStats>* stats) const {
  const Request request = state_->resolve(options);
  const auto count = static_cast<std::int64_t>(texts.size());
  if (out.rows != count || out.cols != request.dimensions)
    fail(ErrorCode::kInvalidArgument, "encode: expected room for (", count, ", ", request.dimensions, "), found (",
         out.rows, ", ", out.cols, ")");
  if (options.batch_tokens < 1)
    fail(ErrorCode::kInvalidArgument, "batch tokens: expected at least 1, found ", options.batch_tokens);
  if (stats != nullptr) stats->clear();
  // A token has about four bytes in English and at least one byte; a block is what surely fits, or a single text.
  const auto block_end = [&](std::size_t begin) {
    std::size_t end = begin;
    for (std::int64_t bound = 0; end < texts.size(); ++end) {
      bound += std::min(static_cast<std::int64_t>(texts[end].size() / 2) + 2, state_->max_tokens);
      if (bound > options.batch_tokens && end > begin) break;
    }
    return end;
  };
  if (texts.empty()) return;
  // While the last groups of a block are under way, threads that have none left tokenize the block after it.
  std::size_t begin = 0, end = block_end(0);
  Segments segments =
      make_segments(state_->tokenizer, texts.first(end), state_->segment_options(0, request, options), state_->pool);
  while (begin < end) {
    const std::size_t next_end = block_end(end);
    SegmentMaker next(state_->tokenizer, texts.subspan(end, next_end - end),
                      state_->segment_options(end, request, options));
    state_->encode_block(segments, request,
                         out.slice_rows(static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end - begin)),
                         &next);
    if (stats != nullptr) stats->insert(stats->end(), segments.stats.begin(), segments.stats.end());
    segments = next.finish();
    begin = end;
    end = next_end;
  }
}

Matrix Encoder::encode(std::span<const std::string_view> texts, const EncodeOptions& options,
                       std::vector<TextStats>* stats) const {
  Matrix out(static_cast<std::int64_t>(texts.size()), state_->resolve(options).dimensions);
  encode(texts, out.view(), options, stats);
  return out;
}

Matrix Encoder::encode(std::span<const std::string> texts, const EncodeOptions& options,
                       std::vector<TextStats>* stats) const {
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  return encode(views, options, stats);
}

TokenEmbeddings Encoder::encode_tokens(std::span<const std::string_view> texts, const EncodeOptions& options,
                                       std::vector<TextStats>* stats) const {
  if (options.on_long == OnLong::kWindow)
    fail(ErrorCode::kInvalidArgument,
         "token vectors: a text split into windows has no single row of tokens; cut long texts, or refuse them");
  const Request request = state_->resolve(options);
  Segments segments =
      make_segments(state_->tokenizer, texts, state_->segment_options(0, request, options), state_->pool);
  TokenEmbeddings result;
  result.vectors = Matrix(segments.offsets.back(), state_->pipeline.encoder.hidden_size);
  const auto keep = [&](std::int64_t s, MatView<const float> tokens) {
    for (std::int64_t i = 0; i < tokens.rows; ++i)
      std::copy_n(tokens.row(i), tokens.cols,
                  result.vectors.row(segments.offsets[static_cast<std::size_t>(s)] + i).begin());
  };
  state_->run(segments, keep, nullptr);
  result.offsets = std::move(segments.offsets);
  result.ids = std::move(segments.ids);
  if (stats != nullptr) *stats = std::move(segments.stats);
  return result;
}

std::int64_t Encoder::dimensions() const { return state_->head.dimensions(); }
const EncoderInfo& Encoder::info() const { return state_->info; }
const Tokenizer& Encoder::tokenizer() const { return state_->tokenizer; }

std::string Encoder::digest() const {
  const auto& files = state_->transformer.weights().store.files();
  std::string digests;
  for (const auto& file : files) {
    Sha256 sha;
    sha.update(MappedFile(file).bytes());
    digests.append(sha.finish());
  }
  if (files.size() == 1) return digests;
  Sha256 sha;
  sha.update(std::as_bytes(std::span(digests)));
  return sha.finish();
}

Encoder::Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;
Encoder::~Encoder() = default;

}  // namespace sememe
