#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/pipeline.h"
#include "train/parameters.h"
#include "train/products.h"
#include "train/row_ops.h"
#include "train/transformer_graph.h"

namespace sememe::train {

/// Pools the tokens of one text and its backward pass: d_tokens += the gradient.
/// Shapes   tokens, d_tokens (L, D); out, d_out (D). Modes and `first` as pool_tokens(); the gradient of kMax goes to
///          the first of equal largest values.
template <class T>
void pool_forward(PoolingMode mode, MatView<const T> tokens, std::int64_t first, T* out);
template <class T>
void pool_backward(PoolingMode mode, MatView<const T> tokens, std::int64_t first, const T* d_out, MatView<T> d_tokens);

/// y = x / max(|x|, 1e-12) row by row, and d = (d - y (y d)) / |x| in place.
template <class T>
void normalize_rows(MatView<T> x, T* norms);
template <class T>
void normalize_rows_backward(MatView<const T> y, const T* norms, MatView<T> d);

/// From token vectors to one vector a text: pooling, then Dense, LayerNorm and Normalize as the model has them.
template <class T>
class HeadGraph {
 public:
  /// The parameters of step i are "<folder>/linear.weight" and kin, folder as `names` has it.
  HeadGraph(const PipelineConfig& pipeline, ParameterSet<T>& parameters);

  void prepare(ThreadPool* pool);
  std::int64_t dimensions() const { return dimensions_; }
  /// hidden (N, D) -> out (B, dimensions()). prompt_tokens: rows at each text's start that a model leaves out which
  /// does not pool its prompt.
  void forward(const TokenBatch& batch, std::int64_t prompt_tokens, MatView<const T> hidden, MatView<T> out,
               ThreadPool* pool);
  /// d_hidden (N, D) is written; gradients of the steps are added. After forward() of the same batch.
  void backward(const TokenBatch& batch, std::int64_t prompt_tokens, MatView<const T> hidden, MatView<const T> d_out,
                MatView<T> d_hidden, ThreadPool* pool);

 private:
  struct Step {
    PipelineConfig::Step::Kind kind;
    std::int64_t out;
    Activation activation;
    LinearGraph<T> linear;
    Parameter<T>*gamma = nullptr, *beta = nullptr;
    NormTape<T> tape;
    Buffer<T> input, output, norms;  ///< output: before the activation, or of Normalize
  };
  std::vector<PoolingMode> pooling_;
  bool include_prompt_;
  std::int64_t pooled_width_, dimensions_;
  std::vector<Step> steps_;
};

}  // namespace sememe::train
