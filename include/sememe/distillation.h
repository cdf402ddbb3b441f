#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace sememe {

struct DistillOptions {
  std::int64_t dimensions = 0;   ///< of a row; 0: 256, or as many as the model has
  double sif = 1e-4;             ///< weight of a piece: sif / (sif + its part of all tokens, by Zipf's law); 0: none
  std::string pooling = "mean";  ///< of the last hidden states of a piece and the special tokens around it
  int threads = 0;               ///< 0: all cores the process may use
  std::function<void(std::int64_t done, std::int64_t total)> progress;  ///< pieces; called from the calling thread
};

/// Makes a static model of a transformer, without any text: each piece of the vocabulary goes through the model alone,
/// between its special tokens; the pooled vectors are projected on their principal components and weighted, as if the
/// pieces stood in the order of their frequency. A text is then the mean of its pieces' rows, scaled to length 1.
///
/// Shapes   embeddings (V', K) float32. V': the pieces but special tokens, other added ones and [unusedN]; those for
///          unknown and padding stay, so that rows are in model2vec's order. The row of unknown tokens, which
///          model2vec leaves out and sentence-transformers counts, is zero: vectors are the same in both, and here.
/// Values   those of model2vec's distill() but for the signs of components; the same bits for any number of threads.
/// Files    `out`, a new folder: config.json, tokenizer.json, model.safetensors, modules.json, as model2vec writes
/// them. Errors   as Encoder::load; kInvalidArgument: options out of range, a folder that is there already;
/// kUnsupported: a
///          model that is static itself, or has no tokenizer.json; kIo.
/// Source   model2vec (github.com/MinishLab/model2vec); Arora et al. 2017, "A simple but tough-to-beat baseline for
///          sentence embeddings" (the weights).
void distill_static_model(std::string_view model, const std::filesystem::path& out, const DistillOptions& options = {});

}  // namespace sememe
