#include "words/label_scores.h"

#include <algorithm>
#include <cmath>

namespace sememe {
namespace {

float shifted_log(float x) { return static_cast<float>(std::log(x + 1e-5)); }

/// fastText looks its sigmoid up in a table of 512 places, of which predictions are to have the same values.
float table_sigmoid(float x) {
  constexpr float kLimit = 8, kPlaces = 512;
  if (!(x >= -kLimit)) return 0;
  if (x > kLimit) return 1;
  const float place = std::floor((x + kLimit) * kPlaces / kLimit / 2);
  return static_cast<float>(1 / (1 + std::exp(-static_cast<double>(place * 2 * kLimit / kPlaces - kLimit))));
}

}  // namespace

class LabelScorer::Best {
 public:
  explicit Best(std::int64_t k) : k_(static_cast<std::size_t>(k)) {}

  bool hopeless(float score) const { return found_.size() == k_ && score < found_.front().first; }
  void offer(float score, std::int64_t label) {
    found_.emplace_back(score, static_cast<std::int32_t>(label));
    std::push_heap(found_.begin(), found_.end(), better);
    if (found_.size() <= k_) return;
    std::pop_heap(found_.begin(), found_.end(), better);
    found_.pop_back();
  }
  std::vector<std::pair<float, std::int32_t>> take() {
    std::sort_heap(found_.begin(), found_.end(), better);
    return std::move(found_);
  }

 private:
  static bool better(const std::pair<float, std::int32_t>& a, const std::pair<float, std::int32_t>& b) {
    return a.first > b.first || (a.first == b.first && a.second < b.second);
  }
  std::size_t k_;
  std::vector<std::pair<float, std::int32_t>> found_;  // the worst at the front
};

LabelScorer::LabelScorer(const FastTextModel& model) : model_(model) {
  if (model.settings.loss == FastTextSettings::kHierarchicalSoftmax && model.dictionary.labels.size() > 0)
    tree_.emplace(model.dictionary.label_counts);
}

void LabelScorer::walk(std::span<const float> hidden, float threshold, Best& best) const {
  // A tree may be as deep as it has leaves, so that the nodes to come are kept here, the left ones on top.
  std::vector<std::pair<std::int64_t, float>> to_come = {{tree_->root(), 0.0f}};
  const float least = shifted_log(threshold);
  while (!to_come.empty()) {
    const auto [node, reached] = to_come.back();
    to_come.pop_back();
    if (reached < least || best.hopeless(reached)) continue;
    if (node < tree_->leaves()) {
      best.offer(reached, node);
      continue;
    }
    const std::int64_t inner = node - tree_->leaves();
    const float right = 1 / (1 + std::exp(-model_.output.dot(inner, hidden)));
    const HuffmanTree::Children children = tree_->children(inner);
    to_come.emplace_back(children.right, reached + shifted_log(right));
    to_come.emplace_back(children.left, reached + shifted_log(1 - right));
  }
}

std::vector<std::pair<float, std::int32_t>> LabelScorer::best(std::span<const float> hidden, std::int64_t k,
                                                              float threshold) const {
  const std::int64_t labels = model_.dictionary.labels.size();
  Best best(std::min(k, labels));
  if (labels == 0) return {};
  if (tree_) {
    walk(hidden, threshold, best);
    return best.take();
  }
  std::vector<float> out;
  for (std::int64_t i = 0; i < labels; ++i) out.push_back(model_.output.dot(i, hidden));
  if (model_.settings.loss == FastTextSettings::kSoftmax) {
    const float largest = *std::max_element(out.begin(), out.end());
    float sum = 0;
    for (float& x : out) sum += x = std::exp(x - largest);
    for (float& x : out) x /= sum;
  } else {
    for (float& x : out) x = table_sigmoid(x);
  }
  for (std::int64_t i = 0; i < labels; ++i)
    if (const float p = out[static_cast<std::size_t>(i)]; p >= threshold) best.offer(shifted_log(p), i);
  return best.take();
}

}  // namespace sememe
