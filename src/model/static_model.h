#pragma once

#include <cstdint>
#include <filesystem>

#include "base/thread_pool.h"
#include "model/encoder_config.h"
#include "model/weights.h"

namespace sememe {

/// A static model: a table with a row for each token, and a text is the mean of its tokens' rows.
/// Files    model.safetensors with "embeddings" or "embedding.weight" (rows, D) in any floating type or I8; model2vec
///          may add "mapping" (V), the row of each token, and "weights" (V), the factor of each token.
/// Source   StaticEmbedding of sentence-transformers; model2vec (github.com/MinishLab/model2vec).

/// The sizes, from the tensors alone: config.json does not hold them.
/// `sentence_transformers`: the folder is one of its modules, and tokens that are unknown count like any other; else,
/// and where there is a mapping or weights, which model2vec alone reads, they are left out as it does.
/// Errors   kCorrupt, naming file, tensor, expected and found; kUnsupported: another type, or only a pickle.
EncoderConfig read_static_config(const std::filesystem::path& folder, bool sentence_transformers);

/// The table in float32, mapping and weights applied; a plain float32 table stays in the mapped file.
/// Errors   as above; kCorrupt: NaN or infinity, or a mapping to a row that is not there.
EncoderWeights load_static_weights(const std::filesystem::path& folder, const EncoderConfig& config, ThreadPool& pool);

/// out (D) = the mean of the rows `ids` of `table` (V, D), added in their order; zeros without ids.
void mean_rows(std::span<const std::int32_t> ids, MatView<const float> table, std::span<float> out);

}  // namespace sememe
