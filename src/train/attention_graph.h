#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "train/dropout.h"
#include "train/products.h"

namespace sememe::train {

/// Self-attention over packed texts, with dropout of its probabilities. The probabilities are not kept: backward makes
/// them again from Q and K, which costs less than their memory.
template <class T>
class AttentionGraph {
 public:
  AttentionGraph(std::int64_t heads, std::int64_t head_dim);

  /// As nn attention(): qkv (N, 3 D), context (N, D).
  void forward(MatView<const T> qkv, std::span<const std::int64_t> offsets, const Dropout& dropout, std::uint64_t place,
               MatView<T> context, ThreadPool* pool);
  /// d_qkv (N, 3 D) is written. With P = softmax(scale Q K^T), A = dropout(P):
  ///   dV = A^T dO,  dA = dO V^T,  dS = scale (A dA - P rowsum(A dA)),  dQ = dS K,  dK = dS^T Q
  void backward(MatView<const T> qkv, std::span<const std::int64_t> offsets, const Dropout& dropout,
                std::uint64_t place, MatView<const T> d_context, MatView<T> d_qkv, ThreadPool* pool);

 private:
  struct Scratch {
    Panels<T> right;
    Buffer<T> scores, kept, slopes;
  };
  MatView<T> probabilities(MatView<const T> q, MatView<const T> k, Scratch& s) const;
  void run(std::span<const std::int64_t> offsets, ThreadPool* pool,
           FunctionRef<void(std::int64_t begin, std::int64_t tokens, std::int64_t head, Scratch&)> job);

  std::int64_t heads_, head_dim_;
  double scale_;
  std::vector<Scratch> scratch_;
};

}  // namespace sememe::train
