// PCA, t-SNE and the quality of maps against scikit-learn and openTSNE (../shared/data/golden/maps).

#include "sememe/map.h"

#include <gtest/gtest.h>

#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "io/json.h"
#include "io/npy.h"
#include "io/npz.h"
#include "map/fuzzy_set.h"
#include "map/knn_graph.h"
#include "map/pca.h"
#include "map/tsne.h"
#include "map/umap.h"
#include "support/sanitized.h"
#include "support/shared_data.h"

namespace sememe {
namespace {

class MapParity : public testing::Test {
 protected:
  void SetUp() override {
    SEMEME_SKIP_WITHOUT(test::shared_data("golden/maps/expected.npz"));
    array_ = read_npy(test::shared_data("golden/maps/points.npy"));
  }
  MatView<const float> points(std::int64_t rows = 1500) const { return {array_.as<float>().data(), rows, 384}; }
  template <class T = double>
  static std::vector<double> expected(const char* name) {
    const NpyArray array = NpzReader(test::shared_data("golden/maps/expected.npz")).read(name);
    std::vector<double> out;
    for (const T v : array.as<T>()) out.push_back(static_cast<double>(v));
    return out;
  }
  /// Differences in parts of the largest expected value.
  static void expect_near(std::span<const double> got, std::span<const double> want, double tolerance,
                          const std::string& what) {
    ASSERT_EQ(got.size(), want.size()) << what;
    double largest = 0;
    for (const double v : want) largest = std::max(largest, std::abs(v));
    for (std::size_t i = 0; i < want.size(); ++i)
      ASSERT_LE(std::abs(got[i] - want[i]), tolerance * largest) << what << " " << i;
  }

  NpyArray array_;
};

TEST_F(MapParity, PrincipalComponentsAreThoseOfScikitLearn) {
  ThreadPool pool(2);
  const PcaFit fit = fit_pca(points(), 5, 1, pool);
  expect_near(fit.variances, expected("pca_explained_variance"), 1e-9, "variance");
  std::vector<double> components = expected("pca_components"), scores = expected("pca_scores");
  for (std::int64_t c = 0; c < 5; ++c) {  // the reference leaves signs open
    if (components[c * 384] * fit.components[c * 384] > 0) continue;
    for (std::int64_t j = 0; j < 384; ++j) components[c * 384 + j] *= -1;
    for (std::int64_t i = 0; i < 1500; ++i) scores[i * 5 + c] *= -1;
  }
  expect_near(fit.components, components, 1e-9, "components");
  expect_near(fit.scores, scores, 1e-9, "scores");
}

TEST_F(MapParity, TrustworthinessIsThatOfScikitLearn) {
  const std::vector<double> layout = expected("tsne_Y");
  const std::vector<float> map(layout.begin(), layout.end());
  const MapQuality quality = map_quality(points(300), {map.data(), 300, 2}, {.metric = MapMetric::kEuclidean});
  EXPECT_NEAR(quality.trustworthiness, expected("trustworthiness_k10_of_tsne_Y")[0], 1e-9);
}

TEST_F(MapParity, AffinitiesGradientAndDivergenceOfTsneAreThoseOfTheReference) {
  ThreadPool pool(2);
  const KnnGraph graph = exact_knn(points(300), 299, MapMetric::kEuclidean, pool);
  expect_near(conditional_probabilities(graph, 30, pool).beta, expected("tsne_beta"), 1e-9, "beta");
  const SparseMatrix p = joint_probabilities(graph, 30, pool);
  std::vector<double> dense(300 * 300);
  for (std::int64_t i = 0; i < 300; ++i)
    for (std::int64_t e = p.begins[i]; e < p.begins[i + 1]; ++e) dense[i * 300 + p.columns[e]] = p.values[e];
  expect_near(dense, expected("tsne_P"), 1e-9, "P");

  const std::vector<double> y = expected("tsne_Y"), want = expected("tsne_gradient");
  for (const bool exact : {true, false}) {
    std::vector<double> gradient;
    const double kl = TsneObjective(p, exact, pool).gradient(y, 1, gradient, true);
    EXPECT_NEAR(kl, expected("tsne_KL")[0], exact ? 1e-9 : 1e-4);
    for (double& v : gradient) v *= 4;
    expect_near(gradient, want, exact ? 1e-9 : 2e-3, exact ? "gradient" : "gradient by the grid");
  }
}

TEST_F(MapParity, FuzzySetAndCurveOfUmapAreThoseOfUmapLearn) {
  ThreadPool pool(2);
  const KnnGraph graph = exact_knn(points(300), 14, MapMetric::kEuclidean, pool);
  const std::vector<double> knn = expected<std::int64_t>("umap_knn");  // a point itself is the first of its row
  for (std::int64_t i = 0; i < 300; ++i)
    for (std::int64_t j = 0; j < 14; ++j)
      ASSERT_EQ(graph.neighbors(i)[j], static_cast<std::int64_t>(knn[i * 15 + j + 1])) << i << " " << j;
  const Reach reach = reach_of(graph, 15, true, pool);
  expect_near(reach.rhos, expected<float>("umap_rhos"), 1e-6, "rho");
  expect_near(reach.sigmas, expected<float>("umap_sigmas"), 1e-4, "sigma");

  const SparseMatrix fuzzy = fuzzy_union(graph, 15, pool);
  const std::vector<double> rows = expected<std::int32_t>("umap_row"), columns = expected<std::int32_t>("umap_col");
  ASSERT_EQ(fuzzy.columns.size(), columns.size());
  for (std::int64_t i = 0; i < 300; ++i)
    for (std::int64_t e = fuzzy.begins[i]; e < fuzzy.begins[i + 1]; ++e) {
      ASSERT_EQ(i, static_cast<std::int64_t>(rows[e]));
      ASSERT_EQ(fuzzy.columns[e], static_cast<std::int32_t>(columns[e]));
    }
  expect_near(fuzzy.values, expected<float>("umap_val"), 1e-4, "membership");
  const UmapCurve curve = fit_umap_curve(1, 0.1);
  expect_near(std::vector<double>{curve.a, curve.b}, expected("umap_ab"), 1e-4, "curve");
}

TEST_F(MapParity, FinalDivergenceOfTsneIsBelowThatOfOpenTsneForAnyOfItsSeeds) {
  if (test::kSanitized) GTEST_SKIP() << "1,000 steps of arithmetic: of no use under sanitizers";
  const JsonDocument document = JsonDocument::load(test::shared_data("golden/maps/opentsne.json"));
  double least = 1e9;
  for (const Json& kl : document.root().at("opentsne_final_kl_of_points_npy_perplexity_30").elements())
    least = std::min(least, kl.as_number());
  const Map map = make_map(points(), {.metric = MapMetric::kEuclidean});
  EXPECT_LE(*map.kl_divergence, least);
  EXPECT_GE(map_quality(points(), map.points.view()).trustworthiness,
            document.root().at("trustworthiness").as_number() - 0.005);
}

}  // namespace
}  // namespace sememe
