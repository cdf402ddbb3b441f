#pragma once

#include "cli/arguments.h"
#include "cli/console.h"
#include "sememe/map.h"

namespace sememe::cli {

inline constexpr std::int64_t kMostIterations = std::int64_t{1} << 30;

inline constexpr Option kMetricOption = {"metric", '\0', "cosine|euclidean",
                                         "What makes vectors neighbours (default: cosine)"};
inline constexpr Option kPerplexityOption = {"perplexity", '\0', "X",
                                             "tsne: about how many neighbours a point has a say in (default: 30)"};
inline constexpr Option kIterationsOption = {
    "iterations", '\0', "N", "tsne: steps after the first 250, which exaggerate (default: 500)", 0, kMostIterations};
inline constexpr Option kSeedOption = {
    "seed", '\0',           "N", "Of what is left to chance; one seed always gives the same map (default: 1)",
    0,      kMostIterations};

inline constexpr Option kMinDistOption = {"min-dist", '\0', "X", "umap: how close points may lie (default: 0.1)"};
inline constexpr Option kUmapEpochsOption = {
    "epochs", '\0', "N", "umap: rounds (default: 500 up to 10,000 points, else 200)", 0, kMostIterations};

/// What these flags say; not the method.
MapOptions map_options(const Arguments& arguments, const Console& console);

}  // namespace sememe::cli
