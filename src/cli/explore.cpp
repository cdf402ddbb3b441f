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
#include "cli/word_sentences.h"
#include "explore/live.h"
#include "explore/page.h"
#include "explore/tour.h"
#include "io/json.h"
#include "server/http_server.h"

namespace sememe::cli {
namespace {

constexpr std::int64_t kDefaultPort = 8642;
constexpr std::int64_t kManyPoints = 100000;
constexpr std::int64_t kMostListed = 4'000'000;  // neighbours in a page to which nobody said how many: some 43 MB
constexpr std::string_view kLessonText = "The cat sat on the mat.", kLessonOther = "A kitten lay on the rug.";

constexpr Option kInputOptions[] = {
    kMapInputOption, kLabelsOption,      kLabelsFieldOption, kTextsOption,  kDemoOption,  kWordsOption,
    kLimitOption,    kInputFormatOption, kFieldOption,       kColumnOption, kLossyOption,
};
constexpr Option kPageOptions[] = {
    {"tour", '\0', "",
     "Begin with the lesson: how one text (and another, to compare) becomes a vector, computed by the model"},
    {.name = "method",
     .value = "NAME",
     .help = "A map to offer, as sememe map makes it; may be repeated, the first is shown first (default: all)",
     .repeats = true},
    kMetricOption,
    kPerplexityOption,
    kIterationsOption,
    {"umap-neighbors", '\0', "N", "umap: neighbours of a point, itself counted (default: 15)", 2, kMostIterations},
    kMinDistOption,
    kUmapEpochsOption,
    {"neighbors", 'k', "N",
     "Nearest neighbours of each point, found beforehand; 0 is none, and a served page finds them at a click (default: "
     "10; for more than 100,000 points 0 if served, for more than 400,000 so many that a page holds 4 million)",
     0, 200},
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
  const bool all = names.empty();
  if (all) names = {"tsne", "umap", "pca"};
  std::vector<MapMethod> out;
  for (const std::string& name : names) {
    const auto method = parse_map_method(name);
    if (!method && !all)
      fail(ErrorCode::kInvalidArgument, "--method: expected a method of sememe map, such as tsne or pca, found ",
           quote(name));
    if (method && std::find(out.begin(), out.end(), *method) == out.end()) out.push_back(*method);
  }
  return out;
}

/// Turns what a person types into a vector of the points' space.
struct Typed {
  std::optional<Encoder> encoder;
  std::optional<WordVectors> words;
  std::optional<WordSentences> sentences;
  EncodeOptions options;

  std::vector<float> operator()(std::string_view text) const {
    if (encoder) {
      const std::string_view texts[] = {text};
      const Matrix vectors = encoder->encode(texts, options);
      return {vectors.row(0).begin(), vectors.row(0).end()};
    }
    if (sentences) {
      const std::string_view texts[] = {text};
      std::vector<TextStats> stats;
      const Matrix vectors = sentences->encode(texts, &stats);
      if (stats[0].tokens == 0) fail(ErrorCode::kNotFound, "no word of ", quote(text, 40), " has a vector");
      return {vectors.row(0).begin(), vectors.row(0).end()};
    }
    words->require(text);
    std::vector<float> out(words->dim());
    words->vector(text, out);
    return out;
  }
};

JsonDocument document_of(const HttpRequest& request) {
  if (request.content_type != "application/json")
    fail(ErrorCode::kInvalidArgument, "expected a body of the type application/json");
  return JsonDocument::parse(request.body, "request");
}
std::string field_of(const HttpRequest& request, std::string_view name) {
  return std::string(document_of(request).root().at(name).as_string());
}
std::int64_t point_of(const HttpRequest& request) { return document_of(request).root().at("point").as_int(); }

/// What the lesson is computed with.
struct Lesson {
  explicit Lesson(const Arguments& arguments, const Encoder& encoder)
      : probe(AttentionProbe::load(model_name(arguments))), tour(encoder, probe) {}
  AttentionProbe probe;
  Tour tour;
};

int serve(const Arguments& arguments, Console& console, MapInput input, const Scene& scene, const MapOptions& map,
          const Typed& typed, const Tour* tour) {
  const PageMode mode = typed.words                        ? PageMode::kServedWords
                        : typed.encoder || typed.sentences ? PageMode::kServedTexts
                                                           : PageMode::kServedVectors;
  const LiveScene live(scene, std::move(input.vectors), map, std::cref(typed), console.options().threads);
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
    if (request.path == "/api/place" && post && mode != PageMode::kServedVectors)
      return json(live.place(field_of(request, "text")));
    if (request.path == "/api/neighbors" && post) return json(live.neighbors_of(point_of(request)));
    if (request.path == "/api/analogy" && post && mode == PageMode::kServedWords)
      return json(live.analogy(field_of(request, "text")));
    if (request.path == "/api/tour" && post && tour != nullptr)
      return json(tour->lesson(field_of(request, "text"), field_of(request, "other")));
    return {404, "application/json", "{\"error\":\"there is nothing here\"}", {}};
  });
  console.note("the page is at ", server.url(), " until Ctrl-C");
  server.run();
  return 0;
}

void check_tour(const Arguments& arguments) {
  for (const std::string_view other : {"input", "words", "texts", "labels", "labels-field", "demo"})
    if (arguments.given(other))
      fail(ErrorCode::kInvalidArgument, "--tour has texts and words of its own; leave out --", other);
  if (arguments.operands().size() > 2)
    fail(ErrorCode::kInvalidArgument, "--tour: expected at most two texts, found ", arguments.operands().size());
}

int run_explore(const Arguments& arguments, Console& console) {
  const auto file = arguments.text("html");
  if (file && (arguments.given("port") || arguments.given("address")))
    fail(ErrorCode::kInvalidArgument, "explore: --html writes a file, --port and --address serve: choose one");
  SceneOptions options;
  options.methods = methods(arguments);
  options.map = map_options(arguments, console);
  options.clusters = arguments.number("clusters");

  Typed typed{.options = encode_options(arguments)};
  std::optional<Lesson> lesson;
  MapInput input;
  if (arguments.on("tour")) {
    check_tour(arguments);
    typed.encoder = load_encoder(arguments, console);
    lesson.emplace(arguments, *typed.encoder);
    input = demo_input(*typed.encoder, typed.options);
  } else {
    input = read_map_input(arguments, console, !file);
    const bool embeds = !input.words && (!input.model.empty() || arguments.given("model"));
    if (!file && embeds && names_word_vectors(arguments)) {
      typed.sentences.emplace(arguments, console);
      if (typed.sentences->needs_all_texts()) typed.sentences.reset();  // one text has no vector of its own
    } else if (!file && embeds) {
      typed.encoder = load_encoder(arguments, console);
    }
    typed.words = std::move(input.words);
  }
  if (const auto k = arguments.number("umap-neighbors")) options.map.neighbors = *k;
  // Neighbours of so many points take long. A server finds neighbours when they are asked for.
  const std::int64_t n = input.vectors.rows();
  const bool late = !file && n > kManyPoints;
  const std::int64_t listed =
      std::min(options.neighbors, std::max<std::int64_t>(1, kMostListed / std::max<std::int64_t>(1, n)));
  options.neighbors = arguments.number("neighbors").value_or(late ? 0 : listed);
  const std::string title = arguments.text("title").value_or(scene_title(arguments));
  Scene scene = make_scene(input, options, title, console);
  if (lesson) {
    const std::vector<std::string>& texts = arguments.operands();
    scene.tour =
        lesson->tour.document(texts.empty() ? kLessonText : texts[0], texts.size() < 2 ? kLessonOther : texts[1]);
  }
  if (!file)
    return serve(arguments, console, std::move(input), scene, options.map, typed, lesson ? &lesson->tour : nullptr);
  const std::int64_t size = write_scene(scene, *file);
  if (n > kManyPoints)
    console.note("the page takes ", (size + 500'000) / 1'000'000, " MB, with the nearest ", scene.neighbors,
                 " of each point (-k)");
  return 0;
}

}  // namespace

const Command kExplore = {
    .name = "explore",
    .summary = "Make a page to explore texts or vectors: maps, true neighbours, search",
    .operands = "[TEXT...]",
    .max_operands = 1 << 30,
    .description =
        "Makes a page with maps of the points, by each method, and serves it on this machine until Ctrl-C, or writes "
        "it to "
        "one HTML file with --html, which opens from disk without a network. A click on a point shows its nearest "
        "neighbours in the original space, and where the map puts them far apart; the page searches, selects, exports, "
        "colours by label, number, cluster or distortion, and tells by numbers how far each map can be trusted. On a "
        "served page, what you type is embedded and placed among the points; with word vectors also sums such as king "
        "- man "
        "+ woman.\n\n"
        "--tour begins with the lesson: tokens, table rows, attention, pooling and cosine of a text, and a map of "
        "fourteen words.\n\n"
        "Every --labels-field becomes a column: of categories, or of numbers where all values are numbers.",
    .examples =
        "sememe explore --demo\n"
        "sememe explore --tour \"The bank of the river\"\n"
        "sememe explore -i vectors.vec --port 8080\n"
        "sememe explore -i vectors.npy --texts texts.jsonl --labels-field label --html page.html\n",
    .groups = kGroups,
    .run = run_explore,
};

}  // namespace sememe::cli
