#pragma once

#include <cstdint>
#include <filesystem>

#include "model/pipeline.h"
#include "train/head_graph.h"
#include "train/parameters.h"
#include "train/transformer_graph.h"

namespace sememe::train {

/// A whole sentence encoder that can be trained: token ids to vectors and back.
template <class T>
class EncoderGraph {
 public:
  /// Reads the weights of the transformer and of the modules after it. Errors  those of ParameterSet::load.
  EncoderGraph(const PipelineConfig& pipeline, ThreadPool& pool);
  /// The same with parameters that are there already.
  EncoderGraph(const PipelineConfig& pipeline, ParameterSet<T> parameters, ThreadPool& pool);

  const PipelineConfig& pipeline() const { return pipeline_; }
  ParameterSet<T>& parameters() { return parameters_; }
  TransformerGraph<T>& transformer() { return transformer_; }
  std::int64_t dimensions() const { return head_.dimensions(); }

  /// As TransformerGraph::add_adapters; the modules after the transformer are frozen, too.
  void add_adapters(const LoraOptions& lora, std::uint64_t seed);

  /// Packs the weights as they are now: after loading them and after each step of the optimizer.
  void prepare();
  /// out (B, dimensions()). Requires ids below vocab_size, texts of 1 to max_positions tokens.
  void forward(const TokenBatch& batch, std::int64_t prompt_tokens, const Dropout& dropout, MatView<T> out);
  /// Adds the gradients of the parameters, given d_out (B, dimensions()). After forward() of the same batch.
  void backward(const TokenBatch& batch, std::int64_t prompt_tokens, const Dropout& dropout, MatView<const T> d_out);

 private:
  PipelineConfig pipeline_;
  ThreadPool& pool_;
  ParameterSet<T> parameters_;
  TransformerGraph<T> transformer_;
  HeadGraph<T> head_;
  MatView<const T> hidden_;
  Buffer<T> d_hidden_;
};

}  // namespace sememe::train
