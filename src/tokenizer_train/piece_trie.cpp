#include "tokenizer_train/piece_trie.h"

#include <algorithm>

namespace sememe {

PieceTrie::PieceTrie(std::span<const ScoredPiece> pieces) {
  std::vector<std::int32_t> order(pieces.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int32_t>(i);
  const auto text = [&](std::size_t i) -> std::string_view { return pieces[static_cast<std::size_t>(order[i])].text; };
  std::sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return pieces[static_cast<std::size_t>(a)].text < pieces[static_cast<std::size_t>(b)].text;
  });
  struct Range {
    std::size_t begin, end, depth;  // pieces that share their first `depth` bytes
  };
  std::vector<Range> ranges{{0, pieces.size(), 0}};  // of nodes_, level by level
  nodes_.emplace_back();
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    auto [begin, end, depth] = ranges[node];
    if (begin < end && text(begin).size() == depth) nodes_[node].piece = order[begin++];
    nodes_[node].children = static_cast<std::uint32_t>(nodes_.size());
    while (begin < end) {
      const auto byte = static_cast<std::uint8_t>(text(begin)[depth]);
      std::size_t next = begin;
      while (next < end && static_cast<std::uint8_t>(text(next)[depth]) == byte) ++next;
      ++nodes_[node].count;
      nodes_.push_back({.byte = byte});
      ranges.push_back({begin, next, depth + 1});
      begin = next;
    }
  }
  for (std::uint32_t i = 0; i < nodes_[0].count; ++i)
    first_[nodes_[nodes_[0].children + i].byte] = nodes_[0].children + i;
}

}  // namespace sememe
