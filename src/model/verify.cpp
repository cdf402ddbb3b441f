#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "base/fail.h"
#include "io/bundle.h"
#include "io/json.h"
#include "model/golden.h"
#include "model/locate.h"
#include "model/pipeline.h"
#include "model/weights.h"
#include "sememe/encoder.h"

namespace sememe {
namespace {

constexpr std::string_view kTexts[] = {
    "",
    "cat",
    "The quick brown fox jumps over the lazy dog",
    "A fast auburn fox leaps above a sleepy canine",
    "Stock markets closed higher on Friday, after a week in which prices had fallen nearly every day.",
    "na\u00efve caf\u00e9 \u2014 12,345.67 \u65e5\u672c\u8a9e",
    "We sat on the bank of the river and watched the boats go by.",
    "The bank raised its interest rates for savings accounts.",
    "How do I reset my password if I no longer have the phone?",
    "king queen prince",
    "Cells take up glucose from the blood and burn it to make the energy that keeps them alive.",
    "ERROR 503: connection to db-7.internal timed out after 30000 ms (attempt 3/5)",
};

// Golden vectors may come from another program's float32: the bar that docs/numerics.md sets for those.
constexpr double kGoldenTolerance = 2e-5;

/// Runs `check`, which returns what it found; an Error is what is wrong.
template <class Check>
bool add_check(std::vector<VerifyCheck>& checks, std::string name, Check check) {
  VerifyCheck result{.name = std::move(name)};
  try {
    result.detail = check();
    result.passed = true;
  } catch (const Error& e) {
    result.detail = e.what();
  }
  checks.push_back(std::move(result));
  return checks.back().passed;
}

std::string check_forward(const Encoder& encoder) {
  const Matrix together = encoder.encode(kTexts);
  for (std::int64_t i = 0; i < together.rows(); ++i) {
    const auto row = together.row(i);
    double squares = 0;
    for (const float x : row) squares += static_cast<double>(x) * x;
    const double norm = std::sqrt(squares);
    if (!std::isfinite(norm))
      fail(ErrorCode::kCorrupt, "text ", i, " of the built-in ones gives a vector that is not finite");
    // A text without a token, as "" is to a static model, has zeros.
    if (encoder.info().normalizes && norm != 0 && !(std::abs(norm - 1) <= 1e-5))
      fail(ErrorCode::kCorrupt, "text ", i, " of the built-in ones: expected length 1, found ", norm);
    const Matrix alone = encoder.encode(std::span(kTexts).subspan(static_cast<std::size_t>(i), 1));
    if (std::memcmp(alone.data(), row.data(), row.size_bytes()) != 0)
      fail(ErrorCode::kCorrupt, "text ", i, " of the built-in ones gives another vector alone than in a batch");
  }
  return concat(together.rows(), " texts, ", together.cols(), " dimensions, the same alone and together");
}

/// How near the encoder's arithmetic comes to float32, on texts of its own.
std::string check_against_float32(const Encoder& encoder, const Encoder& exact) {
  const double least = encoder.info().compute == "int8" ? 0.99 : 0.9998;
  const Matrix a = encoder.encode(kTexts, {.normalize = true}), b = exact.encode(kTexts, {.normalize = true});
  double lowest = 1, sum = 0;
  for (std::int64_t i = 0; i < a.rows(); ++i) {
    double cosine = 0;
    for (std::size_t k = 0; k < a.row(i).size(); ++k) cosine += static_cast<double>(a.row(i)[k]) * b.row(i)[k];
    if (!(cosine >= least))
      fail(ErrorCode::kCorrupt, "text ", i, " of the built-in ones: expected a cosine of at least ", least,
           " to the vector of fp32, found ", cosine, "; use --compute ",
           encoder.info().compute == "int8" ? "bf16 or fp32" : "fp32", " for this model");
    lowest = std::min(lowest, cosine);
    sum += cosine;
  }
  return concat("cosine to fp32 on ", a.rows(), " texts: lowest ", lowest, ", mean ",
                sum / static_cast<double>(a.rows()));
}

/// golden.jsonl: one {"text": "...", "embedding": [...]} a line (docs/formats.md).
std::string check_golden(const Encoder& encoder, const std::filesystem::path& file) {
  std::int64_t count = 0;
  double worst = 0;
  for_each_golden(file, [&](const Json& record) {
    ++count;
    const std::vector<Json> want = record.at("embedding").elements();
    const std::string_view text = record.at("text").as_string();
    const Matrix got = encoder.encode(std::span(&text, 1));
    if (static_cast<std::int64_t>(want.size()) != got.cols())
      record.fail(concat("embedding: expected ", got.cols(), " numbers, found ", want.size()));
    double largest = 1;
    for (const Json& x : want) largest = std::max(largest, std::abs(x.as_number()));
    for (std::size_t i = 0; i < want.size(); ++i) {
      const double off = std::abs(want[i].as_number() - got.row(0)[i]) / largest;
      if (!(off <= kGoldenTolerance))
        record.fail(concat("component ", i, ": expected ", want[i].as_number(), ", found ", got.row(0)[i]));
      worst = std::max(worst, off);
    }
  });
  return concat(count, " vectors agree, worst difference ", worst);
}

}  // namespace

std::vector<VerifyCheck> verify_model(std::string_view model, const EncoderOptions& options) {
  std::vector<VerifyCheck> checks;
  std::filesystem::path folder;
  PipelineConfig pipeline;
  const auto shape_of = [](const EncoderConfig& c) {
    return concat(c.model_type, ", ", c.layers, " layers of ", c.hidden_size, ", ", c.heads, " heads");
  };
  if (!add_check(checks, "folder", [&] { return (folder = find_model_folder(model)).string(); })) return checks;
  if (is_bundle(folder) && !add_check(checks, "checksums", [&] {
        check_bundle(folder);
        return concat(files_below(folder).size(), " files");
      }))
    return checks;
  if (!add_check(checks, "configuration", [&] {
        pipeline = read_pipeline(folder, options.pooling);
        return shape_of(pipeline.encoder);
      }))
    return checks;

  // Independent of each other: a person who repairs a folder wants to see all that is wrong.
  const bool tokenizer = add_check(checks, "tokenizer", [&] {
    const Tokenizer t = Tokenizer::load(pipeline.transformer_folder);
    return concat(t.description().model, " from ", t.description().source, ", ", t.vocab_size(), " tokens");
  });
  const bool weights = add_check(checks, "weights", [&] {
    ThreadPool pool(1);
    const EncoderWeights w = load_encoder_weights(pipeline.transformer_folder, pipeline.encoder, pool);
    return concat(w.parameters, " parameters as ", w.dtype, ", all finite");
  });
  if (!tokenizer || !weights) return checks;

  std::optional<Encoder> encoder;
  if (!add_check(checks, "pipeline", [&] {
        encoder = Encoder::load(model, options);
        std::string modules;
        for (const std::string& m : encoder->info().modules) modules.append(modules.empty() ? "" : ", ").append(m);
        return modules;
      }))
    return checks;
  add_check(checks, "forward pass", [&] { return check_forward(*encoder); });
  // Golden vectors are float32's, and so is what other arithmetic is measured by.
  std::optional<Encoder> exact;
  const Encoder* float32 = &*encoder;
  if (encoder->info().compute != "fp32") {
    EncoderOptions with_float32 = options;
    with_float32.compute = ComputeType::kFloat32;
    float32 = &exact.emplace(Encoder::load(model, with_float32));
    add_check(checks, concat("compute ", encoder->info().compute),
              [&] { return check_against_float32(*encoder, *exact); });
  }
  if (const auto golden = folder / "golden.jsonl"; file_exists(golden))
    add_check(checks, "golden vectors", [&] { return check_golden(*float32, golden); });
  return checks;
}

}  // namespace sememe
