#include "sememe/map.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/fail.h"
#include "map/pca.h"
#include "map/points.h"

namespace sememe {
namespace {

constexpr std::array<std::string_view, 3> kMethods = {"pca", "tsne", "umap"};
constexpr std::array<std::string_view, 2> kMetrics = {"cosine", "euclidean"};
constexpr std::array<std::string_view, 2> kStarts = {"pca", "spectral"};

template <class Enum, std::size_t kCount>
std::optional<Enum> parse(const std::array<std::string_view, kCount>& names, std::string_view name) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return std::nullopt;
  return static_cast<Enum>(at - names.begin());
}

}  // namespace

std::optional<MapMethod> parse_map_method(std::string_view name) { return parse<MapMethod>(kMethods, name); }
std::string_view map_method_name(MapMethod method) { return kMethods[static_cast<std::size_t>(method)]; }
std::optional<MapMetric> parse_map_metric(std::string_view name) { return parse<MapMetric>(kMetrics, name); }
std::string_view map_metric_name(MapMetric metric) { return kMetrics[static_cast<std::size_t>(metric)]; }
std::optional<MapStart> parse_map_start(std::string_view name) { return parse<MapStart>(kStarts, name); }
std::string_view map_start_name(MapStart start) { return kStarts[static_cast<std::size_t>(start)]; }

Pca pca(MatView<const float> points, const PcaOptions& options) {
  if (options.components < 1)
    fail(ErrorCode::kInvalidArgument, "pca: expected 1 component or more, found ", options.components);
  ThreadPool pool(ThreadPool::size_for(options.threads));
  const PcaFit fit = fit_pca(points, options.components, options.seed, pool);
  const std::int64_t k = fit.components_count;
  Pca out{.scores = Matrix(points.rows, k),
          .components = Matrix(k, points.cols),
          .mean = std::vector<float>(fit.mean.begin(), fit.mean.end()),
          .explained_variance = fit.variances,
          .total_variance = fit.total_variance};
  std::vector<double> scales(k, 1);
  for (std::int64_t c = 0; options.whiten && c < k; ++c)
    scales[c] = fit.variances[c] > 0 ? 1 / std::sqrt(fit.variances[c]) : 0;
  for_each_block(pool, points.rows, kRowBlock, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i)
      for (std::int64_t c = 0; c < k; ++c)
        out.scores.data()[i * k + c] = static_cast<float>(scales[c] * fit.scores[i * k + c]);
  });
  std::copy(fit.components.begin(), fit.components.end(), out.components.data());
  return out;
}

}  // namespace sememe
