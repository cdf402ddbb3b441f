#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "sememe/matrix.h"
#include "train/parameters.h"

namespace sememe::train {

/// How vectors are judged. What each takes: `columns` of a row of data, and its number or vectors beside them.
enum class LossKind {
  kLesson,            ///< anchor, positive, negative: -cos(a, p) + cos(a, n)
  kRanking,           ///< anchor, positive, negatives...: InfoNCE over all positives and negatives of the batch
  kGist,              ///< the same, without candidates that a guide model finds as near as the positive
  kCosent,            ///< pairs with a score: log(1 + sum e^(cos_i - cos_j)) over pairs whose scores say cos_i < cos_j
  kAngle,             ///< the same with the angle of complex halves (AnglE)
  kCosineSimilarity,  ///< pairs with a score: (cos - score)^2
  kContrastive,       ///< pairs with a label 0 or 1
  kOnlineContrastive,
  kTriplet,  ///< anchor, positive, negative
  kBatchHard,
  kBatchHardSoftMargin,
  kBatchSemiHard,
  kBatchAll,   ///< these four: single texts with a class
  kSoftmax,    ///< pairs with a class: a classifier of (u, v, |u - v|), as for NLI
  kMse,        ///< texts with a teacher's vector
  kDistill,    ///< the same: 1 - cos to it, and the squared difference of the in-batch cosines
  kMarginMse,  ///< anchor, positive, negative with the teacher's margin
  kMasked,     ///< single texts: hidden tokens are found again (BERT's pre-training); not of vectors
  kKlDiv,      ///< anchor, positive, negatives... with the teacher's scores
};

enum class Distance { kCosine, kEuclidean, kManhattan };

struct LossSpec {
  LossKind kind = LossKind::kRanking;
  double scale = 20;       ///< kRanking, kCosent, kAngle: of cosines; kGist: 100 (1 / temperature)
  double margin = 0.5;     ///< contrastive and triplet losses; kGist: how much nearer than the positive is too near
  double temperature = 1;  ///< kKlDiv
  double structure = 5;    ///< kDistill: weight of the in-batch cosines
  double mask = 0.15;      ///< kMasked: share of the tokens that are chosen
  bool symmetric = false;  ///< kRanking: mean with the way from positive to anchor
  Distance distance = Distance::kCosine;
  std::int64_t classes = 0;              ///< kSoftmax
  std::vector<std::int64_t> dimensions;  ///< Matryoshka: the loss of each prefix of the vectors, summed
  std::vector<double> weights;           ///< of those; empty: 1 each
};

/// The kind's defaults for names as config files spell them ("mnr", "cosent", ...); nullopt for another name.
std::optional<LossSpec> parse_loss(std::string_view name);
std::string loss_names();
std::string_view loss_name(LossKind kind);

/// What a loss looks at, apart from the vectors.
enum class LossTarget { kNone, kScore, kBinary, kClass, kVector, kScores };
LossTarget loss_target(LossKind kind);
/// Least and most columns of texts that a loss takes.
std::pair<std::size_t, std::size_t> loss_columns(LossKind kind);

template <class T>
struct LossBatch {
  std::vector<MatView<const T>> columns;  ///< (B, D) each
  std::vector<MatView<T>> gradients;      ///< the same shapes, added to
  std::span<const double> targets;        ///< B numbers; kVector: (columns * B, width); kScores: (B, columns - 1)
  std::int64_t target_width = 1;
  std::vector<MatView<const float>> guide;                   ///< kGist: the guide's vectors of each column
  Parameter<T>*head_weight = nullptr, *head_bias = nullptr;  ///< kSoftmax: (classes, 3 D) and (classes)
};

/// The mean loss of the batch, of any kind but kMasked; its gradient, times `factor`, is added to batch.gradients. Sums
/// are in double and in one order for any pool. Source   the classes of sentence_transformers.losses of these names;
/// kLesson and kDistill are Sememe's own.
template <class T>
double compute_loss(const LossSpec& spec, LossBatch<T>& batch, double factor, ThreadPool& pool);

}  // namespace sememe::train
