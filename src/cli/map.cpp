#include "sememe/map.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/map_input.h"
#include "cli/map_options.h"
#include "cli/model_options.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/png_map.h"
#include "cli/progress.h"
#include "cli/scene.h"
#include "cli/svg_map.h"
#include "cli/text_input.h"
#include "io/json_writer.h"
#include "io/npy.h"

namespace sememe::cli {
namespace {

constexpr Option kInputOptions[] = {
    kMapInputOption, kWordsOption,       kLimitOption, kLabelsOption, kLabelsFieldOption, kTextsOption,
    kDemoOption,     kInputFormatOption, kFieldOption, kColumnOption, kLossyOption,
};
constexpr Option kMapOptions[] = {
    {"method", '\0', "tsne|umap|pca", "How the map is made (default: tsne)"},
    kMetricOption,
    kPerplexityOption,
    kIterationsOption,
    {"neighbors", '\0', "N", "umap: neighbours of a point, itself counted (default: 15)", 2, kMostIterations},
    kMinDistOption,
    kUmapEpochsOption,
    {"supervised", '\0', "", "umap: keep points of different --labels apart; an empty label is unknown"},
    {"start", '\0', "pca|spectral", "Where points start (default: pca for tsne, spectral for umap)"},
    kSeedOption,
};
constexpr Option kOutputOptions[] = {
    {"out", 'o', "FILE", "Write the map to FILE; its name tells the format: .npy, .csv, .svg, .png, .html"},
    {"format", '\0', "npy|csv|svg|png|html", "Format of the output (default: by the name of -o, else csv)"},
    {"theme", '\0', "light|dark", "Of a .png (default: light); a .svg follows its reader"},
    {"report", '\0', "FILE", "Write what was done and how far the map can be trusted to FILE, as JSON"},
};
const OptionGroup kGroups[] = {
    {"Input", kInputOptions}, {"Map", kMapOptions}, {"Output", kOutputOptions}, model_options()};

std::string format_of(const Arguments& arguments, const std::string& name) {
  if (const auto format = arguments.text("format")) return *format;
  for (const std::string_view known : {"npy", "csv", "svg", "png", "html"})
    if (name.ends_with(concat('.', known))) return std::string(known);
  if (name != "-")
    fail(ErrorCode::kInvalidArgument, "-o ", quote(name),
         ": the name does not tell the format; end it in .npy, .csv, .svg, .png or .html, or give --format");
  return "csv";
}

/// Also those that sememe map alone has.
MapOptions all_map_options(const Arguments& arguments, const Console& console) {
  MapOptions options = map_options(arguments, console);
  options.method = *parse_map_method(arguments.text("method").value_or("tsne"));
  options.neighbors = arguments.number("neighbors").value_or(options.neighbors);
  if (const auto start = arguments.text("start")) options.start = parse_map_start(*start);
  return options;
}

/// A number for each label; -1 for empty ones.
std::vector<std::int32_t> numbers_of(const std::vector<std::string>& labels) {
  std::map<std::string_view, std::int32_t> known;
  std::vector<std::int32_t> out;
  for (const std::string& label : labels)
    out.push_back(label.empty() ? -1 : known.emplace(label, static_cast<std::int32_t>(known.size())).first->second);
  return out;
}

std::string_view method_title(MapMethod method) {
  return method == MapMethod::kPca ? "PCA" : method == MapMethod::kTsne ? "t-SNE" : "UMAP";
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? "\"\"" : std::string(1, c));
  return out.append("\"");
}

void write_csv(const MapInput& input, const Matrix& points, const std::string& name) {
  AtomicFile out(output_path(name));
  out.write("x,y,label,text\n");
  for (std::int64_t i = 0; i < points.rows(); ++i) {
    std::string line;
    append_float(line, points.row(i)[0]);
    append_float(line.append(","), points.row(i)[1]);
    const auto at = static_cast<std::size_t>(i);
    line.append(",").append(input.labels.empty() ? "" : csv_field(input.labels[at]));
    line.append(",").append(input.texts.empty() ? "" : csv_field(input.texts[at]));
    out.write(line.append("\n"));
  }
  out.commit();
}

void write_npy(const Matrix& points, const std::string& name) {
  SeekableOutput place(name);
  NpyWriter file(place.path(), DType::kF32, {2});
  for (std::int64_t i = 0; i < points.rows(); ++i) file.append(points.row(i));
  file.finish();
  place.finish();
}

void write_text(const std::string& text, const std::string& name) {
  AtomicFile out(output_path(name));
  out.write(text);
  out.commit();
}

/// One decimal digit more or less would change nobody's mind: figures are for comparing maps.
std::string report_json(const MapInput& input, const MapOptions& options, const Map& map, const MapQuality& quality,
                        double seconds) {
  JsonWriter json(JsonStyle::kPretty);
  json.begin_object()
      .member("method", map_method_name(options.method))
      .member("metric", map_metric_name(options.metric))
      .member("points", input.vectors.rows())
      .member("dimensions", input.vectors.cols())
      .member("seed", options.seed)
      .member("seconds", seconds);
  if (options.method == MapMethod::kTsne)
    json.member("perplexity", map.perplexity).member("iterations", map.iterations);
  if (options.method == MapMethod::kUmap) json.member("umap_neighbors", map.neighbors).member("epochs", map.iterations);
  if (map.neighbor_recall < 1) json.member("neighbor_recall", map.neighbor_recall);
  json.key("KL");
  map.kl_divergence ? json.value(*map.kl_divergence) : json.null();
  json.member("neighbors", quality.neighbors)
      .member("sampled", quality.sampled)
      .member("trustworthiness", quality.trustworthiness)
      .member("continuity", quality.continuity)
      .member("knn_preservation", quality.knn_preservation);
  json.key("distortion").numbers(quality.distortion);
  if (quality.sampled < input.vectors.rows()) {
    json.key("distortion_points").begin_array(true);
    for (const std::int64_t point : quality.points) json.value(point);
    json.end_array();
  }
  json.end_object().end_line();
  return json.take();
}

int write_html(const Arguments& arguments, MapInput input, const MapOptions& options, const std::string& name,
               Console& console) {
  if (arguments.given("report"))
    fail(ErrorCode::kInvalidArgument,
         "--report: a page has its report inside; leave --report out, or write another format");
  write_scene(make_scene(input, {.methods = {options.method}, .map = options}, scene_title(arguments), console), name);
  return 0;
}

int run_map(const Arguments& arguments, Console& console) {
  const std::string name = arguments.text("out").value_or("-"), format = format_of(arguments, name);
  MapOptions options = all_map_options(arguments, console);
  MapInput input = read_map_input(arguments, console);
  const MatView<const float> vectors = input.vectors.view();
  std::vector<std::int32_t> categories;
  if (arguments.on("supervised")) {
    if (options.method != MapMethod::kUmap || input.labels.empty())
      fail(ErrorCode::kInvalidArgument, "--supervised is for --method umap with --labels");
    categories = numbers_of(input.labels);
    options.labels = categories;
  }
  if (format == "html") return write_html(arguments, std::move(input), options, name, console);

  Progress progress(console);
  StageProgress stages(console);
  options.progress = [&](const MapProgress& state) {
    stages.update(state.stage, state.done, state.total);
    return true;
  };
  const Map map = make_map(vectors, options);
  stages.finish();
  const double seconds = progress.seconds();
  if (arguments.given("perplexity") && options.method == MapMethod::kTsne && map.perplexity < options.perplexity)
    console.note("perplexity ", options.perplexity, " was lowered to ", fixed(map.perplexity, 2, 0), ", which suits ",
                 vectors.rows, vectors.rows == 1 ? " point" : " points");

  std::optional<std::string> report;
  if (arguments.given("report") || console.options().verbose) {
    const MapQuality quality =
        map_quality(vectors, map.points.view(), {.metric = options.metric, .threads = options.threads});
    report = report_json(input, options, map, quality, seconds);
    console.detail(with_commas(vectors.rows), " points in ", fixed(seconds, 2, 0), " s: trustworthiness ",
                   fixed(quality.trustworthiness, 3, 0), ", continuity ", fixed(quality.continuity, 3, 0),
                   ", neighbours kept ", fixed(100 * quality.knn_preservation, 1, 0), " %");
  }
  if (format == "npy")
    write_npy(map.points, name);
  else if (format == "svg" || format == "png") {
    const std::string title =
        concat(with_commas(vectors.rows), vectors.rows == 1 ? " point, " : " points, ", method_title(options.method));
    write_text(format == "svg" ? svg_map(input, map.points, title)
                               : png_map(input, map.points, title, arguments.text("theme") == "dark"),
               name);
  } else
    write_csv(input, map.points, name);
  if (const auto file = arguments.text("report")) write_text(*report, *file);
  return 0;
}

}  // namespace

const Command kMap = {
    .name = "map",
    .summary = "Draw vectors or texts as a map of two dimensions",
    .operands = "[TEXT...]",
    .max_operands = 1 << 30,
    .description =
        "Gives each vector or text a place on a plane, so that neighbours stay neighbours: by t-SNE, by UMAP, or by "
        "PCA, which keeps directions. No map keeps all distances; --report tells how far this one can be trusted, with "
        "1 as the "
        "best: trustworthiness (neighbours on the map are neighbours in truth), continuity (true neighbours are "
        "neighbours on the map), and the part of the ten nearest that is kept. One seed gives the same map every time, "
        "with any number of threads.",
    .examples =
        "sememe map --demo -o words.svg\n"
        "sememe map -i vectors.npy --labels labels.txt -o map.svg --report report.json\n"
        "sememe map -i glove.txt --words --method umap -o words.svg\n"
        "sememe map -i sentences.txt --method pca -o map.csv\n",
    .groups = kGroups,
    .run = run_map,
};

}  // namespace sememe::cli
