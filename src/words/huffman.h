#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sememe {

/// A binary tree over classes in which frequent ones stand near the root. Leaves are the classes [0, n), inner nodes
/// are [n, 2n - 1), the last of them the root.
/// Source  Huffman 1952; built as fastText and word2vec.c do it, so that their files mean the same.
class HuffmanTree {
 public:
  /// `counts` fall, and there is one at least.
  explicit HuffmanTree(std::span<const std::int64_t> counts);

  /// Inner nodes from a class up to the root, counted from 0, and on which side of each it stands.
  struct Step {
    std::int32_t node;
    bool right;
  };
  std::span<const Step> path(std::int64_t leaf) const {
    const auto i = static_cast<std::size_t>(leaf);
    return std::span(steps_).subspan(begins_[i], begins_[i + 1] - begins_[i]);
  }
  std::int64_t leaves() const { return leaves_; }
  std::int64_t root() const { return 2 * leaves_ - 2; }
  /// Children of the inner node that stands at `leaves() + node`.
  struct Children {
    std::int32_t left, right;
  };
  Children children(std::int64_t node) const { return children_[static_cast<std::size_t>(node)]; }

 private:
  std::int64_t leaves_;
  std::vector<Children> children_;
  std::vector<std::size_t> begins_;
  std::vector<Step> steps_;
};

}  // namespace sememe
