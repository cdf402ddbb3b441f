#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/encoder_config.h"
#include "train/parameters.h"
#include "train/row_ops.h"
#include "train/transformer_graph.h"

namespace sememe::train {

/// A token that was hidden: its row in the packed batch and the id that stood there.
struct MaskedToken {
  std::int64_t row;
  std::int32_t id;
};

/// What the texts of a batch become for masked-language-model training.
struct MaskedTokens {
  std::vector<std::int32_t> ids;
  std::vector<MaskedToken> masked;  ///< by row
};

struct MaskRules {
  double share = 0.15;       ///< of the tokens that are not special: chosen, and to be found again
  std::int32_t mask_id = 0;  ///< of [MASK]
  std::int32_t vocab_size = 0;
  std::vector<bool> special;  ///< by id: never chosen
};

/// Chooses tokens by counter-based random numbers, a function of seed, number and row alone. Of those chosen 80 %
/// become [MASK], 10 % any id, 10 % stay. Source   Devlin et al. 2019; transformers' DataCollatorForLanguageModeling.
MaskedTokens mask_tokens(std::span<const std::int32_t> ids, const MaskRules& rules, std::uint64_t seed,
                         std::uint64_t number);

/// From hidden states to the ids that were hidden: Dense, GELU and LayerNorm, then the word table, transposed, and a
/// bias. Source   BertForMaskedLM (BertLMPredictionHead with tied weights).
template <class T>
class MaskedHead {
 public:
  /// Takes "cls.predictions.*" of `parameters`, or adds them there as "loss/cls.predictions.*" with values as a new
  /// model has them, to be left behind with the losses. Marks all as trained.
  MaskedHead(const EncoderConfig& config, ParameterSet<T>& parameters, std::uint64_t seed);

  /// Packs the weights as they are now.
  void prepare(ThreadPool* pool);
  /// Sum of -log p(id) over `masked`; the gradient of it, times `factor`, is written to d_hidden (all rows of it) and
  /// added to the parameters.
  /// Shapes   hidden, d_hidden (N, D).
  double learn(MatView<const T> hidden, std::span<const MaskedToken> masked, double factor, MatView<T> d_hidden,
               ThreadPool* pool);

 private:
  Parameter<T>*words_, *gamma_, *beta_;
  LinearGraph<T> dense_, decoder_;
  Activation activation_;
  double norm_eps_;
  NormTape<T> tape_;
  Buffer<T> input_, dense_out_, normed_, scores_, d_normed_, d_dense_, d_input_;
};

}  // namespace sememe::train
