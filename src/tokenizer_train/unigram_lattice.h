#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizer_train/piece_trie.h"

namespace sememe {

/// All ways to cut one word into pieces. A character that no piece is stands for itself as the unknown piece, at
/// kUnknownPenalty below the least score. Scores are log probabilities.
/// Threads one user at a time; buffers live from word to word.
/// Source  SentencePiece, unigram_model.cc, Lattice.
class UnigramLattice {
 public:
  static constexpr std::int32_t kUnknown = -1;

  UnigramLattice(const PieceTrie& trie, std::span<const ScoredPiece> pieces, double least_score)
      : trie_(trie), pieces_(pieces), unknown_score_(least_score - kUnknownPenalty) {}

  /// Precondition: UTF-8, not empty.
  void assign(std::string_view word);

  /// Calls visit(piece, probability) for every place of a piece: how likely a random cut has it there. Returns the log
  /// of the word's whole probability.
  template <class Visit>
  double for_each_probability(Visit visit) {
    const double whole = sum_forward();
    sum_backward();
    for (const Edge& edge : edges_)
      visit(edge.piece, std::exp(forward_[edge.begin] + edge.score + backward_[edge.end] - whole));
    return whole;
  }

  /// The likeliest cut. `without_whole`: into two pieces or more. Returns its score; -infinity and no pieces if there
  /// is none.
  double best(bool without_whole, std::vector<std::int32_t>& pieces);

 private:
  static constexpr double kUnknownPenalty = 10;
  struct Edge {
    std::uint32_t begin, end;  // bytes
    std::int32_t piece;
    double score;
  };
  double sum_forward();
  void sum_backward();

  const PieceTrie& trie_;
  std::span<const ScoredPiece> pieces_;
  double unknown_score_;
  std::uint32_t size_ = 0;
  std::vector<Edge> edges_;  // ascending begin
  std::vector<double> forward_, backward_, sums_;
  std::vector<std::int32_t> best_edge_;  // that ends there
};

}  // namespace sememe
