#include "train/encoder_graph.h"

#include "nn/linear.h"

namespace sememe::train {
namespace {

template <class T>
ParameterSet<T> load_parameters(const PipelineConfig& pipeline) {
  ParameterSet<T> all;
  all.load(pipeline.transformer_folder, "");
  for (const PipelineConfig::Step& step : pipeline.steps)
    if (step.kind != PipelineConfig::Step::Kind::kNormalize)
      all.load(step.folder, step.folder.filename().string() + "/");
  return all;
}

}  // namespace

template <class T>
EncoderGraph<T>::EncoderGraph(const PipelineConfig& pipeline, ThreadPool& pool)
    : EncoderGraph(pipeline, load_parameters<T>(pipeline), pool) {}

template <class T>
EncoderGraph<T>::EncoderGraph(const PipelineConfig& pipeline, ParameterSet<T> parameters, ThreadPool& pool)
    : pipeline_(pipeline),
      pool_(pool),
      parameters_(std::move(parameters)),
      transformer_(pipeline.encoder, parameters_),
      head_(pipeline, parameters_) {
  prepare();
}

template <class T>
void EncoderGraph<T>::add_adapters(const LoraOptions& lora, std::uint64_t seed) {
  transformer_.add_adapters(lora, seed, parameters_);
  prepare();
}

template <class T>
void EncoderGraph<T>::prepare() {
  transformer_.prepare(&pool_);
  head_.prepare(&pool_);
}

template <class T>
void EncoderGraph<T>::forward(const TokenBatch& batch, std::int64_t prompt_tokens, const Dropout& dropout,
                              MatView<T> out) {
  hidden_ = transformer_.forward(batch, dropout, &pool_);
  head_.forward(batch, prompt_tokens, hidden_, out, &pool_);
}

template <class T>
void EncoderGraph<T>::backward(const TokenBatch& batch, std::int64_t prompt_tokens, const Dropout& dropout,
                               MatView<const T> d_out) {
  const std::int64_t stride = padded_stride(hidden_.cols);
  d_hidden_.reserve_discard(batch.tokens() * stride);
  const MatView<T> d_hidden(d_hidden_.data(), batch.tokens(), hidden_.cols, stride);
  head_.backward(batch, prompt_tokens, hidden_, d_out, d_hidden, &pool_);
  transformer_.backward(batch, dropout, d_hidden, &pool_);
}

template class EncoderGraph<float>;
template class EncoderGraph<double>;

}  // namespace sememe::train
