#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/rng.h"
#include "io/npy.h"
#include "support/cli.h"

namespace sememe::test {
namespace {

class MapCommand : public CliTest {
 protected:
  /// n points in two groups, as a .npy file.
  std::string vectors(std::int64_t n, std::int64_t d = 6, float first = 0) const {
    const std::string file = path("vectors.npy");
    NpyWriter out(file, DType::kF32, {d});
    for (std::int64_t i = 0; i < n; ++i) {
      std::vector<float> row;
      for (std::int64_t j = 0; j < d; ++j)
        row.push_back((j % 2 == i % 2 ? 3.0F : 0.0F) + CounterRng(1, 1).normal(i * d + j));
      if (i == 0) row[0] += first;
      out.append(std::span<const float>(row));
    }
    out.finish();
    return file;
  }
  static std::string lines(std::int64_t n, const std::string& stem) {
    std::string out;
    for (std::int64_t i = 0; i < n; ++i) out.append(stem).append(std::to_string(i % 2)).append("\n");
    return out;
  }
};

TEST_F(MapCommand, VectorsBecomeNpyCsvAndSvgOfTheSamePoints) {
  const std::string in = vectors(60), labels = write("labels.txt", lines(60, "group ")), npy = path("map.npy");
  output_of({"map", "-i", in, "-o", npy});
  const NpyArray map = read_npy(npy);
  EXPECT_EQ(map.dtype, DType::kF32);
  EXPECT_EQ(map.shape, (std::vector<std::int64_t>{60, 2}));
  const std::vector<std::string> csv =
      lines_of(output_of({"map", "-i", in, "--labels", labels, "--texts", write("texts.txt", lines(60, "a,\"b\" "))}));
  ASSERT_EQ(csv.size(), 61u);
  EXPECT_EQ(csv[0], "x,y,label,text");
  EXPECT_NE(csv[2].find(",group 1,\"a,\"\"b\"\" 1\""), std::string::npos) << csv[2];
  EXPECT_NEAR(std::stof(csv[2]), map.as<float>()[2], 1e-6);
  const std::string svg = output_of({"map", "-i", in, "--labels", labels, "--format", "svg"});
  EXPECT_TRUE(svg.starts_with("<svg ")) << svg;
  EXPECT_NE(svg.find(">group 0</text>"), std::string::npos);
}

TEST_F(MapCommand, OneSeedGivesTheSameBytesForAnyNumberOfThreads) {
  const std::string in = vectors(300);
  for (const std::string method : {"tsne", "pca", "umap"}) {
    std::string first;
    for (const std::string threads : {"1", "2"}) {
      const std::string file = path(method + threads + ".npy");
      output_of({"map", "-i", in, "--method", method, "--seed", "7", "--iterations", "50", "--epochs", "50",
                 "--threads", threads, "-o", file});
      if (first.empty()) first = read(file);
      EXPECT_EQ(read(file), first) << method;
    }
  }
}

TEST_F(MapCommand, ReportTellsHowFarTheMapCanBeTrusted) {
  const std::string report = path("report.json");
  output_of({"map", "-i", vectors(90), "--metric", "euclidean", "--perplexity", "12.5", "--report", report});
  const JsonDocument document = JsonDocument::load(report);
  const Json root = document.root();
  EXPECT_EQ(root.at("method").as_string(), "tsne");
  EXPECT_EQ(root.at("metric").as_string(), "euclidean");
  EXPECT_EQ(root.at("seed").as_int(), 1);
  EXPECT_EQ(root.at("perplexity").as_number(), 12.5);
  EXPECT_GT(root.at("KL").as_number(), 0);
  for (const char* const figure : {"trustworthiness", "continuity", "knn_preservation"}) {
    EXPECT_GT(root.at(figure).as_number(), 0.5) << figure;
    EXPECT_LE(root.at(figure).as_number(), 1) << figure;
  }
  EXPECT_EQ(root.at("distortion").size(), 90u);
  output_of({"map", "-i", vectors(90), "--method", "pca", "--report", report});
  const JsonDocument of_pca = JsonDocument::load(report);
  EXPECT_FALSE(of_pca.root().find("KL").has_value());
  EXPECT_EQ(of_pca.root().at("method").as_string(), "pca");
}

TEST_F(MapCommand, UmapTakesItsFlagsAndLabels) {
  const std::string in = vectors(80), report = path("report.json"), a = path("a.npy"), b = path("b.npy");
  const std::string labels = write("labels.txt", lines(79, "group ") + "\n");
  output_of({"map", "-i", in, "--method", "umap", "--neighbors", "8", "--min-dist", "0.3", "--epochs", "40", "--report",
             report, "-o", a});
  const JsonDocument document = JsonDocument::load(report);
  EXPECT_EQ(document.root().at("method").as_string(), "umap");
  EXPECT_EQ(document.root().at("umap_neighbors").as_int(), 8);
  EXPECT_EQ(document.root().at("epochs").as_int(), 40);
  EXPECT_FALSE(document.root().find("KL").has_value());
  output_of({"map", "-i", in, "--method", "umap", "--neighbors", "8", "--min-dist", "0.3", "--epochs", "40", "--labels",
             labels, "--supervised", "-o", b});
  EXPECT_NE(read(a), read(b));
  output_of({"map", "-i", in, "--method", "umap", "--start", "pca", "--epochs", "1", "-o", b});
  expect_error({"map", "-i", in, "--supervised", "--labels", labels}, 2,
               "--supervised is for --method umap with --labels");
  expect_error({"map", "-i", in, "--method", "umap", "--min-dist", "3"}, 2,
               "min_dist: expected 0 to the spread, 1, found 3");
}

TEST_F(MapCommand, WordVectorsAreDrawnWithTheirWords) {
  const std::string in = write("words.txt", "4 3\ncat 1 0 0\ndog 0.9 0.1 0\ncar 0 1 0\nbus 0 1 0.1\n");
  const std::vector<std::string> csv = lines_of(output_of({"map", "-i", in, "--words", "--method", "pca"}));
  ASSERT_EQ(csv.size(), 5u);
  EXPECT_TRUE(csv[2].ends_with(",,dog")) << csv[2];
  EXPECT_EQ(lines_of(output_of({"map", "-i", write("w.vec", read(in)), "--limit", "2", "--method", "pca"})).size(), 3u);
  expect_error({"map", "--words", "one", "two"}, 2, "--words: expected a file of word vectors with -i, found none");
}

TEST_F(MapCommand, TextsAreEmbeddedFirst) {
  const std::vector<std::string> csv =
      lines_of(output_of({"map", "-m", model(), "--method", "pca", "one", "two", "two"}));
  ASSERT_EQ(csv.size(), 4u);
  EXPECT_TRUE(csv[1].ends_with(",,one")) << csv[1];
  EXPECT_EQ(csv[2], csv[3]) << "equal texts fall together";
  const std::string in = write("in.jsonl", "{\"text\":\"x\",\"label\":\"A\"}\n{\"text\":\"y\",\"label\":\"B\"}\n");
  const std::vector<std::string> both = lines_of(output_of({"map", "-m", model(), "-i", in, "--labels", in}));
  ASSERT_EQ(both.size(), 3u);
  EXPECT_TRUE(both[2].ends_with(",B,y")) << both[2];
}

TEST_F(MapCommand, DemoDrawsFourteenWordsOfFourCategories) {
  const std::vector<std::string> csv = lines_of(output_of({"map", "-m", model(), "--demo"}));
  ASSERT_EQ(csv.size(), 15u);
  EXPECT_TRUE(csv[1].ends_with(",animals,cat"));
  EXPECT_TRUE(csv[14].ends_with(",royalty,prince"));
}

TEST_F(MapCommand, SvgHoldsHostileTextsAsText) {
  const std::string hostile = "<script>alert(1)</script>&\"'\n\x01]]>\n\xEF\xBF\xBF\n";
  const std::string svg = output_of({"map", "-i", vectors(3), "--texts", write("t.txt", hostile), "--labels",
                                     write("l.txt", hostile), "--format", "svg"});
  EXPECT_EQ(svg.find("<script"), std::string::npos);
  EXPECT_NE(svg.find("&lt;script&gt;"), std::string::npos);
  EXPECT_EQ(svg.find('\x01'), std::string::npos);
  EXPECT_EQ(svg.find("]]>"), std::string::npos);
  EXPECT_EQ(svg.find("\xEF\xBF\xBF"), std::string::npos);
}

TEST_F(MapCommand, TextsOfASvgDoNotCoverEachOtherAndStayInside) {
  const std::string svg = output_of({"map", "-i", vectors(120), "--texts", write("t.txt", lines(120, "some words ")),
                                     "--method", "pca", "--format", "svg"});
  struct Spot {
    double x, y;
  };
  std::vector<Spot> spots;
  for (const std::string& line : lines_of(svg)) {
    if (!line.starts_with("<text class=\"ink\" x=\"") || line.find("some words") == std::string::npos) continue;
    const std::size_t text = line.find('>') + 1;
    const double width = 7.2 * static_cast<double>(line.find('<', text) - text);
    const double before = line.find("\"end\"") < text ? 1 : line.find("\"middle\"") < text ? 0.5 : 0;
    spots.push_back({std::stod(line.substr(21)) - before * width, std::stod(line.substr(line.find("y=\"") + 3))});
  }
  EXPECT_GE(spots.size(), 20u);
  for (std::size_t i = 0; i < spots.size(); ++i) {
    EXPECT_GE(spots[i].x, 9.9);
    EXPECT_LE(spots[i].x + 86, 990.1);
    EXPECT_LE(spots[i].y, 760);
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_TRUE(std::abs(spots[i].x - spots[j].x) >= 86 || std::abs(spots[i].y - spots[j].y) >= 11.9);
  }
}

/// Width, height, and the RGB pixels of a PNG as this program writes it.
struct Picture {
  std::int64_t width = 0, height = 0;
  std::string rgb;
};

Picture read_png(const std::string& bytes) {
  const auto number = [&](std::size_t at) {
    std::int64_t out = 0;
    for (std::size_t i = 0; i < 4; ++i) out = out * 256 + static_cast<unsigned char>(bytes.at(at + i));
    return out;
  };
  EXPECT_TRUE(bytes.starts_with("\x89PNG\r\n\x1A\n"));
  Picture out{.width = number(16), .height = number(20)};
  EXPECT_EQ(bytes.substr(37, 4), "IDAT");
  uLongf size = static_cast<uLongf>((3 * out.width + 1) * out.height);
  std::string rows(size, '\0');
  EXPECT_EQ(uncompress(reinterpret_cast<Bytef*>(rows.data()), &size, reinterpret_cast<const Bytef*>(&bytes.at(41)),
                       static_cast<uLong>(number(33))),
            Z_OK);
  out.rgb.resize(static_cast<std::size_t>(3 * out.width * out.height));
  for (std::int64_t y = 0; y < out.height; ++y)
    for (std::int64_t i = 0; i < 3 * out.width; ++i)
      out.rgb[y * 3 * out.width + i] =
          static_cast<char>(rows[y * (3 * out.width + 1) + 1 + i] + (y > 0 ? out.rgb[(y - 1) * 3 * out.width + i] : 0));
  return out;
}

TEST_F(MapCommand, PngShowsPointsTextsAndLegendInBothThemes) {
  const std::string in = vectors(40), labels = write("labels.txt", lines(40, "group ")), png = path("map.png");
  for (const std::string theme : {"light", "dark"}) {
    output_of({"map", "-i", in, "--method", "pca", "--labels", labels, "--texts", labels, "--theme", theme, "-o", png});
    const Picture picture = read_png(read(png));
    ASSERT_EQ(picture.width, 2000);
    ASSERT_EQ(picture.height, 1520);
    const auto pixels = [&](const std::string& color, std::int64_t left, std::int64_t right) {
      std::int64_t count = 0;
      for (std::int64_t y = 0; y < picture.height; ++y)
        for (std::int64_t x = left; x < right; ++x)
          count += picture.rgb.compare(static_cast<std::size_t>(3 * (y * picture.width + x)), 3, color) == 0 ? 1 : 0;
      return count;
    };
    EXPECT_EQ(picture.rgb.substr(0, 3), theme == "light" ? "\xFF\xFF\xFF" : "\x16\x18\x1D");
    const std::string ink = theme == "light" ? "\x22\x22\x22" : "\xE6\xE6\xE6";
    EXPECT_GT(pixels(ink, 0, 1600), 1000) << "texts and title";
    EXPECT_GT(pixels(ink, 1600, 2000), 100) << "legend";
    for (const std::string& color : {std::string("\x00\x72\xB2", 3), std::string("\xE6\x9F\x00", 3)}) {
      EXPECT_GT(pixels(color, 0, 1580), 20 * 200);
      EXPECT_GT(pixels(color, 1580, 2000), 200);
    }
  }
}

TEST_F(MapCommand, FewPointsGiveMaps) {
  for (const std::int64_t n : {1, 2, 3})
    for (const std::string method : {"tsne", "pca", "umap"})
      for (const std::string format : {"csv", "svg", "png"}) {
        SCOPED_TRACE(n);
        EXPECT_FALSE(output_of({"map", "-i", vectors(n), "--method", method, "--format", format}).empty());
      }
  EXPECT_EQ(output_of({"map", "-i", vectors(0)}), "x,y,label,text\n");
  EXPECT_EQ(output_of({"map", "-i", vectors(5), "--perplexity", "9", "-o", "/dev/null", "--format", "csv"}, "",
                      "sememe: note: perplexity 9 was lowered to 1.33, which suits 5 points\n"),
            "");
}

TEST_F(MapCommand, ErrorsNameWhatIsWrong) {
  const std::string in = vectors(4), one = write("one.txt", "a\n");
  expect_error({"map", "-i", in, "--labels", one}, 2, "expected 4 labels, one for each point, found 1");
  expect_error({"map", "-i", in, "--texts", one}, 2, "expected 4 texts, one for each point, found 1");
  expect_error({"map", "-i", in, "--perplexity", "many"}, 2, "--perplexity: expected a number, found 'many'");
  expect_error({"map", "-i", in, "--perplexity", "-1"}, 2, "perplexity: expected a number above 0, found -1");
  expect_error({"map", "-i", in, "-o", path("map.txt")}, 2, "end it in .npy, .csv, .svg, .png or .html");
  expect_error({"map", "-i", in, "--demo"}, 2, "--demo has words and labels of its own");
  expect_error({"map", "--texts", one, "x"}, 2, "--texts is for the vectors");
  expect_error({"map", "-i", path("none.npy")}, 3, "none.npy");
  expect_error({"map", "-i", vectors(4, 3, std::numeric_limits<float>::quiet_NaN()), "-o", path("m.npy")}, 2,
               "row 0: expected finite numbers, found NaN or infinity");
  expect_error(
      {"map", "-i", write("flat.npy", npy_header(DType::kF32, std::vector<std::int64_t>{2}) + std::string(8, '\0'))}, 2,
      "expected an array of (points, dimensions), found one of 1 dimension");
}

}  // namespace
}  // namespace sememe::test
