#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "sememe/matrix.h"

namespace sememe {

/// How close two vectors are: larger is closer. kEuclidean and kManhattan are negative distances.
/// Source   sentence_transformers.util (cos_sim, dot_score, euclidean_sim, manhattan_sim).
enum class Measure { kCosine, kDot, kEuclidean, kManhattan };

std::optional<Measure> parse_measure(std::string_view name);  ///< "cosine", "dot", "euclidean", "manhattan"
std::string_view measure_name(Measure measure);

/// Similarity of two vectors of equal length. Zero vectors have cosine 0.
/// Errors   kInvalidArgument: different lengths.
/// Threads  pure.
float similarity(std::span<const float> a, std::span<const float> b, Measure measure = Measure::kCosine);
inline float cosine_similarity(std::span<const float> a, std::span<const float> b) { return similarity(a, b); }

/// All pairs: out(i, j) = similarity(a_i, b_j).
/// Shapes   a (N, D), b (M, D) -> (N, M).
Matrix similarity_matrix(MatView<const float> a, MatView<const float> b, Measure measure = Measure::kCosine);

}  // namespace sememe
