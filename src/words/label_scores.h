#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "words/fasttext_model.h"
#include "words/huffman.h"

namespace sememe {

/// How well each label fits a hidden vector, by the loss that a model was trained with.
class LabelScorer {
 public:
  explicit LabelScorer(const FastTextModel& model);

  /// The best `k` labels and their log probabilities, as fastText takes them: log(p + 0.00001). Best first; equal ones
  /// by their number.
  std::vector<std::pair<float, std::int32_t>> best(std::span<const float> hidden, std::int64_t k,
                                                   float threshold) const;

 private:
  class Best;
  void walk(std::span<const float> hidden, float threshold, Best& best) const;

  const FastTextModel& model_;
  std::optional<HuffmanTree> tree_;
};

}  // namespace sememe
