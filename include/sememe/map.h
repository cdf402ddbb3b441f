#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sememe/matrix.h"

namespace sememe {

enum class MapMethod { kPca, kTsne, kUmap };
enum class MapMetric { kCosine, kEuclidean };
enum class MapStart { kPca, kSpectral };

std::optional<MapMethod> parse_map_method(std::string_view name);  ///< "pca", "tsne", "umap"
std::string_view map_method_name(MapMethod method);
std::optional<MapStart> parse_map_start(std::string_view name);  ///< "pca", "spectral"
std::string_view map_start_name(MapStart start);
std::optional<MapMetric> parse_map_metric(std::string_view name);  ///< "cosine", "euclidean"
std::string_view map_metric_name(MapMetric metric);

/// Principal components.
struct Pca {
  Matrix scores;                           ///< (N, K): the centred points along the components
  Matrix components;                       ///< (K, D), unit rows, the largest entry of each positive
  std::vector<float> mean;                 ///< D
  std::vector<double> explained_variance;  ///< K, descending
  double total_variance = 0;
};

struct PcaOptions {
  std::int64_t components = 2;
  bool whiten = false;     ///< scale each column of scores to variance 1
  std::uint64_t seed = 1;  ///< of the randomised solver
  int threads = 0;         ///< 0: all cores the process may use
};

/// Principal component analysis, exact where min(N, D) <= 1,100, else randomised.
///
/// Shapes   points (N, D); K = min(options.components, N, D).
/// Values   signs and order as scikit-learn's PCA; the same bits for any number of threads.
/// Errors   kInvalidArgument: a row with NaN or infinity, fewer than 1 component.
/// Source   covariance or Gram matrix and its eigenvectors; Halko, Martinsson & Tropp 2011.
Pca pca(MatView<const float> points, const PcaOptions& options = {});

/// How far a map can be trusted, against the distances in the original space. 1 is best for all three.
struct MapQuality {
  std::int64_t neighbors = 0;        ///< of each point that are looked at: 10, or less for fewer than 21 points
  std::int64_t sampled = 0;          ///< points that were looked at: all, or some spread evenly over many
  double trustworthiness = 1;        ///< neighbours on the map are neighbours in truth (Venna & Kaski 2001)
  double continuity = 1;             ///< true neighbours are neighbours on the map
  double knn_preservation = 1;       ///< part of the true neighbours that are neighbours on the map
  std::vector<float> distortion;     ///< of each point looked at: 1 - its own part of knn_preservation
  std::vector<std::int64_t> points;  ///< which these are
};

struct QualityOptions {
  MapMetric metric = MapMetric::kEuclidean;  ///< of the original space
  std::int64_t neighbors = 10;
  std::int64_t most_points = 2000;  ///< that are looked at; each costs N distances
  int threads = 0;
};

/// Shapes   points (N, D), map (N, 2).
/// Values   trustworthiness as scikit-learn's, over the points looked at.
/// Errors   kInvalidArgument: different numbers of rows, NaN or infinity, fewer than 1 neighbour.
MapQuality map_quality(MatView<const float> points, MatView<const float> map, const QualityOptions& options = {});

/// What a method tells while it works. `map` is the layout so far, (N, 2), or empty while there is none.
struct MapProgress {
  std::string_view stage;  ///< "pca", "neighbours", "spectral", "early exaggeration", "embedding"
  std::int64_t done = 0, total = 0;
  MatView<const float> map;
};

/// Where t-SNE or UMAP was stopped, so that it can go on. Its numbers mean something to make_map() alone.
struct MapState {
  MapMethod method = MapMethod::kTsne;
  std::int64_t iterations = 0;                 ///< done
  std::vector<double> layout, updates, gains;  ///< 2 N each; only t-SNE has the last two
  std::array<std::int64_t, 2> grid = {};       ///< t-SNE: lengths of the Fourier transforms
};

struct MapOptions {
  MapMethod method = MapMethod::kTsne;
  MapMetric metric = MapMetric::kCosine;  ///< of neighbours; PCA has no use for it
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: all cores the process may use

  double perplexity = 30;               ///< t-SNE: lowered to (N - 1) / 3 where there are few points
  std::int64_t early_iterations = 250;  ///< t-SNE: with early exaggeration
  std::int64_t iterations = 500;        ///< t-SNE: after those
  double early_exaggeration = 12;       ///< t-SNE
  double exaggeration = 1;              ///< t-SNE: after the early iterations
  std::optional<double> learning_rate;  ///< t-SNE; absent: N / exaggeration
  std::optional<bool> exact_gradient;   ///< t-SNE; absent: up to 2,000 points
  MatView<const float> initial;         ///< (N, 2) to start from, scaled as it is; empty: see start

  std::optional<MapStart> start;         ///< absent: the first two components for t-SNE, spectral for UMAP
  std::int64_t neighbors = 15;           ///< UMAP: of a point, itself counted; lowered to N - 1
  double min_dist = 0.1;                 ///< UMAP: how close points may lie on the map
  double spread = 1;                     ///< UMAP: of the map; at least min_dist
  std::int64_t negative_samples = 6;     ///< UMAP: points left to chance that push, for each that pulls; umap-learn: 5
  double repulsion = 1;                  ///< UMAP: how strongly they push
  std::optional<std::int64_t> epochs;    ///< UMAP; absent: 500 up to 10,000 points, else 200
  std::span<const std::int32_t> labels;  ///< UMAP: N categories to keep apart, -1 is unknown; empty: none
  double label_weight = 0.5;             ///< UMAP: from 0, labels hardly count, to 1, nothing else does

  /// Points beyond which neighbours are looked for approximately; Map::neighbor_recall tells how well that went.
  std::int64_t exact_neighbors_up_to = 300'000;

  const MapState* resume = nullptr;     ///< of an earlier call with the same points and options: goes on from there
  std::int64_t progress_interval = 50;  ///< iterations between two calls of progress
  /// Called from the calling thread. False: stop here and return what there is.
  std::function<bool(const MapProgress&)> progress;
};

struct Map {
  Matrix points;                        ///< (N, 2)
  std::optional<double> kl_divergence;  ///< t-SNE
  double perplexity = 0;                ///< t-SNE: as used
  std::int64_t iterations = 0;          ///< t-SNE: as done, those before `resume` counted; UMAP: epochs
  bool cancelled = false;               ///< progress said so
  std::int64_t neighbors = 0;           ///< UMAP: as used
  double neighbor_recall = 1;     ///< part of the true neighbours that were found, measured on 200 points if below 1
  std::optional<MapState> state;  ///< t-SNE, UMAP, when cancelled in their iterations: see MapOptions::resume
};

/// A map of points: two numbers for each, so that what is near in the original space is near on the map.
///
/// Shapes   points (N, D), N and D any; fewer than two dimensions give a zero column for PCA.
/// Values   the same bits for one seed and any number of threads, of one instruction set. Equal points need not fall
///          together, but lie close. Under cosine a zero vector has distance 1 from every other.
/// Errors   kInvalidArgument: a row with NaN or infinity (says which), options out of range.
/// Threads  one call computes on options.threads; calls are independent.
/// Memory   t-SNE: some 12 * 6 * perplexity bytes a point beside two copies of the points.
///          resume: the bits are those of a call that was not cancelled.
/// Source   t-SNE: van der Maaten & Hinton 2008; initialisation and learning rate: Kobak & Berens 2019, Belkina et al.
///          2019; gradient for many points: convolution with a grid by FFT, after Linderman et al. 2019. Defaults are
///          those of openTSNE 1.0. UMAP: McInnes, Healy & Melville 2018; defaults are those of umap-learn 0.5.
Map make_map(MatView<const float> points, const MapOptions& options = {});

/// Puts further points on a finished map, which stays as it is.
///
/// Shapes   points (N, D) and map (N, 2), as make_map() took and gave them; added (M, D) -> (M, 2).
/// Values   each point is placed alone, whatever the others: t-SNE and UMAP between its neighbours, PCA by the
/// components
///          of `points`, where it lies within rounding of where make_map() would have put it. The same bits for any
///          number of threads. Of the options, method, metric, seed, threads and those of the curve of UMAP count;
///          neighbours of t-SNE are those of perplexity 5.
/// Errors   kInvalidArgument: no points to place among, other shapes, a row with NaN or infinity.
/// Source   Poličar, Stražar & Zupan 2019, "Embedding to reference t-SNE space"; umap-learn's transform.
Matrix place_on_map(MatView<const float> points, MatView<const float> map, MatView<const float> added,
                    const MapOptions& options = {});

}  // namespace sememe
