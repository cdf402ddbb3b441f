#include "sememe/fasttext.h"

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "io/line_source.h"
#include "words/block_training.h"
#include "words/fasttext_state.h"
#include "words/fasttext_train.h"
#include "words/readers.h"

namespace sememe {
namespace {

void check(std::span<const std::filesystem::path> corpus, const FastTextOptions& options) {
  const bool supervised = options.kind == FastTextModelKind::kSupervised;
  const std::string_view what = supervised ? "supervised" : "fasttext";
  constexpr std::int64_t kMany = (std::int64_t{1} << 31) - 1;
  struct Bound {
    std::string_view name;
    std::int64_t value, least, most;
  };
  for (const Bound& bound : {Bound{"dim", options.dim, 1, 1 << 16},
                             {"window", options.window, 1, 1000},
                             {"negative", options.negative, 1, 1000},
                             {"min_count", options.min_count, 1, kMany},
                             {"min_count_label", options.min_count_label, 0, kMany},
                             {"epochs", options.epochs, 1, 1 << 20},
                             {"max_length", options.max_length, 0, 255},
                             {"min_length", options.min_length, 0, options.max_length},
                             {"buckets", options.buckets, 1, std::int64_t{1} << 30},
                             {"word_ngrams", options.word_ngrams, 1, 1000}})
    require_within(what, bound.name, bound.value, bound.least, bound.most);
  if (!(options.sample >= 0 && options.sample <= 1))
    fail(ErrorCode::kInvalidArgument, what, ": sample is ", options.sample, "; expected 0 to 1");
  if (!(options.lr > 0 && options.lr <= 100))
    fail(ErrorCode::kInvalidArgument, what, ": lr is ", options.lr, "; expected more than 0, at most 100");
  if (!supervised && (options.loss == FastTextLoss::kSoftmax || options.loss == FastTextLoss::kOneVsAll))
    fail(ErrorCode::kUnsupported,
         "fasttext: words are told by negative sampling or hierarchical softmax; the other losses are for labels");
  if (supervised && options.label.empty())
    fail(ErrorCode::kInvalidArgument, "supervised: labels have to begin with something");
  if (options.cooldown != 0) require_cooldown(what, options.cooldown);
  require_corpus(what, corpus);
}

}  // namespace

std::vector<std::pair<float, std::int32_t>> FastText::State::best(const LabelledLine& line, std::int64_t k,
                                                                  float threshold) const {
  if (line.rows.empty()) return {};
  std::vector<float> hidden(static_cast<std::size_t>(model.settings.dim));
  for (const std::int64_t row : line.rows) model.input.add_row(row, hidden);
  for (float& x : hidden) x *= 1.0f / static_cast<float>(line.rows.size());
  return scorer.best(hidden, k, threshold);
}

void FastText::State::require_predictions(std::int64_t k) const {
  if (model.settings.model != FastTextSettings::kSupervised)
    fail(ErrorCode::kUnsupported, "fasttext: a model of words predicts no labels; train one with labelled lines");
  if (k < 1) fail(ErrorCode::kInvalidArgument, "fasttext: expected to be asked for 1 label or more, found ", k);
}

FastTextOptions FastTextOptions::supervised() {
  return {.kind = FastTextModelKind::kSupervised,
          .loss = FastTextLoss::kSoftmax,
          .min_count = 1,
          .lr = 0.1,
          .min_length = 0,
          .max_length = 0};
}

FastText::FastText(std::unique_ptr<State> state) : state_(std::move(state)) {}
FastText::FastText(FastText&&) noexcept = default;
FastText& FastText::operator=(FastText&&) noexcept = default;
FastText::~FastText() = default;

FastText FastText::load(const std::filesystem::path& path) {
  MappedFile file = MappedFile::unpacked(path);
  if (!begins_as_fasttext(file.text()))
    fail(ErrorCode::kUnsupported, path.string(), ": not a fastText model (.bin or .ftz)");
  return FastText(std::make_unique<State>(parse_fasttext(std::move(file), path), FastTextOptions().label));
}

FastText FastText::train(std::span<const std::filesystem::path> corpus, const FastTextOptions& options,
                         const WordTrainingProgress& progress, Word2VecReport* report) {
  check(corpus, options);
  return FastText(std::make_unique<State>(options.kind == FastTextModelKind::kSupervised
                                              ? train_fasttext_labels(corpus, options, progress, report)
                                              : train_fasttext_words(corpus, options, progress, report),
                                          options.label));
}

void FastText::save(const std::filesystem::path& path) const { save_fasttext(state_->model, path); }

bool FastText::supervised() const { return state_->model.settings.model == FastTextSettings::kSupervised; }
bool FastText::quantized() const { return state_->model.input.codes().has_value(); }
std::int64_t FastText::size() const { return state_->model.dictionary.words.size(); }
std::int64_t FastText::dim() const { return state_->model.settings.dim; }

std::vector<std::string> FastText::labels() const {
  const WordTable& table = state_->model.dictionary.labels;
  std::vector<std::string> out;
  for (std::int64_t i = 0; i < table.size(); ++i) out.emplace_back(table.word(i));
  return out;
}

WordVectors FastText::vectors() const {
  const WordTable& table = state_->model.dictionary.words;
  WordData data{.words = table, .vectors = Buffer<float>(table.size() * dim()), .dim = dim()};
  for (std::int64_t i = 0; i < table.size(); ++i)
    state_->model.word_vector(
        i, data.vectors.span().subspan(static_cast<std::size_t>(i * dim())).first(static_cast<std::size_t>(dim())));
  return make_word_vectors(std::move(data));
}

std::vector<LabelScore> FastText::predict(std::string_view line, std::int64_t k, float threshold) const {
  state_->require_predictions(k);
  LabelledLine parsed;
  parse_labelled_line(line.substr(0, line.find('\n')), state_->model, state_->label, parsed);
  std::vector<LabelScore> out;
  for (const auto& [score, label] : state_->best(parsed, k, threshold))
    out.push_back({std::string(state_->model.dictionary.labels.word(label)), std::exp(score)});
  return out;
}

LabelScores FastText::test(const std::filesystem::path& file, std::int64_t k, float threshold,
                           std::string_view label) const {
  constexpr std::int64_t kLongestLine = std::int64_t{64} << 20;
  state_->require_predictions(k);
  const auto only = state_->model.dictionary.labels.find(label);
  if (!label.empty() && !only)
    fail(ErrorCode::kNotFound, "fasttext: the model has no label ", quote(label, 40), "; it has ",
         state_->model.dictionary.labels.size());
  const auto counts = [&](std::int64_t id) { return !only || id == *only; };
  LineSource lines(file, kLongestLine);
  LabelledLine parsed;
  LabelScores out;
  std::int64_t right = 0, given = 0, wanted = 0;
  for (std::string line; line.clear(), lines.append_line(line);) {
    parse_labelled_line(line, state_->model, state_->label, parsed);
    if (parsed.rows.empty() || parsed.labels.empty()) continue;
    ++out.lines;
    wanted += std::count_if(parsed.labels.begin(), parsed.labels.end(), counts);
    for (const auto& [score, id] : state_->best(parsed, k, threshold)) {
      if (!counts(id)) continue;
      ++given;
      right += std::find(parsed.labels.begin(), parsed.labels.end(), id) != parsed.labels.end();
    }
  }
  const auto part = [&](std::int64_t of) { return of > 0 ? static_cast<double>(right) / static_cast<double>(of) : 0; };
  out.precision = part(given);
  out.recall = part(wanted);
  return out;
}

}  // namespace sememe
