#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/thread_pool.h"
#include "explore/scene.h"
#include "map/place_map.h"
#include "sememe/matrix.h"

namespace sememe {

class JsonWriter;

/// A scene that takes new texts: they get a vector, true neighbours, and a place on each of its maps.
/// Threads  calls take turns on the pool.
class LiveScene {
 public:
  /// The vector of a text or word. Throws what the caller of place() is to see: kNotFound for an unknown word.
  using Embed = std::function<std::vector<float>(std::string_view)>;

  /// `scene` must outlive this. Shapes  vectors (N, D), those that the scene was made of. Cosine scales them to
  /// length 1. `map`: the options that its maps were made with.
  LiveScene(const Scene& scene, Matrix vectors, const MapOptions& map, Embed embed, int threads);

  /// {"text", "terms": [], "places": [[x, y] of each layout], "neighbors": [[point, score], ...]}. A place is
  /// that of place_on_map(); what equals a point falls on it. Errors those of Embed; kInvalidArgument: a vector of
  /// another length, or one that is not finite; no points.
  std::string place(std::string_view text) const;

  /// {"neighbors"} of a point, without itself: for pages that were made without neighbours.
  /// Errors   kInvalidArgument: no such point.
  std::string neighbors_of(std::int64_t point) const;

  /// As place(), for a sum such as "king - man + woman" of unit vectors, with "terms": [{"text", "sign", "places"},
  /// ...]; points of its terms are not among the neighbours. Errors   also kInvalidArgument: no such sum.
  std::string analogy(std::string_view sum) const;

 private:
  static constexpr std::int64_t kShown = 10;  // of a scene that has no neighbours

  struct Near {
    std::int64_t point;
    double distance;
  };
  /// How near all points are to a vector: larger is nearer. In float32: the nearest are to be compared anew.
  struct Scores {
    std::vector<float> query;  ///< of length 1 under cosine
    std::vector<float> of;
  };
  std::int64_t shown() const { return scene_.neighbors > 0 ? scene_.neighbors : kShown; }
  std::vector<float> vector_of(std::string_view text) const;
  Scores scores(std::span<const float> vector) const;
  /// The k nearest points, by their distance in double; some left out.
  std::vector<Near> nearest(const Scores& scores, std::int64_t k, std::span<const std::string> left_out) const;
  void places(JsonWriter& json, std::span<const float> vector, const Scores& scores) const;
  void neighbors(JsonWriter& json, std::span<const Near> found) const;

  const Scene& scene_;
  Matrix vectors_;
  Embed embed_;
  mutable ThreadPool pool_;
  std::vector<MapPlacer> placers_;  ///< one a layout
};

/// The terms of "king - man + woman": texts and their signs. Signs stand between blanks; the first may be left out.
/// Errors  kInvalidArgument: a sign without a term.
std::vector<std::pair<std::string, int>> parse_sum(std::string_view sum);

}  // namespace sememe
