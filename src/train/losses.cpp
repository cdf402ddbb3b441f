#include "train/losses.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "train/loss_work.h"

namespace sememe::train {
namespace {

struct Row {
  std::string_view name;
  LossKind kind;
  LossTarget target;
  std::size_t least, most;  // columns of texts
  double scale, margin;
  double (*compute)(const LossSpec&, LossWork&);
};

constexpr std::size_t kMany = 64;
constexpr std::array kRows = {
    Row{"mnr", LossKind::kRanking, LossTarget::kNone, 2, kMany, 20, 0, ranking_loss},
    Row{"gist", LossKind::kGist, LossTarget::kNone, 2, kMany, 100, 0, gist_loss},
    Row{"lesson", LossKind::kLesson, LossTarget::kNone, 3, 3, 1, 0, lesson_loss},
    Row{"cosent", LossKind::kCosent, LossTarget::kScore, 2, 2, 20, 0, order_loss},
    Row{"angle", LossKind::kAngle, LossTarget::kScore, 2, 2, 20, 0, order_loss},
    Row{"cosine-similarity", LossKind::kCosineSimilarity, LossTarget::kScore, 2, 2, 1, 0, cosine_similarity_loss},
    Row{"contrastive", LossKind::kContrastive, LossTarget::kBinary, 2, 2, 1, 0.5, contrastive_loss},
    Row{"online-contrastive", LossKind::kOnlineContrastive, LossTarget::kBinary, 2, 2, 1, 0.5, online_contrastive_loss},
    Row{"triplet", LossKind::kTriplet, LossTarget::kNone, 3, 3, 1, 5, triplet_loss},
    Row{"batch-hard", LossKind::kBatchHard, LossTarget::kClass, 1, 1, 1, 5, class_triplet_loss},
    Row{"batch-hard-soft-margin", LossKind::kBatchHardSoftMargin, LossTarget::kClass, 1, 1, 1, 0, class_triplet_loss},
    Row{"batch-semi-hard", LossKind::kBatchSemiHard, LossTarget::kClass, 1, 1, 1, 5, class_triplet_loss},
    Row{"batch-all", LossKind::kBatchAll, LossTarget::kClass, 1, 1, 1, 5, class_triplet_loss},
    Row{"softmax", LossKind::kSoftmax, LossTarget::kClass, 2, 2, 1, 0, softmax_loss},
    Row{"mse", LossKind::kMse, LossTarget::kVector, 1, kMany, 1, 0, mse_loss},
    Row{"distill", LossKind::kDistill, LossTarget::kVector, 1, kMany, 1, 0, distill_loss},
    Row{"margin-mse", LossKind::kMarginMse, LossTarget::kScore, 3, 3, 1, 0, margin_mse_loss},
    Row{"mlm", LossKind::kMasked, LossTarget::kNone, 1, kMany, 1, 0, nullptr},  // train/masked.h
    Row{"kl", LossKind::kKlDiv, LossTarget::kScores, 3, kMany, 1, 0, kl_loss},
};

const Row& row_of(LossKind kind) {
  return *std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.kind == kind; });
}

template <class T>
Grid grid_of(MatView<const T> m, std::int64_t cols) {
  Grid g(m.rows, cols);
  for (std::int64_t i = 0; i < m.rows; ++i) std::copy_n(m.row(i), cols, g.row(i));
  return g;
}

template <class T>
double one_loss(const LossSpec& spec, LossBatch<T>& batch, double factor, std::int64_t dimensions, ThreadPool& pool) {
  LossWork work{.targets = batch.targets, .target_width = batch.target_width, .pool = pool};
  for (const MatView<const T>& column : batch.columns) work.sides.emplace_back(grid_of<T>(column, dimensions));
  for (const MatView<const float>& guide : batch.guide)
    work.guide.push_back(Side(grid_of<float>(guide, guide.cols)).unit);
  if (batch.head_weight != nullptr) {
    const std::int64_t width = batch.head_weight->cols();
    work.head = work.d_head = Grid(spec.classes, width + 1);
    for (std::int64_t c = 0; c < spec.classes; ++c) {
      std::copy_n(batch.head_weight->matrix().row(c), width, work.head.row(c));
      work.head.row(c)[width] = batch.head_bias->value[c];
    }
  }
  const double loss = row_of(spec.kind).compute(spec, work);
  for (std::size_t s = 0; s < work.sides.size(); ++s) {
    work.sides[s].finish();
    for (std::int64_t i = 0; i < work.rows(); ++i)
      for (std::int64_t j = 0; j < dimensions; ++j)
        batch.gradients[s].row(i)[j] += static_cast<T>(factor * work.sides[s].d_x.row(i)[j]);
  }
  if (batch.head_weight != nullptr)
    for (std::int64_t c = 0; c < spec.classes; ++c) {
      const std::int64_t width = batch.head_weight->cols();
      for (std::int64_t j = 0; j < width; ++j)
        batch.head_weight->gradient_matrix().row(c)[j] += static_cast<T>(factor * work.d_head.row(c)[j]);
      batch.head_bias->gradient_matrix().data[c] += static_cast<T>(factor * work.d_head.row(c)[width]);
    }
  return loss;
}

}  // namespace

std::optional<LossSpec> parse_loss(std::string_view name) {
  for (const Row& row : kRows)
    if (row.name == name)
      return LossSpec{.kind = row.kind,
                      .scale = row.scale,
                      .margin = row.margin,
                      .distance = row.target == LossTarget::kBinary || row.kind == LossKind::kGist
                                      ? Distance::kCosine
                                      : Distance::kEuclidean};
  return std::nullopt;
}

std::string loss_names() {
  std::string all;
  for (const Row& row : kRows) all.append(all.empty() ? "" : ", ").append(row.name);
  return all;
}

std::string_view loss_name(LossKind kind) { return row_of(kind).name; }
LossTarget loss_target(LossKind kind) { return row_of(kind).target; }
std::pair<std::size_t, std::size_t> loss_columns(LossKind kind) { return {row_of(kind).least, row_of(kind).most}; }

template <class T>
double compute_loss(const LossSpec& spec, LossBatch<T>& batch, double factor, ThreadPool& pool) {
  const std::int64_t width = batch.columns.front().cols;
  if (spec.dimensions.empty()) return one_loss(spec, batch, factor, width, pool);
  double sum = 0;
  for (std::size_t i = 0; i < spec.dimensions.size(); ++i) {
    const double weight = spec.weights.empty() ? 1 : spec.weights[i];
    sum += weight * one_loss(spec, batch, factor * weight, std::min(width, spec.dimensions[i]), pool);
  }
  return sum;
}

template double compute_loss<float>(const LossSpec&, LossBatch<float>&, double, ThreadPool&);
template double compute_loss<double>(const LossSpec&, LossBatch<double>&, double, ThreadPool&);

}  // namespace sememe::train
