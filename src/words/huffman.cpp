#include "words/huffman.h"

#include <limits>

namespace sememe {

HuffmanTree::HuffmanTree(std::span<const std::int64_t> counts) : leaves_(std::ssize(counts)) {
  const std::size_t n = counts.size(), all = 2 * n - 1;
  std::vector<std::int64_t> weight(counts.begin(), counts.end());
  weight.resize(all, std::numeric_limits<std::int64_t>::max());
  std::vector<std::int32_t> parent(all, -1);
  std::vector<bool> is_right(all);
  std::int64_t leaf = leaves_ - 1;  // the rarest that has no parent yet
  std::size_t node = n;             // the same among inner nodes, which come in the order of their weights
  for (std::size_t i = n; i < all; ++i) {
    std::int32_t lightest[2];
    for (std::int32_t& child : lightest) {
      const bool take_leaf = leaf >= 0 && weight[static_cast<std::size_t>(leaf)] < weight[node];
      child = static_cast<std::int32_t>(take_leaf ? leaf-- : static_cast<std::int64_t>(node++));
    }
    const auto left = static_cast<std::size_t>(lightest[0]), right = static_cast<std::size_t>(lightest[1]);
    children_.push_back({lightest[0], lightest[1]});
    weight[i] = weight[left] + weight[right];
    parent[left] = parent[right] = static_cast<std::int32_t>(i);
    is_right[right] = true;
  }
  begins_.push_back(0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t at = i; parent[at] >= 0; at = static_cast<std::size_t>(parent[at]))
      steps_.push_back({static_cast<std::int32_t>(parent[at] - leaves_), is_right[at]});
    begins_.push_back(steps_.size());
  }
}

}  // namespace sememe
