#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/encoder_config.h"
#include "train/attention_graph.h"
#include "train/dropout.h"
#include "train/lora.h"
#include "train/parameters.h"
#include "train/products.h"
#include "train/row_ops.h"

namespace sememe::train {

/// Texts as token ids, one after another: text i is ids[offsets[i], offsets[i + 1]).
struct TokenBatch {
  std::span<const std::int32_t> ids;
  std::span<const std::int64_t> offsets;

  std::int64_t texts() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
  std::int64_t tokens() const { return static_cast<std::int64_t>(ids.size()); }
};

/// y = x W^T + b with several matrices stacked by rows (query, key and value), packed for both directions.
template <class T>
class LinearGraph {
 public:
  LinearGraph() = default;
  /// `biases` may be empty.
  LinearGraph(std::vector<Parameter<T>*> weights, std::vector<Parameter<T>*> biases);

  /// Packs the weights as they are now: after each change of them.
  void prepare(ThreadPool* pool);
  void forward(MatView<const T> x, MatView<T> y, ThreadPool* pool, const Dropout& dropout = {});
  /// Adds the gradients of weights and biases that are trained; d_x = d_y W, or += if `accumulate`; none if d_x is
  /// empty.
  void backward(MatView<const T> x, MatView<const T> d_y, bool accumulate, MatView<T> d_x, ThreadPool* pool,
                const Dropout& dropout = {});
  std::int64_t out() const { return out_; }
  bool trained() const;
  const std::vector<Parameter<T>*>& weights() const { return weights_; }
  /// Changes the part of matrix `i` by an adapter; `dropout` above is of adapters.
  void adapt(std::size_t i, LoraGraph<T> adapter);

 private:
  std::vector<Parameter<T>*> weights_, biases_;
  struct Adapter {
    LoraGraph<T> graph;
    std::int64_t first, columns;  ///< of y
  };
  std::vector<Adapter> adapters_;
  std::int64_t in_ = 0, out_ = 0;
  Panels<T> forward_, backward_;
  Buffer<T> bias_;
};

/// The transformer with what backward needs: forward() keeps the activations of one batch, backward() goes the same way
/// back. Families: those of EncoderConfig.
/// Values   the same bits for any pool. Memory  about (9 D + F) values a token and layer.
/// Source   Vaswani et al. 2017; Devlin et al. 2019 (places of dropout: BertModel).
template <class T>
class TransformerGraph {
 public:
  TransformerGraph(const EncoderConfig& config, ParameterSet<T>& parameters);

  /// Freezes all parameters and adds adapters to the layers that `lora` names, which are then trained.
  /// Errors   kInvalidArgument: no linear layer has such a name (lists those that there are).
  void add_adapters(const LoraOptions& lora, std::uint64_t seed, ParameterSet<T>& parameters);

  void prepare(ThreadPool* pool);
  /// Last hidden states (N, D), a view that lives until the next forward().
  MatView<const T> forward(const TokenBatch& batch, const Dropout& dropout, ThreadPool* pool);
  /// Adds the gradients of all trained parameters. `d_hidden` (N, D) is overwritten. After forward() of the same batch.
  void backward(const TokenBatch& batch, const Dropout& dropout, MatView<T> d_hidden, ThreadPool* pool);

  const EncoderConfig& config() const { return config_; }

 private:
  struct Norm {
    Parameter<T>*gamma = nullptr, *beta = nullptr;
  };
  struct Layer {
    LinearGraph<T> qkv, attention_out, up, down;
    Norm attention_norm, output_norm;
  };
  struct LayerTape {
    NormTape<T> attention_norm, output_norm;
    Buffer<T> qkv_input, qkv, context, up_input, up;  ///< up: before the activation
  };
  MatView<T> view(Buffer<T>& memory, std::int64_t rows, std::int64_t cols) const;
  /// What layer `layer` gets, or all of them give if it is their number.
  MatView<T> stream(std::size_t layer, std::int64_t rows);
  void layer_forward(std::size_t i, const TokenBatch& batch, const Dropout& dropout, ThreadPool* pool);
  void layer_backward(std::size_t i, const TokenBatch& batch, const Dropout& dropout, MatView<T> d_h, bool below,
                      ThreadPool* pool);
  void embedding_backward(const TokenBatch& batch, MatView<const T> d, ThreadPool* pool);

  EncoderConfig config_;
  Parameter<T>*words_, *positions_, *types_ = nullptr;
  Norm embedding_norm_, final_norm_;
  std::vector<Layer> layers_;

  AttentionGraph<T> attention_;
  NormTape<T> embedding_tape_, final_tape_;
  std::vector<LayerTape> tapes_;
  Buffer<T> hidden_, wide_, d_wide_, narrow_, normed_, d_qkv_, d_context_;
};

}  // namespace sememe::train
