#include "model/head.h"

#include <algorithm>
#include <string>

#include "model/weights.h"
#include "nn/layer_norm.h"

namespace sememe {
namespace {
constexpr float kTorchNormEps = 1e-5F;  // torch.nn.LayerNorm's own; the module's config.json does not carry it
}

Head::Head(const PipelineConfig& pipeline, ThreadPool& pool)
    : pooling_(pipeline.pooling),
      include_prompt_(pipeline.include_prompt),
      pooled_width_(pipeline.encoder.hidden_size * static_cast<std::int64_t>(pipeline.pooling.size())),
      dimensions_(pipeline.dimensions()) {
  using Kind = PipelineConfig::Step::Kind;
  for (const PipelineConfig::Step& config : pipeline.steps) {
    Step step;
    step.kind = config.kind;
    step.out = config.out;
    step.activation = config.activation;
    if (config.kind == Kind::kDense) {
      const TensorStore store = open_weights(config.folder);
      const Buffer<float> weight =
          read_tensor(store, std::vector<std::string>{"linear.weight"}, {config.out, config.in});
      Buffer<float> bias;
      if (config.bias) bias = read_tensor(store, std::vector<std::string>{"linear.bias"}, {config.out});
      step.linear = Linear(MatView<const float>(weight.data(), config.out, config.in), bias.span(), pool);
    } else if (config.kind == Kind::kLayerNorm) {
      const TensorStore store = open_weights(config.folder);
      step.gamma = read_tensor(store, std::vector<std::string>{"norm.weight"}, {config.out});
      step.beta = read_tensor(store, std::vector<std::string>{"norm.bias"}, {config.out});
    }
    steps_.push_back(std::move(step));
  }
}

void Head::pool(MatView<const float> tokens, std::int64_t prompt_tokens, std::span<float> out) const {
  const std::int64_t first = include_prompt_ ? 0 : std::min(prompt_tokens, tokens.rows);
  const auto width = static_cast<std::size_t>(tokens.cols);
  for (std::size_t i = 0; i < pooling_.size(); ++i)
    pool_tokens(pooling_[i], tokens, first, out.subspan(i * width, width));
}

void Head::finish(MatView<float> pooled, bool normalize, MatView<float> out) const {
  using Kind = PipelineConfig::Step::Kind;
  Buffer<float> memory;  // of `x`, once a Dense has changed the width
  MatView<float> x = pooled;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    if (step.kind == Kind::kDense) {
      Buffer<float> wider(x.rows * step.out);
      const MatView<float> y(wider.data(), x.rows, step.out);
      step.linear.forward(x, y, step.activation);
      memory = std::move(wider);
      x = y;
    } else if (step.kind == Kind::kLayerNorm) {
      layer_norm(x, step.gamma.span(), step.beta.span(), kTorchNormEps, x);
    } else if (normalize || i + 1 < steps_.size()) {
      for (std::int64_t row = 0; row < x.rows; ++row) normalize_l2(x.row_span(row));
    }
  }
  for (std::int64_t row = 0; row < x.rows; ++row) std::copy_n(x.row(row), x.cols, out.row(row));
}

}  // namespace sememe
