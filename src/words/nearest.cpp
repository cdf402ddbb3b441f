#include <cstring>

#include "base/fail.h"
#include "base/thread_pool.h"
#include "kernels/kernels.h"
#include "words/code_scan.h"
#include "words/scan.h"
#include "words/state.h"
#include "words/word_candidates.h"

namespace sememe {
namespace {

using Excluded = std::span<const std::vector<std::int64_t>>;

std::span<const std::int64_t> excluded_of(Excluded excluded, std::int64_t query) {
  if (excluded.empty()) return {};
  return excluded[static_cast<std::size_t>(query)];
}

/// Finds the rows that may be among the best k of each query, of which the first `words` rows count, and scores them by
/// `exact(query, id)`. `scan(first, count, worker, candidates)` offers a block of rows.
template <class Scan, class Exact>
std::vector<std::vector<ScoredWord>> best_of_candidates(std::int64_t words, std::int64_t queries, std::int64_t k,
                                                        Excluded excluded, std::int64_t block, ThreadPool& pool,
                                                        const Scan& scan, const Exact& exact) {
  std::vector<std::vector<WordCandidates>> found(static_cast<std::size_t>(pool.size()));
  for_each_block(pool, words, block, [&](std::int64_t first, std::int64_t count, int worker) {
    std::vector<WordCandidates>& mine = found[static_cast<std::size_t>(worker)];
    for (std::int64_t q = std::ssize(mine); q < queries; ++q) mine.emplace_back(k, excluded_of(excluded, q));
    scan(first, count, worker, mine);
  });
  std::vector<std::vector<ScoredWord>> out(static_cast<std::size_t>(queries));
  pool.run(queries, [&](std::int64_t q, int) {
    WordCandidates all(k, excluded_of(excluded, q));
    for (const std::vector<WordCandidates>& mine : found)
      if (!mine.empty()) all.merge(mine[static_cast<std::size_t>(q)]);
    TopWords top(k, {});
    for (const ScoredWord& word : all.take()) top.offer({word.id, exact(q, word.id)});
    out[static_cast<std::size_t>(q)] = top.take();
  });
  return out;
}

/// Queries as columns of the panels that the matrix product reads.
struct QueryPanels {
  std::int64_t count, width;
  Buffer<float> panels, bias;

  explicit QueryPanels(MatView<const float> queries)
      : count((queries.rows + kernels().panel_width - 1) / kernels().panel_width),
        width(kernels().panel_width),
        panels(count * width * queries.cols, 0.0f),
        bias(count * width, 0.0f) {
    for (std::int64_t q = 0; q < queries.rows; ++q)
      for (std::int64_t j = 0; j < queries.cols; ++j)
        panels[(q / width * queries.cols + j) * width + q % width] = queries.row(q)[j];
  }
};

}  // namespace

void require_k(std::int64_t k) {
  if (k < 1) fail(ErrorCode::kInvalidArgument, "word vectors: expected to be asked for 1 word or more, found ", k);
}

const CodeRows* WordVectors::code_rows(int threads) const {
  constexpr std::int64_t kFew = 1 << 22;  // numbers, which are read in a millisecond
  State& state = *state_;
  // The first question would wait longer for the codes than for its answer.
  if (size() * dim() < kFew || state.questions.fetch_add(1) == 0) return nullptr;
  std::call_once(state.made_codes, [&] {
    ThreadPool pool(ThreadPool::size_for(threads));
    state.codes = make_code_rows(vectors(), inverse_norms(threads), pool);
  });
  return &state.codes;
}

std::vector<std::vector<ScoredWord>> WordVectors::nearest(MatView<const float> queries, std::int64_t k,
                                                          Excluded excluded, std::int64_t among, int threads) const {
  constexpr std::int64_t kMany = 8;  // queries
  require_k(k);
  if (queries.rows > 0 && queries.cols != dim())
    fail(ErrorCode::kInvalidArgument, "word vectors: expected queries of ", dim(), " numbers, found ", queries.cols);
  if (!excluded.empty() && std::ssize(excluded) != queries.rows)
    fail(ErrorCode::kInvalidArgument, "word vectors: ", excluded.size(), " lists of words to leave out for ",
         queries.rows, " queries");
  const std::int64_t words = among > 0 ? std::min(among, size()) : size(), count = queries.rows;
  Matrix scaled(count, dim());
  for (std::int64_t i = 0; i < count; ++i) {
    std::memcpy(scaled.row(i).data(), queries.row(i), scaled.row(i).size_bytes());
    scale_to_unit(scaled.row(i));
  }
  const MatView<const float> rows = vectors(), units = scaled.view();
  const float* const inverse = inverse_norms(threads);
  const KernelTable& table = kernels();
  const auto exact = [&](std::int64_t query, std::int64_t id) {
    return finite_or_zero(table.dot(units.row(query), rows.row(id), dim()) * inverse[id]);
  };
  // Both ways to sum n products of parts of unit vectors are off by less than n * 2^-24 each.
  const float rounding = 1e-6f + static_cast<float>(dim()) * 0x1p-23f;
  ThreadPool pool(ThreadPool::size_for(threads));
  if (count >= kMany) {
    constexpr std::int64_t kBlock = 64, kLeastScore = -2;
    const QueryPanels panels(units);
    std::vector<Buffer<float>> scores(static_cast<std::size_t>(pool.size()));
    return best_of_candidates(
        words, count, k, excluded, kBlock, pool,
        [&](std::int64_t first, std::int64_t block, int worker, std::vector<WordCandidates>& found) {
          Buffer<float>& y = scores[static_cast<std::size_t>(worker)];
          y.reserve_discard(kBlock * count);
          table.gemm({.x = rows.row(first),
                      .x_stride = rows.stride,
                      .panels = panels.panels.data(),
                      .bias = panels.bias.data(),
                      .y = y.data(),
                      .y_stride = count,
                      .m = block,
                      .n = count,
                      .k = dim(),
                      .panel_end = panels.count});
          for (std::int64_t i = 0; i < block; ++i) {
            const float scale = inverse[first + i];
            for (std::int64_t q = 0; q < count; ++q) {
              const float score = y[i * count + q] * scale;
              WordCandidates& mine = found[static_cast<std::size_t>(q)];
              if (score + rounding < mine.floor()) continue;
              const bool sure = score > kLeastScore && score < -kLeastScore;  // products may leave the range of a float
              sure ? mine.offer(first + i, score - rounding, score + rounding) : mine.offer(first + i, kLeastScore, 1);
            }
          }
        },
        exact);
  }
  if (const CodeRows* const codes = code_rows(threads)) {
    std::vector<std::vector<ScoredWord>> out;
    for (std::int64_t q = 0; q < count; ++q)
      out.push_back(best_by_codes(*codes, units.slice_rows(q, 1), words, k, excluded_of(excluded, q), rounding, pool,
                                  [&](std::int64_t id) { return exact(q, id); }));
    return out;
  }
  return scan_words(words, count, k, excluded, threads, exact);
}

}  // namespace sememe
