#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "sememe/map.h"
#include "sememe/matrix.h"

namespace sememe {

/// Groups of points, the largest first; none is empty.
struct Clusters {
  std::vector<std::int32_t> of_point;
  std::int64_t count = 0;
};

/// k-means of the points, or of their directions for cosine. Centres are sought among at most 20,000 points spread
/// evenly over all.
///
/// Shapes   points (N, D), finite; count is lowered to N.
/// Values   the same for one seed and any pool.
/// Source   k-means++ (Arthur & Vassilvitskii 2007), Lloyd's iterations; spherical: Dhillon & Modha 2001.
Clusters make_clusters(MatView<const float> points, std::int64_t count, MapMetric metric, std::uint64_t seed,
                       ThreadPool& pool);

/// Some words for each cluster that are frequent in its texts and rare in others, the most telling first: c-TF-IDF of
/// words in lower case, among those that are at least half as frequent again in the cluster as in all texts.
/// Shapes   texts (N), as clusters.of_point -> clusters.count names, "" where no word is left.
/// Source   Grootendorst 2022, "BERTopic", equation 2.
std::vector<std::string> name_clusters(const Clusters& clusters, std::span<const std::string> texts);

}  // namespace sememe
