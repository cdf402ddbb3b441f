#include <algorithm>

#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/map_input.h"
#include "cli/map_options.h"
#include "cli/model_options.h"
#include "cli/numbers.h"
#include "cli/scene.h"
#include "cli/text_input.h"

namespace sememe::cli {
namespace {

constexpr Option kInputOptions[] = {
    kMapInputOption,    kLabelsOption, kLabelsFieldOption, kTextsOption, kDemoOption,
    kInputFormatOption, kFieldOption,  kColumnOption,      kLossyOption,
};
constexpr Option kPageOptions[] = {
    {.name = "method",
     .value = "NAME",
     .help = "A map to offer, pca or tsne; may be repeated, the first is shown first (default: tsne and pca)",
     .repeats = true},
    kMetricOption,
    kPerplexityOption,
    kIterationsOption,
    {"neighbors", 'k', "N", "Nearest neighbours of each point; 0 is none (default: 10)", 0, 200},
    {"clusters", '\0', "N", "Clusters to find and name; 0 is none (default: as suits the number of points)", 0, 1000},
    kSeedOption,
    {"title", '\0', "TEXT", "Title of the page (default: the name of the input)"},
};
constexpr Option kOutputOptions[] = {
    {"html", 'o', "FILE", "Write the page to FILE; it needs no other file and no network"},
};
const OptionGroup kGroups[] = {
    {"Input", kInputOptions}, {"Page", kPageOptions}, {"Output", kOutputOptions}, model_options()};

std::vector<MapMethod> methods(const Arguments& arguments) {
  std::vector<std::string> names = arguments.texts("method");
  if (names.empty()) names = {"tsne", "pca"};
  std::vector<MapMethod> out;
  for (const std::string& name : names) {
    const auto method = parse_map_method(name);
    if (!method) fail(ErrorCode::kInvalidArgument, "--method: expected one of tsne, pca, found ", quote(name));
    if (std::find(out.begin(), out.end(), *method) == out.end()) out.push_back(*method);
  }
  return out;
}

int run_explore(const Arguments& arguments, Console& console) {
  const auto file = arguments.text("html");
  if (!file) fail(ErrorCode::kInvalidArgument, "explore: where does the page go? name a file with --html");
  SceneOptions options;
  options.methods = methods(arguments);
  options.map = map_options(arguments, console);
  options.neighbors = arguments.number("neighbors").value_or(options.neighbors);
  options.clusters = arguments.number("clusters");
  MapInput input = read_map_input(arguments, console);
  const std::string title = arguments.text("title").value_or(scene_title(arguments));
  write_scene(make_scene(std::move(input), std::move(options), title, console), *file);
  return 0;
}

}  // namespace

const Command kExplore = {
    .name = "explore",
    .summary = "Make a page to explore texts or vectors: maps, true neighbours, search",
    .operands = "[TEXT...]",
    .max_operands = 1 << 30,
    .description =
        "Writes one HTML file with maps of the points, by each method. A click on a point shows its nearest neighbours "
        "in the original space, and where the map puts them far apart; the page searches, selects, exports, colours by "
        "label, number, cluster or distortion, and tells by numbers how far each map can be trusted. It opens from "
        "disk, "
        "without a server or a network.\n\n"
        "Every --labels-field becomes a column: of categories, or of numbers where all values are numbers.",
    .examples =
        "sememe explore --demo --html words.html\n"
        "sememe explore -i vectors.npy --texts texts.jsonl --labels-field label --html page.html\n",
    .groups = kGroups,
    .run = run_explore,
};

}  // namespace sememe::cli
