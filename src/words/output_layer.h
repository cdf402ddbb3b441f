#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "base/buffer.h"
#include "kernels/kernels.h"
#include "words/huffman.h"
#include "words/noise.h"

namespace sememe {

/// 1 / (1 + exp(-x)), from a table; beyond 8 it is 0 or 1 as far as a step can tell.
class Sigmoid {
 public:
  Sigmoid() {
    for (std::size_t i = 0; i < table_.size(); ++i)
      table_[i] = static_cast<float>(1 / (1 + std::exp(kLimit - static_cast<double>(i) / kSteps)));
  }
  float operator()(float x) const {
    if (!(x > -kLimit)) return 0;
    if (x >= kLimit) return 1;
    return table_[static_cast<std::size_t>((x + kLimit) * kSteps)];
  }

 private:
  static constexpr int kLimit = 8, kSteps = 256;
  std::array<float, 2 * kLimit * kSteps + 1> table_{};
};

/// How an input vector tells a class: by the class itself and some noise, or by the way to it in a tree.
struct OutputRule {
  const NoiseWords* noise = nullptr;
  std::int64_t negative = 0;
  const HuffmanTree* tree = nullptr;  ///< if there is one, noise counts for nothing

  /// Calls take(output row, label) for all that tells `target`; draw() gives a word of the noise.
  template <class Draw, class Take>
  void for_each_class(std::int32_t target, const Draw& draw, const Take& take) const {
    if (tree != nullptr) {
      for (const HuffmanTree::Step& step : tree->path(target)) take(step.node, step.right ? 1.0f : 0.0f);
      return;
    }
    take(target, 1.0f);
    for (std::int64_t i = 0; i < negative; ++i) {
      const std::int32_t other = draw();
      if (other != target) take(other, 0.0f);
    }
  }
  /// How many for_each_class() calls at most.
  std::size_t most_classes(std::int32_t target) const {
    return tree != nullptr ? tree->path(target).size() : static_cast<std::size_t>(negative) + 1;
  }
};

/// One thread's side of the output rows: which a class needs, and a step of descent on them.
class OutputLayer {
 public:
  OutputLayer(const OutputRule& rule, std::int64_t stride) : rule_(rule), stride_(stride), error_(stride) {}

  /// Draws the noise that all classes of a block share, so that its rows stay in the cache.
  void begin_block(RandomStream& random) {
    pool_.clear();
    for (std::int64_t i = 0; rule_.tree == nullptr && i < kPool; ++i) pool_.push_back(rule_.noise->draw(random));
  }

  /// Picks the rows for a class; `row(i)` gives where output row i stands. How many there are.
  template <class Row>
  std::int32_t pick(std::int32_t target, RandomStream& random, const Row& row) {
    return pick_from([&] { return pool_[random.below(kPool)]; }, target, row);
  }
  /// The same where draw() gives a word of the noise.
  template <class Draw, class Row>
  std::int32_t pick_from(const Draw& draw, std::int32_t target, const Row& row) {
    outputs_.clear();
    rule_.for_each_class(target, draw, [&](std::int32_t other, float label) {
      outputs_.push_back({row(other), label});
    });
    return static_cast<std::int32_t>(outputs_.size());
  }

  /// Moves the picked rows by input `x`. How x is to move, `stride` floats.
  const float* step(const float* x, float lr) {
    std::fill(error_.begin(), error_.end(), 0.0f);
    for (const Output& output : outputs_) {
      const float gradient = lr * (output.label - sigmoid_(table_.dot(x, output.row, stride_)));
      table_.axpy(gradient, output.row, error_.data(), stride_);
      table_.axpy(gradient, x, output.row, stride_);
    }
    return error_.data();
  }

 private:
  static constexpr std::int64_t kPool = 512;  // noise words of a block, of which each class takes some
  struct Output {
    float* row;
    float label;
  };

  OutputRule rule_;
  std::int64_t stride_;
  const KernelTable& table_ = kernels();
  Sigmoid sigmoid_;
  std::vector<std::int32_t> pool_;
  std::vector<Output> outputs_;
  Buffer<float> error_;
};

}  // namespace sememe
