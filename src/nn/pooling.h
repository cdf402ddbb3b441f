#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sememe/matrix.h"

namespace sememe {

/// How the token vectors of a text become one vector. Names as sentence-transformers spells them:
/// "cls", "max", "mean", "mean_sqrt_len_tokens" ("mean_sqrt_len"), "weightedmean", "lasttoken".
/// The order here is the order of the parts when several are concatenated (sentence-transformers' own).
enum class PoolingMode { kCls, kMax, kMean, kMeanSqrtLen, kWeightedMean, kLastToken };

std::optional<PoolingMode> parse_pooling_mode(std::string_view name);
std::string_view pooling_mode_name(PoolingMode mode);

/// Pools the tokens of one text.
///
/// Shapes   tokens (L, D), L >= 1; out (D).
/// Values   kCls: row `first`; kMax: largest of each column; kMean: sum / L; kMeanSqrtLen: sum / sqrt(L);
///          kWeightedMean: sum of (i + 1) * row i / sum of (i + 1); kLastToken: row L - 1.
///          Rows before `first` (a prompt that is not pooled) are left out; weights keep counting from the first row.
/// Source   sentence_transformers Pooling.forward (SGPT, Muennighoff 2022, for weightedmean).
void pool_tokens(PoolingMode mode, MatView<const float> tokens, std::int64_t first, std::span<float> out);

/// x / max(|x|, 1e-12), as torch.nn.functional.normalize.
void normalize_l2(std::span<float> x);

}  // namespace sememe
