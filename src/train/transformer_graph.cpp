#include "train/transformer_graph.h"

#include <algorithm>

#include "base/fail.h"
#include "io/dtype.h"
#include "model/tensor_names.h"
#include "nn/linear.h"

namespace sememe::train {
namespace {

// Places of dropout, apart for every layer.
constexpr std::uint64_t kEmbedding = 0, kPlaces = 4, kAttention = 1, kAttentionOut = 2, kOutput = 3;

std::uint64_t place(std::size_t layer, std::uint64_t which) { return kPlaces * layer + which; }

/// to = dropout(from), which may be `to`.
template <class T>
void drop_rows(const Dropout& dropout, std::uint64_t where, MatView<const T> from, MatView<T> to, ThreadPool* pool) {
  if (from.data == to.data && dropout.rate <= 0) return;
  for_each_rows(pool, from.rows, 16, [&](std::int64_t first, std::int64_t count) {
    for (std::int64_t i = first; i < first + count; ++i) {
      if (from.data != to.data) std::copy_n(from.row(i), from.cols, to.row(i));
      dropout.apply(where, static_cast<std::uint64_t>(dropout.first_token + i), to.row(i), to.cols);
    }
  });
}

/// sum = dropout(branch) + h, which may be h or the branch.
template <class T>
void add_dropped(const Dropout& dropout, std::uint64_t where, MatView<T> branch, MatView<const T> h, MatView<T> sum,
                 ThreadPool* pool) {
  for_each_rows(pool, h.rows, 16, [&](std::int64_t first, std::int64_t count) {
    for (std::int64_t i = first; i < first + count; ++i) {
      dropout.apply(where, static_cast<std::uint64_t>(dropout.first_token + i), branch.row(i), branch.cols);
      add_row(branch.row(i), h.row(i), sum.row(i), h.cols);
    }
  });
}

}  // namespace

template <class T>
LinearGraph<T>::LinearGraph(std::vector<Parameter<T>*> weights, std::vector<Parameter<T>*> biases)
    : weights_(std::move(weights)), biases_(std::move(biases)), in_(weights_.front()->cols()) {
  for (const Parameter<T>* w : weights_) out_ += w->rows();
}

template <class T>
bool LinearGraph<T>::trained() const {
  const auto is = [](const Parameter<T>* p) { return p->trained; };
  return !adapters_.empty() || std::any_of(weights_.begin(), weights_.end(), is) ||
         std::any_of(biases_.begin(), biases_.end(), is);
}

template <class T>
void LinearGraph<T>::prepare(ThreadPool* pool) {
  forward_.resize(in_, out_);
  backward_.resize(out_, in_);
  if (bias_.empty()) bias_ = Buffer<T>(forward_.panels() * forward_.width(), T(0));
  std::int64_t at = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    forward_.put_transposed(weights_[i]->matrix(), at, pool);
    backward_.put_rows(weights_[i]->matrix(), at, pool);
    if (!biases_.empty()) std::copy_n(biases_[i]->value.data(), weights_[i]->rows(), bias_.data() + at);
    at += weights_[i]->rows();
  }
  for (Adapter& a : adapters_) a.graph.prepare(pool);
}

template <class T>
void LinearGraph<T>::adapt(std::size_t i, LoraGraph<T> adapter) {
  std::int64_t first = 0;
  for (std::size_t before = 0; before < i; ++before) first += weights_[before]->rows();
  adapters_.push_back({std::move(adapter), first, weights_[i]->rows()});
}

template <class T>
void LinearGraph<T>::forward(MatView<const T> x, MatView<T> y, ThreadPool* pool, const Dropout& dropout) {
  multiply<T>(x, forward_, bias_.data(), false, y, pool);
  for (Adapter& a : adapters_)
    a.graph.forward(x, dropout, MatView<T>(y.data + a.first, y.rows, a.columns, y.stride), pool);
}

template <class T>
void LinearGraph<T>::backward(MatView<const T> x, MatView<const T> d_y, bool accumulate, MatView<T> d_x,
                              ThreadPool* pool, const Dropout& dropout) {
  if (d_x.data != nullptr) multiply<T>(d_y, backward_, nullptr, accumulate, d_x, pool);
  std::int64_t at = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    const MatView<const T> part(d_y.data + at, d_y.rows, weights_[i]->rows(), d_y.stride);
    if (weights_[i]->trained) outer_sum<T>(part, x, weights_[i]->gradient_matrix(), pool);
    if (!biases_.empty() && biases_[i]->trained) column_sum<T>(part, biases_[i]->gradient_matrix().data, pool);
    at += weights_[i]->rows();
  }
  for (Adapter& a : adapters_)
    a.graph.backward(x, dropout, MatView<const T>(d_y.data + a.first, d_y.rows, a.columns, d_y.stride), d_x, pool);
}

template <class T>
TransformerGraph<T>::TransformerGraph(const EncoderConfig& config, ParameterSet<T>& parameters)
    : config_(config), attention_(config.heads, config.head_dim()) {
  for (const auto& p : parameters.all()) p->trained = false;  // what the way of a text does not touch stays as it is
  std::int64_t layer = 0;
  const std::int64_t d = config.hidden_size, f = config.intermediate_size;
  const auto take = [&](Param param, std::vector<std::int64_t> shape) {
    const auto names = tensor_names(config.family, param, layer);
    Parameter<T>* const p = parameters.find_any("", names);
    if (p == nullptr)
      fail(ErrorCode::kCorrupt, "tensor '", names.front(),
           "' is missing; the weights are not those of this model_type");
    if (p->shape != shape)
      fail(ErrorCode::kCorrupt, "tensor '", p->name, "' is ", shape_text(p->shape), " but config.json makes it ",
           shape_text(shape));
    p->trained = true;
    return p;
  };
  const auto norm = [&](Param gamma, Param beta) { return Norm{take(gamma, {d}), take(beta, {d})}; };
  words_ = take(Param::kWords, {config.vocab_size, d});
  words_->by_rows = true;
  positions_ = take(Param::kPositions, {config.max_positions, d});
  if (config.type_vocab_size > 0) types_ = take(Param::kTypes, {config.type_vocab_size, d});
  if (config.embedding_norm) embedding_norm_ = norm(Param::kEmbeddingNormGamma, Param::kEmbeddingNormBeta);
  if (config.norm == NormPlacement::kPre) final_norm_ = norm(Param::kFinalNormGamma, Param::kFinalNormBeta);
  for (; layer < config.layers; ++layer) {
    Layer l;
    l.qkv = LinearGraph<T>(
        {take(Param::kQueryWeight, {d, d}), take(Param::kKeyWeight, {d, d}), take(Param::kValueWeight, {d, d})},
        {take(Param::kQueryBias, {d}), take(Param::kKeyBias, {d}), take(Param::kValueBias, {d})});
    l.attention_out = LinearGraph<T>({take(Param::kAttentionOutWeight, {d, d})}, {take(Param::kAttentionOutBias, {d})});
    l.up = LinearGraph<T>({take(Param::kUpWeight, {f, d})}, {take(Param::kUpBias, {f})});
    l.down = LinearGraph<T>({take(Param::kDownWeight, {d, f})}, {take(Param::kDownBias, {d})});
    l.attention_norm = norm(Param::kAttentionNormGamma, Param::kAttentionNormBeta);
    l.output_norm = norm(Param::kOutputNormGamma, Param::kOutputNormBeta);
    layers_.push_back(std::move(l));
  }
  tapes_.resize(layers_.size());
}

template <class T>
void TransformerGraph<T>::add_adapters(const LoraOptions& lora, std::uint64_t seed, ParameterSet<T>& parameters) {
  for (const auto& p : parameters.all()) p->trained = false;
  std::uint64_t number = 0;
  std::string modules;
  for (Layer& l : layers_)
    for (LinearGraph<T>* linear : {&l.qkv, &l.attention_out, &l.up, &l.down})
      for (std::size_t i = 0; i < linear->weights().size(); ++i) {
        const Parameter<T>& weight = *linear->weights()[i];
        const std::string module = module_of(weight.name);
        if (&l == &layers_.front()) modules.append(modules.empty() ? "" : ", ").append(module);
        if (is_target(lora, module)) linear->adapt(i, make_adapter(lora, module, weight, seed, number++, parameters));
      }
  if (number == 0)
    fail(ErrorCode::kInvalidArgument,
         "lora: no linear layer has a name of target_modules; those of the first layer are ", modules);
}

template <class T>
void TransformerGraph<T>::prepare(ThreadPool* pool) {
  for (Layer& l : layers_)
    for (LinearGraph<T>* linear : {&l.qkv, &l.attention_out, &l.up, &l.down}) linear->prepare(pool);
}

template <class T>
MatView<T> TransformerGraph<T>::view(Buffer<T>& memory, std::int64_t rows, std::int64_t cols) const {
  memory.reserve_discard(rows * padded_stride(cols));
  return {memory.data(), rows, cols, padded_stride(cols)};
}

template <class T>
MatView<T> TransformerGraph<T>::stream(std::size_t layer, std::int64_t rows) {
  const bool own = config_.norm == NormPlacement::kPost && layer < layers_.size();
  return view(own ? tapes_[layer].qkv_input : hidden_, rows, config_.hidden_size);
}

template <class T>
MatView<const T> TransformerGraph<T>::forward(const TokenBatch& batch, const Dropout& dropout, ThreadPool* pool) {
  const MatView<T> h = stream(0, batch.tokens());
  for_each_rows(pool, batch.texts(), 4, [&](std::int64_t first, std::int64_t count) {
    for (auto text = static_cast<std::size_t>(first); text < static_cast<std::size_t>(first + count); ++text)
      for (std::int64_t t = batch.offsets[text]; t < batch.offsets[text + 1]; ++t) {
        const T* const word = words_->matrix().row(batch.ids[static_cast<std::size_t>(t)]);
        const T* const position = positions_->matrix().row(t - batch.offsets[text]);
        for (std::int64_t i = 0; i < h.cols; ++i)
          h.row(t)[i] = T(static_cast<double>(word[i]) + (types_ != nullptr ? types_->value[i] : T(0)) + position[i]);
      }
  });
  if (config_.embedding_norm)
    norm_forward<T>(h, *embedding_norm_.gamma, *embedding_norm_.beta, config_.norm_eps, embedding_tape_, h, pool);
  drop_rows<T>(dropout, kEmbedding, h, h, pool);
  for (std::size_t i = 0; i < layers_.size(); ++i) layer_forward(i, batch, dropout, pool);
  const MatView<T> out = view(hidden_, h.rows, h.cols);
  if (config_.norm == NormPlacement::kPre)
    norm_forward<T>(out, *final_norm_.gamma, *final_norm_.beta, config_.norm_eps, final_tape_, out, pool);
  return out;
}

// Post-norm:  h = norm(h + attention(h)),        h = norm(h + feed_forward(h))
// Pre-norm:   h = h + attention(norm(h)),        h = h + feed_forward(norm(h))
// Post-norm's h is what the next linear layer reads, and goes straight to where backward finds it.
template <class T>
void TransformerGraph<T>::layer_forward(std::size_t i, const TokenBatch& batch, const Dropout& dropout,
                                        ThreadPool* pool) {
  Layer& l = layers_[i];
  LayerTape& tape = tapes_[i];
  const bool pre = config_.norm == NormPlacement::kPre;
  const std::int64_t n = batch.tokens(), d = config_.hidden_size, f = config_.intermediate_size;
  const MatView<T> input = view(tape.qkv_input, n, d), qkv = view(tape.qkv, n, 3 * d),
                   context = view(tape.context, n, d), up_input = view(tape.up_input, n, d), up = view(tape.up, n, f),
                   wide = view(wide_, n, f), branch = view(narrow_, n, d), h = stream(i, n), next = stream(i + 1, n),
                   sum = pre ? h : branch;
  const auto norm = [&](const Norm& p, NormTape<T>& norm_tape, MatView<const T> x, MatView<T> y) {
    norm_forward<T>(x, *p.gamma, *p.beta, config_.norm_eps, norm_tape, y, pool);
  };
  if (pre) norm(l.attention_norm, tape.attention_norm, h, input);
  l.qkv.forward(input, qkv, pool, dropout);
  attention_.forward(qkv, batch.offsets, dropout, place(i, kAttention), context, pool);
  l.attention_out.forward(context, branch, pool, dropout);
  add_dropped<T>(dropout, place(i, kAttentionOut), branch, h, sum, pool);
  pre ? norm(l.output_norm, tape.output_norm, sum, up_input)
      : norm(l.attention_norm, tape.attention_norm, sum, up_input);

  l.up.forward(up_input, up, pool, dropout);
  activation_forward<T>(config_.activation, up, wide, pool);
  l.down.forward(wide, branch, pool, dropout);
  add_dropped<T>(dropout, place(i, kOutput), branch, pre ? h : up_input, sum, pool);
  if (!pre) norm(l.output_norm, tape.output_norm, sum, next);
}

template <class T>
void TransformerGraph<T>::layer_backward(std::size_t i, const TokenBatch& batch, const Dropout& dropout, MatView<T> d_h,
                                         bool below, ThreadPool* pool) {
  Layer& l = layers_[i];
  LayerTape& tape = tapes_[i];
  const bool pre = config_.norm == NormPlacement::kPre;
  const std::int64_t n = d_h.rows, d = d_h.cols, f = config_.intermediate_size;
  const MatView<T> branch = view(narrow_, n, d), wide = view(wide_, n, f), d_normed = view(normed_, n, d),
                   d_context = view(d_context_, n, d), d_qkv = view(d_qkv_, n, 3 * d);
  const MatView<T> up = view(tape.up, n, f);
  // Post-norm: d_h becomes the gradient of the norm's input, and that of a branch's input is added to it. Pre-norm: the
  // latter goes through the norm before the branch.
  const auto norm = [&](const Norm& p, const NormTape<T>& norm_tape) {
    norm_backward<T>(pre ? d_normed : d_h, norm_tape, *p.gamma, *p.beta, pre, d_h, pool);
  };

  if (!pre) norm(l.output_norm, tape.output_norm);
  drop_rows<T>(dropout, place(i, kOutput), d_h, branch, pool);
  activation_forward<T>(config_.activation, up, wide, pool);
  const MatView<T> d_wide = view(d_wide_, n, f);
  l.down.backward(wide, branch, false, d_wide, pool, dropout);
  activation_backward<T>(config_.activation, up, d_wide, pool);
  l.up.backward(view(tape.up_input, n, d), d_wide, !pre, pre ? d_normed : d_h, pool, dropout);
  if (pre) norm(l.output_norm, tape.output_norm);

  if (!pre) norm(l.attention_norm, tape.attention_norm);
  drop_rows<T>(dropout, place(i, kAttentionOut), d_h, branch, pool);
  l.attention_out.backward(view(tape.context, n, d), branch, false, d_context, pool, dropout);
  attention_.backward(view(tape.qkv, n, 3 * d), batch.offsets, dropout, place(i, kAttention), d_context, d_qkv, pool);
  l.qkv.backward(view(tape.qkv_input, n, d), d_qkv, !pre, below || pre ? (pre ? d_normed : d_h) : MatView<T>(), pool,
                 dropout);
  if (pre) norm(l.attention_norm, tape.attention_norm);
}

template <class T>
void TransformerGraph<T>::backward(const TokenBatch& batch, const Dropout& dropout, MatView<T> d_hidden,
                                   ThreadPool* pool) {
  const auto norm = [&](const Norm& p, const NormTape<T>& tape) {
    norm_backward<T>(d_hidden, tape, *p.gamma, *p.beta, false, d_hidden, pool);
  };
  if (config_.norm == NormPlacement::kPre) norm(final_norm_, final_tape_);
  const bool tables = words_->trained || positions_->trained || (types_ != nullptr && types_->trained) ||
                      (config_.embedding_norm && embedding_norm_.gamma->trained);
  std::size_t lowest = layers_.size();  // below it nothing is trained
  for (std::size_t i = layers_.size(); i-- > 0;)
    for (const LinearGraph<T>* linear : {&layers_[i].qkv, &layers_[i].attention_out, &layers_[i].up, &layers_[i].down})
      if (linear->trained() || layers_[i].output_norm.gamma->trained) lowest = i;
  if (tables) lowest = 0;
  for (std::size_t i = layers_.size(); i-- > lowest;)
    layer_backward(i, batch, dropout, d_hidden, i > lowest || tables, pool);
  if (!tables) return;
  drop_rows<T>(dropout, kEmbedding, d_hidden, d_hidden, pool);
  if (config_.embedding_norm) norm(embedding_norm_, embedding_tape_);
  embedding_backward(batch, d_hidden, pool);
}

template <class T>
void TransformerGraph<T>::embedding_backward(const TokenBatch& batch, MatView<const T> d, ThreadPool* pool) {
  const MatView<T> words = words_->gradient_matrix(), positions = positions_->gradient_matrix();
  T* const type = types_ != nullptr ? types_->gradient_matrix().data : nullptr;
  for (const std::int32_t id : batch.ids) words_->touched[static_cast<std::size_t>(id)] = 1;
  // Columns are shared out, so that every sum runs over tokens in their order.
  for_each_rows(pool, d.cols, 64, [&](std::int64_t first, std::int64_t count) {
    for (std::size_t text = 0; text + 1 < batch.offsets.size(); ++text)
      for (std::int64_t t = batch.offsets[text]; t < batch.offsets[text + 1]; ++t) {
        T* const word = words.row(batch.ids[static_cast<std::size_t>(t)]);
        T* const position = positions.row(t - batch.offsets[text]);
        for (std::int64_t i = first; i < first + count; ++i) {
          word[i] += d.row(t)[i];
          position[i] += d.row(t)[i];
          if (type != nullptr) type[i] += d.row(t)[i];
        }
      }
  });
}

template class LinearGraph<float>;
template class LinearGraph<double>;
template class TransformerGraph<float>;
template class TransformerGraph<double>;

}  // namespace sememe::train
