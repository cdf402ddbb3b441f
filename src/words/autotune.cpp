#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numbers>
#include <optional>

#include "base/fail.h"
#include "sememe/fasttext.h"
#include "words/block_training.h"

namespace sememe {
namespace {

constexpr std::array<std::int64_t, 3> kNgramLengths = {0, 2, 3};  // to which three more are added; 0: none
constexpr std::int64_t kMostInputBytes = std::int64_t{1} << 30;   // of the rows of n-grams

/// Draws options near others. The steps become shorter in the middle of the search.
class Neighbourhood {
 public:
  Neighbourhood(const AutotuneOptions& how, std::uint64_t seed) : how_(how), seed_(seed) {}

  /// `done`: part of the search, 0 to 1.
  FastTextOptions draw(const FastTextOptions& near, std::int64_t trial, double done) const {
    RandomStream random(seed_, static_cast<std::uint64_t>(trial));
    const double shrunk = std::clamp((done - 0.25) / 0.5, 0.0, 1.0);
    const auto gauss = [&](double first, double last) {  // Box and Muller 1958
      const double u = (static_cast<double>(random.next() >> 11) + 1) * 0x1p-53;
      const double v = static_cast<double>(random.next() >> 11) * 0x1p-53;
      return (first + (last - first) * shrunk) * std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
    };
    const auto scaled = [&](std::int64_t value, double first, double last, std::int64_t least, std::int64_t most) {
      const double drawn = static_cast<double>(value) * std::exp2(gauss(first, last));
      return std::llround(std::clamp(drawn, static_cast<double>(least), static_cast<double>(most)));
    };
    // All are drawn, so that what is fixed does not change the rest. Widths and bounds are fastText's.
    FastTextOptions out = near;
    const std::int64_t epochs = scaled(near.epochs, 2.8, 2.5, 1, 100), dim = scaled(near.dim, 1.4, 0.3, 1, 1000);
    const double lr = std::clamp(near.lr * std::exp2(gauss(1.9, 1.0)), 0.01, 5.0);
    const double ngrams = static_cast<double>(near.word_ngrams) + gauss(4.3, 2.4);
    const auto at = std::find(kNgramLengths.begin(), kNgramLengths.end(), near.min_length) - kNgramLengths.begin();
    const double length = static_cast<double>(at % std::ssize(kNgramLengths)) + gauss(4.0, 1.4);
    const std::int64_t buckets = scaled(near.buckets, 2.0, 1.5, 10000, 5000000);
    if (varies("epochs")) out.epochs = epochs;
    if (varies("dim")) out.dim = dim;
    if (varies("lr")) out.lr = lr;
    if (varies("word_ngrams")) out.word_ngrams = std::llround(std::clamp(ngrams, 1.0, 5.0));
    if (varies("ngrams")) {
      out.min_length = kNgramLengths[static_cast<std::size_t>(std::llround(std::clamp(length, 0.0, 2.0)))];
      out.max_length = out.min_length == 0 ? 0 : out.min_length + 3;
    }
    if (varies("buckets")) {
      out.buckets = buckets;
      while (out.buckets * out.dim * static_cast<std::int64_t>(sizeof(float)) > kMostInputBytes) out.buckets /= 2;
    }
    return out;
  }

 private:
  bool varies(std::string_view name) const {
    return std::find(how_.fixed.begin(), how_.fixed.end(), name) == how_.fixed.end();
  }
  const AutotuneOptions& how_;
  std::uint64_t seed_;
};

struct OutOfTime {};

/// As large as it may be.
FastText within_bytes(FastText model, std::span<const std::filesystem::path> corpus, const FastTextOptions& options,
                      std::int64_t bytes) {
  if (bytes == 0) return model;
  FastTextQuantizeOptions how{.part = std::min<std::int64_t>(2, options.dim),
                              .norms = true,
                              .epochs = options.epochs,
                              .lr = options.lr,
                              .threads = options.threads};
  how.cutoff = model.cutoff_for(bytes, how);
  if (how.cutoff > 0) how.retrain.assign(corpus.begin(), corpus.end());
  return model.quantize(how);
}

}  // namespace

FastText FastText::autotune(std::span<const std::filesystem::path> corpus, const FastTextOptions& options,
                            const AutotuneOptions& how, const std::function<void(const AutotuneTrial&)>& tried,
                            const WordTrainingProgress& progress) {
  using Clock = std::chrono::steady_clock;
  if (options.kind != FastTextModelKind::kSupervised)
    fail(ErrorCode::kUnsupported, "autotune: only classifiers are tuned");
  if (!options.checkpoints.file.empty())
    fail(ErrorCode::kUnsupported, "autotune: there are no checkpoints; a trial that is given up is of no use");
  require_within("autotune", "trials", how.trials, 0, 1 << 20);
  require_within("autotune", "model_bytes", how.model_bytes, 0, std::int64_t{1} << 50);
  if (how.trials == 0 && !(how.seconds > 0))
    fail(ErrorCode::kInvalidArgument, "autotune: seconds is ", how.seconds, "; expected more than 0");
  const Clock::time_point start = Clock::now();
  const auto part_done = [&](std::int64_t trial) {
    if (how.trials > 0) return static_cast<double>(trial) / static_cast<double>(how.trials);
    return std::chrono::duration<double>(Clock::now() - start).count() / how.seconds;
  };
  const Neighbourhood neighbourhood(how, options.seed);
  std::optional<FastText> best;
  AutotuneTrial of_best{.options = options};
  std::int64_t trial = 0;
  const auto heed_time = [&](std::string_view stage, std::int64_t done, std::int64_t total) {
    if (how.trials == 0 && part_done(trial) >= 1) throw OutOfTime();
    if (progress) progress(stage, done, total);
  };
  try {
    for (; part_done(trial) < 1; ++trial) {
      AutotuneTrial now{.number = trial + 1, .options = options, .f1 = -1};
      if (trial > 0) now.options = neighbourhood.draw(of_best.options, trial, part_done(trial));
      try {
        FastText model = within_bytes(train(corpus, now.options, heed_time), corpus, now.options, how.model_bytes);
        now.f1 = model.test(how.validation, 1, 0, how.label).f1();
        if (!best || now.f1 > of_best.f1) {
          now.best = true;
          of_best = now;
          best.emplace(std::move(model));
        }
      } catch (const Error&) {  // a rate that was too high, rows that do not fit
        if (trial == 0) throw;
      }
      if (tried) tried(now);
    }
  } catch (const OutOfTime&) {
  }
  if (!best) fail(ErrorCode::kInvalidArgument, "autotune: no trial ended within ", how.seconds, " s; allow more time");
  return std::move(*best);
}

}  // namespace sememe
