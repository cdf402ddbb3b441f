#include "cli/map_input.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/fail.h"
#include "cli/model_options.h"
#include "cli/text_vectors.h"
#include "io/npy.h"
#include "io/utf8.h"
#include "sememe/encoder.h"
#include "sememe/words.h"

namespace sememe::cli {
namespace {

constexpr std::pair<std::string_view, std::string_view> kDemo[] = {
    {"cat", "animals"},    {"dog", "animals"},  {"bird", "animals"},  {"fish", "animals"},  {"car", "vehicles"},
    {"truck", "vehicles"}, {"bus", "vehicles"}, {"bike", "vehicles"}, {"apple", "food"},    {"banana", "food"},
    {"orange", "food"},    {"king", "royalty"}, {"queen", "royalty"}, {"prince", "royalty"}};

/// All texts of a file: lines, or the member or column `field`.
std::vector<std::string> read_texts(const std::string& path, const std::string& field) {
  ReaderOptions options;
  options.field = field;
  if (path.find(".csv") != std::string::npos || path.find(".tsv") != std::string::npos) options.column = field;
  TextReader reader(path, options);
  std::vector<std::string> out;
  for (TextRecord record; reader.next(record);) out.push_back(std::move(record.text));
  return out;
}

/// The texts or labels of `path`, which --<flag> named: one for each point.
std::vector<std::string> read_companions(const std::string& path, std::string_view flag, const std::string& field,
                                         std::int64_t points) {
  std::vector<std::string> out = read_texts(path, field);
  if (std::ssize(out) != points)
    fail(ErrorCode::kInvalidArgument, "--", flag, ": ", path, ": expected ", points, " ", flag,
         ", one for each point, found ", out.size());
  return out;
}

void read_columns(const Arguments& arguments, MapInput& out) {
  std::optional<std::string> path = arguments.text("labels");
  std::vector<std::string> fields = arguments.texts("labels-field");
  if (!path && fields.empty()) return;
  if (!path) path = arguments.given("texts") ? arguments.text("texts") : arguments.text("input");
  if (!path || *path == "-" || path->ends_with(".npy"))
    fail(ErrorCode::kInvalidArgument, "--labels-field: which file has the labels? name it with --labels");
  if (fields.empty()) fields.emplace_back("label");
  for (std::string& field : fields) {
    std::vector<std::string> values = read_companions(*path, "labels", field, out.vectors.rows());
    out.columns.push_back({std::move(field), std::move(values)});
  }
}

Matrix read_vectors(const std::string& path) {
  const NpyArray array = read_npy(path);
  if (array.shape.size() != 2)
    fail(ErrorCode::kInvalidArgument, path, ": expected an array of (points, dimensions), found one of ",
         array.shape.size(), array.shape.size() == 1 ? " dimension" : " dimensions");
  const std::vector<float> values = array.to_float();
  Matrix out(array.shape[0], array.shape[1]);
  std::copy(values.begin(), values.end(), out.data());
  return out;
}

/// Words are the texts of their vectors.
void read_words(const Arguments& arguments, const std::string& path, bool keep, MapInput& out) {
  constexpr std::int64_t kUsual = 20'000;  // more words are more than a map shows
  const std::int64_t limit = arguments.number("limit").value_or(kUsual);
  WordVectors words = WordVectors::load(path, {.limit = keep ? 0 : limit});
  const MatView<const float> vectors = words.vectors();
  const std::int64_t n = limit == 0 ? vectors.rows : std::min(limit, vectors.rows);
  out.vectors = Matrix(n, vectors.cols);
  for (std::int64_t i = 0; i < n; ++i) {
    std::copy_n(vectors.row(i), vectors.cols, out.vectors.row(i).data());
    out.texts.emplace_back(replace_invalid_utf8(words.word(i)));
  }
  if (keep) out.words = std::move(words);
}

void embed(const Arguments& arguments, Console& console, MapInput& out) {
  if (arguments.on("demo")) {
    out = demo_input(load_encoder(arguments, console), encode_options(arguments));
    return;
  }
  out.model = std::filesystem::path(model_name(arguments)).filename().string();
  EmbeddedTexts embedded = embed_all(arguments, console);
  out.texts = std::move(embedded.texts);
  out.vectors = std::move(embedded.vectors);
}

}  // namespace

MapInput demo_input(const Encoder& encoder, const EncodeOptions& options) {
  MapInput out;
  out.columns.push_back({"category", {}});
  for (const auto& [word, label] : kDemo) out.texts.emplace_back(word), out.columns.front().values.emplace_back(label);
  out.vectors = encoder.encode(out.texts, options);
  out.model = encoder.info().name;
  return out;
}

MapInput read_map_input(const Arguments& arguments, Console& console, bool keep_words) {
  MapInput out;
  const std::string path = arguments.text("input").value_or("");
  const bool given = arguments.operands().empty() && !path.empty();
  const bool words = given && (arguments.on("words") || path.ends_with(".vec") || path.ends_with(".bin"));
  const bool vectors = given && !words && path.ends_with(".npy");
  if (arguments.on("demo") && (!path.empty() || !arguments.operands().empty() || arguments.given("labels")))
    fail(ErrorCode::kInvalidArgument, "--demo has words and labels of its own; leave out texts, -i and --labels");
  if (arguments.given("texts") && !vectors)
    fail(ErrorCode::kInvalidArgument, "--texts is for the vectors of -i FILE.npy; other points are texts themselves");
  if (arguments.on("words") && !words)
    fail(ErrorCode::kInvalidArgument, "--words: expected a file of word vectors with -i, found none");
  if (words) {
    read_words(arguments, path, keep_words, out);
  } else if (vectors) {
    out.vectors = read_vectors(path);
    if (const auto texts = arguments.text("texts"))
      out.texts = read_companions(*texts, "texts", arguments.text("field").value_or("text"), out.vectors.rows());
  } else {
    embed(arguments, console, out);
  }
  if (!arguments.on("demo")) read_columns(arguments, out);
  if (!out.columns.empty()) out.labels = out.columns.front().values;
  return out;
}

}  // namespace sememe::cli
