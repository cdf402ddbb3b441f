#include "map/affinities.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "map/points.h"

namespace sememe {
namespace {

/// Fills `p` for squared distances above the smallest, `d`; returns the entropy in nats.
double gaussian_row(const std::vector<double>& d, double beta, double* p) {
  double sum = 0, weighted = 0;
  for (std::size_t j = 0; j < d.size(); ++j) {
    p[j] = std::exp(-beta * d[j]);
    sum += p[j];
    weighted += p[j] * d[j];
  }
  for (std::size_t j = 0; j < d.size(); ++j) p[j] /= sum;
  return std::log(sum) + beta * weighted / sum;
}

/// The beta that gives `entropy`, which falls as beta grows; bracketed, then halved until nothing changes.
double search_beta(const std::vector<double>& d, double entropy, double* p) {
  constexpr int kMostSteps = 200;
  double low = 0, high = std::numeric_limits<double>::infinity();
  double mean = 0;
  for (const double x : d) mean += x / static_cast<double>(d.size());
  if (!(mean > 0)) {  // all equally near: every beta gives the same row
    gaussian_row(d, 0, p);
    return 0;
  }
  double beta = 1 / mean;
  for (int step = 0; step < kMostSteps; ++step) {
    const double found = gaussian_row(d, beta, p);
    if (std::abs(found - entropy) <= 1e-13) break;
    (found > entropy ? low : high) = beta;
    const double next = std::isinf(high) ? beta * 2 : (low + high) / 2;
    if (next == beta || std::isinf(next)) break;
    beta = next;
  }
  return beta;
}

}  // namespace

Conditionals conditional_probabilities(KnnView graph, double perplexity, ThreadPool& pool) {
  Conditionals out{.values = std::vector<double>(graph.n * graph.k), .beta = std::vector<double>(graph.n)};
  if (graph.k == 0) return out;
  for_each_block(pool, graph.n, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
    std::vector<double> squared(graph.k);
    for (std::int64_t i = first; i < first + count; ++i) {
      // The row does not change when all squared distances move by the same, and exp() does not underflow to a zero
      // sum.
      const auto distances = graph.distances_of(i);
      for (std::int64_t j = 0; j < graph.k; ++j)
        squared[j] = (distances[j] - distances[0]) * (distances[j] + distances[0]);
      out.beta[i] = search_beta(squared, std::log(perplexity), out.values.data() + i * graph.k);
    }
  });
  return out;
}

SparseMatrix symmetrise(KnnView graph, const std::vector<double>& values, FunctionRef<double(double, double)> combine,
                        ThreadPool& pool) {
  const std::int64_t n = graph.n, k = graph.k;
  // The transpose: for each point, who has it as a neighbour, in ascending order.
  std::vector<std::int64_t> starts(n + 1);
  for (std::int64_t i = 0; i < n; ++i)
    for (const std::int32_t j : graph.neighbors(i)) ++starts[j + 1];
  for (std::int64_t i = 0; i < n; ++i) starts[i + 1] += starts[i];
  std::vector<std::int64_t> next(starts.begin(), starts.end() - 1);
  std::vector<std::int64_t> edges(n * k);  // positions in `values`
  for (std::int64_t i = 0, e = 0; i < n; ++i)
    for (const std::int32_t j : graph.neighbors(i)) edges[next[j]++] = e++;

  struct Entry {
    std::int32_t column;
    std::int64_t out, in;  // positions in `values`, -1: none
  };
  const auto merge = [&](std::int64_t i, std::vector<Entry>& row) {
    std::vector<Entry> mine;
    for (std::int64_t c = 0; c < k; ++c) mine.push_back({graph.neighbors(i)[c], i * k + c, -1});
    std::sort(mine.begin(), mine.end(), [](const Entry& a, const Entry& b) { return a.column < b.column; });
    row.clear();
    auto out = mine.begin();
    for (std::int64_t t = starts[i]; t < starts[i + 1]; ++t) {
      const auto source = static_cast<std::int32_t>(edges[t] / k);
      while (out != mine.end() && out->column < source) row.push_back(*out++);
      if (out != mine.end() && out->column == source) {
        row.push_back({source, out->out, edges[t]});
        ++out;
      } else {
        row.push_back({source, -1, edges[t]});
      }
    }
    row.insert(row.end(), out, mine.end());
  };

  SparseMatrix result{.n = n, .begins = std::vector<std::int64_t>(n + 1)};
  for (int pass = 0; pass < 2; ++pass) {  // count, then fill
    for_each_block(pool, n, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
      std::vector<Entry> row;
      for (std::int64_t i = first; i < first + count; ++i) {
        merge(i, row);
        if (pass == 0) {
          result.begins[i + 1] = std::ssize(row);
          continue;
        }
        std::int64_t at = result.begins[i];
        for (const Entry& entry : row) {
          const double a = entry.out < 0 ? 0 : values[entry.out], b = entry.in < 0 ? 0 : values[entry.in];
          result.columns[at] = entry.column;
          result.values[at++] = combine(a, b);
        }
      }
    });
    if (pass == 1) break;
    for (std::int64_t i = 0; i < n; ++i) result.begins[i + 1] += result.begins[i];
    result.columns.resize(result.begins[n]);
    result.values.resize(result.begins[n]);
  }
  return result;
}

SparseMatrix joint_probabilities(KnnView graph, double perplexity, ThreadPool& pool) {
  const Conditionals conditionals = conditional_probabilities(graph, perplexity, pool);
  const double scale = 0.5 / static_cast<double>(graph.n);
  return symmetrise(
      graph, conditionals.values, [=](double a, double b) { return (a + b) * scale; }, pool);
}

}  // namespace sememe
