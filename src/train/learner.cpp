#include "train/learner.h"

#include <algorithm>
#include <cstring>

#include "base/fail.h"
#include "base/sha256.h"
#include "io/npy.h"
#include "sememe/similarity.h"

namespace sememe::train {
namespace {

/// The part [first, first + count) of a packed batch, its offsets from 0.
struct Slice {
  std::vector<std::int64_t> offsets;
  TokenBatch batch;
  Slice(std::span<const std::int32_t> ids, std::span<const std::int64_t> all, std::size_t first, std::size_t count) {
    for (std::size_t i = first; i <= first + count; ++i) offsets.push_back(all[i] - all[first]);
    batch = {ids.subspan(static_cast<std::size_t>(all[first]), static_cast<std::size_t>(offsets.back())), offsets};
  }
  Slice(const Slice&) = delete;
};

}  // namespace

TeacherVectors::TeacherVectors(const Encoder& teacher, const ExampleSource& source, const std::filesystem::path& folder,
                               const std::function<void(std::int64_t)>& progress)
    : columns_(source.columns()), width_(teacher.dimensions()) {
  Sha256 sha;
  const std::string key = concat(teacher.digest(), source.digest());
  sha.update(std::as_bytes(std::span(key)));
  const std::filesystem::path path = folder / concat("teacher-", sha.finish().substr(0, 16), ".npy");
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    NpyWriter out(path, DType::kF32, {columns_, width_});
    std::vector<std::string> texts;
    std::int64_t done = 0;
    const auto flush = [&] {
      const Matrix vectors = teacher.encode(texts);
      out.append(std::span<const float>(vectors.data(), static_cast<std::size_t>(vectors.rows() * vectors.cols())));
      done += std::ssize(texts) / columns_;
      texts.clear();
      if (progress) progress(done);
    };
    source.for_each([&](const Example& e) {
      texts.insert(texts.end(), e.texts.begin(), e.texts.begin() + columns_);
      if (texts.size() >= 1024) flush();
    });
    if (!texts.empty()) flush();
    out.finish();
  }
  file_.emplace(path);
  const std::span<const std::byte> bytes = file_->bytes();
  const std::int64_t data = source.rows() * columns_ * width_ * static_cast<std::int64_t>(sizeof(float));
  if (std::ssize(bytes) < data + 10)
    fail(ErrorCode::kCorrupt, path.string(), ": expected ", data, " bytes of vectors, found a file of ", bytes.size(),
         "; delete it to have it made again");
  start_ = bytes.size() - static_cast<std::size_t>(data);
}

std::span<const float> TeacherVectors::of(std::int64_t row, std::int64_t column) const {
  const auto* const floats = reinterpret_cast<const float*>(file_->bytes().data() + start_);
  return {floats + (row * columns_ + column) * width_, static_cast<std::size_t>(width_)};
}

Learner::Learner(EncoderGraph<float>& graph, const Tokenizer& tokenizer, const Settings& settings, ThreadPool& pool)
    : graph_(graph), tokenizer_(tokenizer), settings_(settings), pool_(pool) {}

Learner::Tokens Learner::tokenize(std::span<const std::string_view> texts) const {
  std::vector<std::vector<std::int32_t>> ids(texts.size());
  const TokenizeOptions options{.truncation = Truncation{.max_length = settings_.max_tokens}};
  pool_.run(std::ssize(texts), [&](std::int64_t i, int) {
    const auto at = static_cast<std::size_t>(i);
    tokenizer_.encode_ids(texts[at], ids[at], options);
    if (ids[at].empty()) fail(ErrorCode::kInvalidArgument, "text ", quote(texts[at]), " has no tokens");
  });
  Tokens tokens{.offsets = {0}};
  for (const auto& text : ids) {
    tokens.ids.insert(tokens.ids.end(), text.begin(), text.end());
    tokens.offsets.push_back(std::ssize(tokens.ids));
  }
  return tokens;
}

void Learner::look_for_near_negatives(const BatchStream::Batch& batch, const Matrix& vectors, Outcome& outcome) {
  constexpr std::int64_t kMost = 64;  // of a large batch, a part tells enough
  const std::int64_t rows = std::ssize(batch.examples), some = std::min(kMost, rows);
  for (std::int64_t i = 0; i < some; ++i) {
    const double own = similarity(vectors.row(i), vectors.row(rows + i));
    NearNegative worst{.line = batch.examples[static_cast<std::size_t>(i)].line};
    for (std::int64_t j = 0; j < some; ++j) {
      const double by = similarity(vectors.row(i), vectors.row(rows + j)) - own;
      if (j == i || by <= worst.by) continue;
      worst.by = by;
      worst.negative_line = batch.examples[static_cast<std::size_t>(j)].line;
    }
    if (worst.by > 0) outcome.nearer.push_back(worst);
  }
  outcome.anchors = some;
}

void Learner::open_masked_head() {
  const EncoderConfig& config = graph_.pipeline().encoder;
  const auto mask = tokenizer_.token_to_id("[MASK]");
  if (!mask) fail(ErrorCode::kUnsupported, "the loss mlm needs a tokenizer with [MASK]");
  mask_rules_ = {.mask_id = *mask,
                 .vocab_size = static_cast<std::int32_t>(tokenizer_.max_id() + 1),
                 .special = std::vector<bool>(static_cast<std::size_t>(config.vocab_size), false)};
  for (const Tokenizer::Added& token : tokenizer_.added_tokens())
    if (token.special) mask_rules_.special[static_cast<std::size_t>(token.id)] = true;
  masked_head_.emplace(config, graph_.parameters(), settings_.seed);
}

void Learner::prepare() {
  graph_.prepare();
  if (masked_head_) masked_head_->prepare(&pool_);
}

Dropout Learner::dropout_of(const Tokens& tokens, std::size_t first, std::int64_t number) const {
  return {.rate = settings_.dropout,
          .seed = settings_.seed,
          .step = static_cast<std::uint64_t>(number),
          .first_token = tokens.offsets[first],
          .adapter_rate = settings_.adapter_dropout};
}

Learner::Outcome Learner::learn_masked(const Tokens& tokens, double share, std::int64_t number, double factor) {
  mask_rules_.share = share;
  const MaskedTokens all = mask_tokens(tokens.ids, mask_rules_, settings_.seed, static_cast<std::uint64_t>(number));
  const std::size_t count = tokens.offsets.size() - 1,
                    part = settings_.mini_batch > 0 ? static_cast<std::size_t>(settings_.mini_batch) : count;
  const double each = 1 / std::max(1.0, static_cast<double>(all.masked.size()));
  Outcome outcome{.texts = static_cast<std::int64_t>(count), .tokens = tokens.offsets.back()};
  Buffer<float> memory;
  auto next = all.masked.begin();
  for (std::size_t first = 0; first < count; first += part) {
    const Slice slice(all.ids, tokens.offsets, first, std::min(part, count - first));
    std::vector<MaskedToken> masked;
    for (; next != all.masked.end() && next->row < tokens.offsets[first] + slice.batch.tokens(); ++next)
      masked.push_back({next->row - tokens.offsets[first], next->id});
    if (masked.empty()) continue;
    const Dropout dropout = dropout_of(tokens, first, number);
    const MatView<const float> hidden = graph_.transformer().forward(slice.batch, dropout, &pool_);
    memory.reserve_discard(hidden.rows * hidden.stride);
    const MatView<float> d_hidden(memory.data(), hidden.rows, hidden.cols, hidden.stride);
    outcome.loss += each * masked_head_->learn(hidden, masked, factor * each, d_hidden, &pool_);
    graph_.transformer().backward(slice.batch, dropout, d_hidden, &pool_);
  }
  return outcome;
}

Learner::Outcome Learner::learn(const BatchStream::Batch& batch, const ExampleSource& source, std::int64_t number,
                                double factor) {
  const std::size_t rows = batch.examples.size(), columns = batch.examples.front().texts.size();
  std::vector<std::string_view> texts;
  for (std::size_t c = 0; c < columns; ++c)
    for (const Example& e : batch.examples) texts.push_back(e.texts[c]);
  const Tokens tokens = tokenize(texts);
  if (source.loss().kind == LossKind::kMasked) return learn_masked(tokens, source.loss().mask, number, factor);
  const std::size_t count = texts.size();
  const auto dropout = [&](std::size_t first) { return dropout_of(tokens, first, number); };
  Matrix out(std::ssize(texts), graph_.dimensions()), d_out(std::ssize(texts), graph_.dimensions());
  // GradCache (Gao et al. 2021): all vectors first, then the loss, then part after part once more with its gradient.
  const std::size_t part = settings_.mini_batch > 0 ? static_cast<std::size_t>(settings_.mini_batch) : count;
  for (std::size_t first = 0; first < count; first += part) {
    const std::size_t n = std::min(part, count - first);
    const Slice slice(tokens.ids, tokens.offsets, first, n);
    graph_.forward(slice.batch, 0, dropout(first),
                   out.view().slice_rows(static_cast<std::int64_t>(first), static_cast<std::int64_t>(n)));
  }

  LossBatch<float> data;
  std::vector<double> targets;
  std::vector<Matrix> guided;
  const LossTarget target = loss_target(source.loss().kind);
  if (target == LossTarget::kVector) {
    const TeacherVectors& teacher = *teacher_[batch.source];
    data.target_width = teacher.width();
    for (std::size_t c = 0; c < columns; ++c)
      for (const Example& e : batch.examples) {
        const auto vector = teacher.of(e.row, static_cast<std::int64_t>(c));
        targets.insert(targets.end(), vector.begin(), vector.end());
      }
  } else {
    for (const Example& e : batch.examples) targets.insert(targets.end(), e.targets.begin(), e.targets.end());
  }
  data.targets = targets;
  for (std::size_t c = 0; c < columns; ++c) {
    const auto first = static_cast<std::int64_t>(c * rows), n = static_cast<std::int64_t>(rows);
    data.columns.push_back(out.view().slice_rows(first, n));
    data.gradients.push_back(d_out.view().slice_rows(first, n));
    if (source.loss().kind == LossKind::kGist) {
      guided.push_back(guide_->encode(std::span(texts).subspan(c * rows, rows)));
      data.guide.push_back(guided.back().view());
    }
  }
  if (source.loss().kind == LossKind::kSoftmax) {
    data.head_weight = graph_.parameters().find(concat("loss/", batch.source, ".weight"));
    data.head_bias = graph_.parameters().find(concat("loss/", batch.source, ".bias"));
  }
  Outcome outcome{.texts = std::ssize(texts), .tokens = tokens.offsets.back()};
  outcome.loss = compute_loss<float>(source.loss(), data, factor, pool_);
  const std::int64_t some = std::min<std::int64_t>(8, static_cast<std::int64_t>(rows));
  double pairs = 0;
  for (std::int64_t i = 0; i < some; ++i)
    for (std::int64_t j = 0; j < i; ++j, pairs += 1) outcome.mean_cosine += similarity(out.row(i), out.row(j));
  outcome.mean_cosine /= std::max(1.0, pairs);
  if (source.loss().kind == LossKind::kRanking && source.columns() > 1) look_for_near_negatives(batch, out, outcome);

  for (std::size_t first = 0; first < count; first += part) {
    const std::size_t n = std::min(part, count - first);
    const Slice slice(tokens.ids, tokens.offsets, first, n);
    const auto at = static_cast<std::int64_t>(first), size = static_cast<std::int64_t>(n);
    if (part < count) graph_.forward(slice.batch, 0, dropout(first), out.view().slice_rows(at, size));
    graph_.backward(slice.batch, 0, dropout(first), d_out.view().slice_rows(at, size));
  }
  return outcome;
}

Matrix Learner::embed(std::span<const std::string> texts) {
  Matrix out(std::ssize(texts), graph_.dimensions());
  constexpr std::size_t kTexts = 128;
  for (std::size_t first = 0; first < texts.size(); first += kTexts) {
    const std::size_t n = std::min(kTexts, texts.size() - first);
    const std::vector<std::string_view> some(texts.begin() + static_cast<std::ptrdiff_t>(first),
                                             texts.begin() + static_cast<std::ptrdiff_t>(first + n));
    const Tokens tokens = tokenize(some);
    graph_.forward({tokens.ids, tokens.offsets}, 0, {},
                   out.view().slice_rows(static_cast<std::int64_t>(first), static_cast<std::int64_t>(n)));
  }
  return out;
}

}  // namespace sememe::train
