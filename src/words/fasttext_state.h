#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sememe/fasttext.h"
#include "words/fasttext_train.h"
#include "words/label_scores.h"

namespace sememe {

struct FastText::State {
  State(FastTextModel of, std::string label_prefix)
      : model(std::move(of)), scorer(model), label(std::move(label_prefix)) {}

  FastTextModel model;
  LabelScorer scorer;  // refers to the model, so that a state stays where it is
  std::string label;   ///< how labels begin; files do not say it

  std::vector<std::pair<float, std::int32_t>> best(const LabelledLine& line, std::int64_t k, float threshold) const;
  void require_predictions(std::int64_t k) const;
};

}  // namespace sememe
