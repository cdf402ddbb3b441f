#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizer_train/seed_pieces.h"

namespace sememe {

/// Finds all pieces that a text begins with. Children of a node stand side by side, in the order of their bytes.
class PieceTrie {
 public:
  /// Precondition: distinct pieces, none empty.
  explicit PieceTrie(std::span<const ScoredPiece> pieces);

  /// Calls visit(piece, bytes) for every piece that `text` begins with, shortest first.
  template <class Visit>
  void for_each_prefix(std::string_view text, Visit visit) const {
    if (text.empty()) return;
    std::uint32_t node = first_[static_cast<unsigned char>(text[0])];
    for (std::size_t length = 1; node != 0; ++length) {
      if (nodes_[node].piece >= 0) visit(nodes_[node].piece, length);
      if (length == text.size()) return;
      node = child(node, static_cast<std::uint8_t>(text[length]));
    }
  }

 private:
  struct Node {
    std::uint32_t children = 0;  // the first of them
    std::int32_t piece = -1;
    std::uint16_t count = 0;  // of children
    std::uint8_t byte = 0;
  };
  /// 0 if there is none: the root is nobody's child.
  std::uint32_t child(std::uint32_t node, std::uint8_t byte) const {
    std::uint32_t begin = nodes_[node].children, end = begin + nodes_[node].count;
    while (end - begin > 8) {
      const std::uint32_t middle = begin + (end - begin) / 2;
      (nodes_[middle].byte <= byte ? begin : end) = middle;
    }
    for (; begin < end; ++begin)
      if (nodes_[begin].byte == byte) return begin;
    return 0;
  }

  std::vector<Node> nodes_;
  std::array<std::uint32_t, 256> first_{};  // children of the root
};

}  // namespace sememe
