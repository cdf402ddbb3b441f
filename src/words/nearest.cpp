#include <cstring>

#include "base/fail.h"
#include "base/thread_pool.h"
#include "kernels/kernels.h"
#include "words/scan.h"
#include "words/state.h"

namespace sememe {

void require_k(std::int64_t k) {
  if (k < 1) fail(ErrorCode::kInvalidArgument, "word vectors: expected to be asked for 1 word or more, found ", k);
}

std::vector<std::vector<ScoredWord>> WordVectors::nearest(MatView<const float> queries, std::int64_t k,
                                                          std::span<const std::vector<std::int64_t>> excluded,
                                                          std::int64_t among, int threads) const {
  require_k(k);
  if (queries.rows > 0 && queries.cols != dim())
    fail(ErrorCode::kInvalidArgument, "word vectors: expected queries of ", dim(), " numbers, found ", queries.cols);
  if (!excluded.empty() && std::ssize(excluded) != queries.rows)
    fail(ErrorCode::kInvalidArgument, "word vectors: ", excluded.size(), " lists of words to leave out for ",
         queries.rows, " queries");
  Buffer<float> scaled(queries.rows * dim());
  for (std::int64_t i = 0; i < queries.rows; ++i) {
    const std::span<float> row(scaled.data() + i * dim(), static_cast<std::size_t>(dim()));
    std::memcpy(row.data(), queries.row(i), row.size_bytes());
    scale_to_unit(row);
  }
  const MatView<const float> rows = vectors();
  const float* const inverse = inverse_norms(threads);
  const MatView<const float> units(scaled.data(), queries.rows, dim());
  const KernelTable& table = kernels();
  return scan_words(among > 0 ? std::min(among, size()) : size(), queries.rows, k, excluded, threads,
                    [&](std::int64_t query, std::int64_t id) {
                      return finite_or_zero(table.dot(units.row(query), rows.row(id), dim()) * inverse[id]);
                    });
}

}  // namespace sememe
