#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/kernels.h"
#include "words/code_rows.h"
#include "words/top_words.h"

namespace sememe {

/// The best of what all threads found.
inline TopWords& merged(std::vector<TopWords>& tops) {
  for (std::size_t i = 1; i < tops.size(); ++i)
    for (const ScoredWord& word : tops[i].kept()) tops[0].offer(word);
  return tops[0];
}

/// Scores all rows by the upper bits of their codes, the likely ones exactly, and then those that may be better than
/// the k-th of these.
template <class Exact>
std::vector<ScoredWord> best_by_codes(const CodeRows& rows, MatView<const float> unit, std::int64_t words,
                                      std::int64_t k, std::span<const std::int64_t> excluded, float rounding,
                                      ThreadPool& pool, const Exact& exact) {
  constexpr std::int64_t kBlock = 4096, kMore = 16, kAhead = 8;  // kMore: rows beyond k, as codes may mislead
  const KernelTable& table = kernels();
  const CodeQuery query(rows, unit);
  Buffer<std::int32_t> sums(words);
  std::vector<TopWords> likely(static_cast<std::size_t>(pool.size()), TopWords(std::min(words, k) + kMore, excluded));
  for_each_block(pool, words, kBlock, [&](std::int64_t first, std::int64_t count, int worker) {
    table.dot_codes(query.bytes(), rows.upper(first), rows.stride, count, sums.data() + first);
    TopWords& top = likely[static_cast<std::size_t>(worker)];
    for (std::int64_t id = first; id < first + count; ++id) {
      const float estimate = query.coarse(rows, id, sums[id]);
      if (estimate >= top.floor()) top.offer({id, estimate});
    }
  });
  TopWords start(k, {});
  for (const ScoredWord& word : merged(likely).kept()) start.offer({word.id, exact(word.id)});

  std::vector<TopWords> found(static_cast<std::size_t>(pool.size()), TopWords(k, excluded));
  const float slack = query.off() + rounding;
  for_each_block(pool, words, kBlock, [&](std::int64_t first, std::int64_t count, int worker) {
    TopWords& top = found[static_cast<std::size_t>(worker)];
    float floor = 0, reach = 0;
    const auto raise_floor = [&] {
      floor = std::max(start.floor(), top.floor());
      reach = query.reach(floor - rounding);
    };
    const auto is_far = [&](float estimate, float error) {  // never where one is NaN
      return estimate + error * reach + slack < floor;
    };
    raise_floor();
    // Without a branch, which would be guessed wrong, and known before their lower bits are looked for in memory.
    std::array<std::int32_t, kBlock> near;
    std::int64_t size = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t id = first + i;
      near[static_cast<std::size_t>(size)] = static_cast<std::int32_t>(i);
      size += is_far(query.coarse(rows, id, sums[id]), rows.coarse.errors[id]) ? 0 : 1;
    }
    for (std::int64_t i = 0; i < size; ++i) {
      if (i + kAhead < size) rows.prefetch_lower(first + near[static_cast<std::size_t>(i + kAhead)]);
      const std::int64_t id = first + near[static_cast<std::size_t>(i)];
      std::int32_t lower = 0;
      table.dot_codes(query.bytes(), rows.lower(id), rows.stride, 1, &lower);
      if (is_far(query.fine(rows, id, sums[id], lower), rows.fine.errors[id])) continue;
      top.offer({id, exact(id)});
      if (top.floor() > floor) raise_floor();
    }
  });
  return merged(found).take();
}

}  // namespace sememe
