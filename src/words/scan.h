#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "sememe/words.h"
#include "words/top_words.h"

namespace sememe {

void require_k(std::int64_t k);

/// Vectors near the ends of what a float holds have products beyond it.
inline float finite_or_zero(float score) { return std::isfinite(score) ? score : 0.0f; }

/// The best k of the words [0, words) for each query, by score(query, id). Threads take blocks of words, small enough
/// to stay in the cache while all queries pass.
template <class Score>
std::vector<std::vector<ScoredWord>> scan_words(std::int64_t words, std::int64_t queries, std::int64_t k,
                                                std::span<const std::vector<std::int64_t>> excluded, int threads,
                                                const Score& score) {
  constexpr std::int64_t kBlock = 256;
  const auto fresh = [&] {
    std::vector<TopWords> tops;
    for (std::int64_t q = 0; q < queries; ++q)
      tops.emplace_back(k, excluded.empty() ? std::span<const std::int64_t>() : excluded[static_cast<std::size_t>(q)]);
    return tops;
  };
  ThreadPool pool(ThreadPool::size_for(threads));
  std::vector<std::vector<TopWords>> tops(static_cast<std::size_t>(pool.size()));
  for_each_block(pool, words, kBlock, [&](std::int64_t first, std::int64_t count, int worker) {
    std::vector<TopWords>& mine = tops[static_cast<std::size_t>(worker)];
    if (mine.empty()) mine = fresh();
    for (std::int64_t q = 0; q < queries; ++q) {
      TopWords& top = mine[static_cast<std::size_t>(q)];
      for (std::int64_t id = first; id < first + count; ++id) top.offer({id, score(q, id)});
    }
  });
  std::vector<TopWords> merged = fresh();
  for (const std::vector<TopWords>& mine : tops)
    for (std::size_t q = 0; q < mine.size(); ++q)
      for (const ScoredWord& word : mine[q].kept()) merged[q].offer(word);
  std::vector<std::vector<ScoredWord>> out;
  for (TopWords& top : merged) out.push_back(top.take());
  return out;
}

}  // namespace sememe
