#include "tokenizer_train/unigram_lattice.h"

#include <algorithm>
#include <limits>

#include "io/utf8.h"

namespace sememe {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

/// A sum of exponentials that is kept as maximum + log(sum / e^maximum), so that it neither overflows nor vanishes.
struct LogSum {
  double& maximum;
  double& sum;
  void add(double value) {
    if (value <= maximum) {
      sum += std::exp(value - maximum);
    } else {
      sum = maximum == kNever ? 1 : sum * std::exp(maximum - value) + 1;
      maximum = value;
    }
  }
};

}  // namespace

void UnigramLattice::assign(std::string_view word) {
  size_ = static_cast<std::uint32_t>(word.size());
  edges_.clear();
  for (std::uint32_t begin = 0; begin < size_;) {
    const auto length = static_cast<std::size_t>(decode_utf8(word, begin).length);
    bool has_single = false;
    trie_.for_each_prefix(word.substr(begin), [&](std::int32_t piece, std::size_t bytes) {
      has_single = has_single || bytes == length;
      edges_.push_back(
          {begin, begin + static_cast<std::uint32_t>(bytes), piece, pieces_[static_cast<std::size_t>(piece)].score});
    });
    const std::uint32_t next = begin + static_cast<std::uint32_t>(length);
    if (!has_single) edges_.push_back({begin, next, kUnknown, unknown_score_});
    begin = next;
  }
}

double UnigramLattice::sum_forward() {
  forward_.assign(size_ + 1, kNever);
  sums_.assign(size_ + 1, 0);
  forward_[0] = 0;
  // Edges come by ascending begin, so a place is complete when the first edge that begins there is met.
  std::uint32_t last = 0;
  for (const Edge& edge : edges_) {
    if (edge.begin != last) {
      last = edge.begin;
      forward_[last] += std::log(sums_[last]);
    }
    LogSum{forward_[edge.end], sums_[edge.end]}.add(forward_[edge.begin] + edge.score);
  }
  forward_[size_] += std::log(sums_[size_]);
  return forward_[size_];
}

void UnigramLattice::sum_backward() {
  backward_.assign(size_ + 1, kNever);
  sums_.assign(size_ + 1, 0);
  backward_[size_] = 0;
  for (std::size_t i = edges_.size(); i-- > 0;) {
    const Edge& edge = edges_[i];
    LogSum{backward_[edge.begin], sums_[edge.begin]}.add(edge.score + backward_[edge.end]);
    if (i == 0 || edges_[i - 1].begin != edge.begin) backward_[edge.begin] += std::log(sums_[edge.begin]);
  }
}

double UnigramLattice::best(bool without_whole, std::vector<std::int32_t>& pieces) {
  pieces.clear();
  forward_.assign(size_ + 1, kNever);
  best_edge_.assign(size_ + 1, -1);
  forward_[0] = 0;
  for (std::size_t i = 0; i < edges_.size(); ++i) {
    const Edge& edge = edges_[i];
    if (without_whole && edge.begin == 0 && edge.end == size_) continue;
    const double score = forward_[edge.begin] + edge.score;
    if (score <= forward_[edge.end]) continue;
    forward_[edge.end] = score;
    best_edge_[edge.end] = static_cast<std::int32_t>(i);
  }
  if (best_edge_[size_] < 0) return kNever;
  for (std::uint32_t at = size_; at > 0;) {
    const Edge& edge = edges_[static_cast<std::size_t>(best_edge_[at])];
    pieces.push_back(edge.piece);
    at = edge.begin;
  }
  std::reverse(pieces.begin(), pieces.end());
  return forward_[size_];
}

}  // namespace sememe
