#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/map_input.h"
#include "cli/map_options.h"
#include "cli/model_options.h"
#include "cli/numbers.h"
#include "cli/scene.h"
#include "cli/text_input.h"
#include "explore/live.h"
#include "explore/page.h"
#include "io/json.h"
#include "server/http_server.h"

namespace sememe::cli {
namespace {

constexpr std::int64_t kDefaultPort = 8642;

constexpr Option kInputOptions[] = {
    kMapInputOption,
    kLabelsOption,
    kLabelsFieldOption,
    kTextsOption,
    kDemoOption,
    {"words", '\0', "FILE", "The words of a file of word vectors (word2vec, GloVe, fastText)"},
    {"limit", '\0', "N", "Words of --words to show, the first of the file (default: 5000)", 1, 1 << 30},
    kInputFormatOption,
    kFieldOption,
    kColumnOption,
    kLossyOption,
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
    {"port", '\0', "N",
     "Without --html: serve the page on this port of this machine; 0 is any free one (default: 8642)", 0, 65535},
    {"address", '\0', "IP", "Serve on this address; others than loopback are open to the network (default: 127.0.0.1)"},
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

/// Turns what a person types into a vector of the points' space.
struct Typed {
  std::optional<Encoder> encoder;
  std::optional<WordVectors> words;
  EncodeOptions options;

  std::vector<float> operator()(std::string_view text) const {
    if (encoder) {
      const std::string_view texts[] = {text};
      const Matrix vectors = encoder->encode(texts, options);
      return {vectors.row(0).begin(), vectors.row(0).end()};
    }
    words->require(text);
    std::vector<float> out(words->dim());
    words->vector(text, out);
    return out;
  }
};

std::string field_of(const HttpRequest& request, std::string_view name) {
  if (request.content_type != "application/json")
    fail(ErrorCode::kInvalidArgument, "expected a body of the type application/json");
  return std::string(JsonDocument::parse(request.body, "request").root().at(name).as_string());
}

int serve(const Arguments& arguments, Console& console, MapInput input, const Scene& scene) {
  Typed typed{.options = encode_options(arguments)};
  typed.words = std::move(input.words);
  if (!typed.words && (!input.model.empty() || arguments.given("model")))
    typed.encoder = load_encoder(arguments, console);
  const PageMode mode = typed.words     ? PageMode::kServedWords
                        : typed.encoder ? PageMode::kServedTexts
                                        : PageMode::kOffline;
  const LiveScene live(scene, std::move(input.vectors), std::ref(typed), console.options().threads);
  std::string page;
  write_page(
      scene, [&page](std::string_view bytes) { page.append(bytes); }, mode);

  HttpServerOptions options;
  options.address = arguments.text("address").value_or(options.address);
  options.port = static_cast<std::uint16_t>(arguments.number("port").value_or(kDefaultPort));
  options.stop_on_signals = true;
  const auto json = [](std::string body) { return HttpResponse{200, "application/json", std::move(body), {}}; };
  HttpServer server(options, [&](const HttpRequest& request) -> HttpResponse {
    const bool get = request.method == "GET", post = request.method == "POST";
    if (request.path == "/" && get)
      return {200,
              "text/html; charset=utf-8",
              page,
              {{"Content-Security-Policy", page_policy(mode) + "; frame-ancestors 'none'"}}};
    if (request.path == "/api/place" && post && mode != PageMode::kOffline)
      return json(live.place(field_of(request, "text")));
    if (request.path == "/api/analogy" && post && mode == PageMode::kServedWords)
      return json(live.analogy(field_of(request, "text")));
    return {404, "application/json", "{\"error\":\"there is nothing here\"}", {}};
  });
  console.note("the page is at ", server.url(), " until Ctrl-C");
  server.run();
  return 0;
}

int run_explore(const Arguments& arguments, Console& console) {
  const auto file = arguments.text("html");
  if (file && (arguments.given("port") || arguments.given("address")))
    fail(ErrorCode::kInvalidArgument, "explore: --html writes a file, --port and --address serve: choose one");
  SceneOptions options;
  options.methods = methods(arguments);
  options.map = map_options(arguments, console);
  options.neighbors = arguments.number("neighbors").value_or(options.neighbors);
  options.clusters = arguments.number("clusters");
  MapInput input = read_map_input(arguments, console);
  const std::string title = arguments.text("title").value_or(scene_title(arguments));
  const Scene scene = make_scene(input, std::move(options), title, console);
  if (!file) return serve(arguments, console, std::move(input), scene);
  write_scene(scene, *file);
  return 0;
}

}  // namespace

const Command kExplore = {
    .name = "explore",
    .summary = "Make a page to explore texts or vectors: maps, true neighbours, search",
    .operands = "[TEXT...]",
    .max_operands = 1 << 30,
    .description =
        "Makes a page with maps of the points, by each method, and serves it on this machine, or writes it to one HTML "
        "file with --html. A click on a point shows its nearest neighbours "
        "in the original space, and where the map puts them far apart; the page searches, selects, exports, colours by "
        "label, number, cluster or distortion, and tells by numbers how far each map can be trusted. It opens from "
        "disk, "
        "without a server or a network.\n\n"
        "Every --labels-field becomes a column: of categories, or of numbers where all values are numbers.",
    .examples =
        "sememe explore --demo\n"
        "sememe explore --words vectors.vec --port 8080\n"
        "sememe explore -i vectors.npy --texts texts.jsonl --labels-field label --html page.html\n",
    .groups = kGroups,
    .run = run_explore,
};

}  // namespace sememe::cli
