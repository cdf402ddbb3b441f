#include "model/text_trace.h"

#include <cmath>

#include "sememe/similarity.h"

namespace sememe {

TextTrace trace_text(const Encoder& encoder, const AttentionProbe& probe, std::string_view text) {
  EncodeOptions plain;
  plain.prompt = "";
  const std::string_view texts[] = {text};
  std::vector<TextStats> stats;
  TextTrace out;
  out.text = text;
  out.last = encoder.encode_tokens(texts, plain, &stats);
  out.stats = stats.front();
  out.steps = encoder.tokenizer().explain(text, {.truncation = Truncation{.max_length = encoder.info().max_tokens}});
  out.inside = probe.trace(out.last.ids);
  out.vector = encoder.encode(texts, plain);
  return out;
}

std::vector<float> cosine_shares(const TextTrace& one, const TextTrace& other) {
  const Matrix& rows = one.last.vectors;
  if (rows.cols() != one.vector.cols()) return {};
  std::vector<float> mean(rows.cols());
  for (std::int64_t t = 0; t < rows.rows(); ++t)
    for (std::int64_t i = 0; i < rows.cols(); ++i) mean[i] += rows.row(t)[i] / static_cast<float>(rows.rows());
  if (!(cosine_similarity(mean, one.vector.row(0)) > 0.9999F)) return {};
  const float lengths = std::sqrt(similarity(mean, mean, Measure::kDot)) *
                        std::sqrt(similarity(other.vector.row(0), other.vector.row(0), Measure::kDot));
  std::vector<float> out;
  for (std::int64_t t = 0; t < rows.rows(); ++t)
    out.push_back(similarity(rows.row(t), other.vector.row(0), Measure::kDot) /
                  (lengths * static_cast<float>(rows.rows())));
  return out;
}

}  // namespace sememe
