#pragma once

#include <cstdint>

#include "map/knn_graph.h"
#include "sememe/map.h"

namespace sememe {

/// How many neighbours of each of n points make_map() looks at; 0: none.
std::int64_t map_neighbor_count(const MapOptions& options, std::int64_t n);

/// make_map() with neighbours that were found before, so that several maps of the same points need one search.
///
/// Values   those of make_map(points, options) where the graph is exact.
/// Errors   as make_map(), and kInvalidArgument: a graph of other points, or of fewer than map_neighbor_count().
Map make_map(MatView<const float> points, const MapOptions& options, const KnnGraph& graph);

}  // namespace sememe
