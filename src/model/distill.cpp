#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "base/fail.h"
#include "io/bundle.h"
#include "io/file.h"
#include "io/json_writer.h"
#include "io/safetensors_writer.h"
#include "map/pca.h"
#include "model/cut_tokenizer.h"
#include "model/locate.h"
#include "model/pipeline.h"
#include "model/transformer.h"
#include "sememe/distillation.h"
#include "sememe/tokenizer.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kUsualDimensions = 256;

/// "[unused12]": a row of BERT's table that no text leads to.
bool is_unused(std::string_view piece) {
  constexpr std::string_view kBegin = "[unused";
  if (!piece.starts_with(kBegin)) return false;
  const std::size_t end = piece.find_first_not_of("0123456789", kBegin.size());
  return end > kBegin.size() && end < piece.size() && piece[end] == ']';
}

/// Ids of the tokens that get a row, ascending.
std::vector<std::int32_t> kept_ids(const Tokenizer& tokenizer) {
  const std::optional<std::int32_t> unknown = tokenizer.unknown_id();
  std::optional<std::int32_t> padding;
  if (tokenizer.padding()) padding = tokenizer.token_to_id(tokenizer.padding()->token);
  for (const char* const name : {"[PAD]", "<pad>"})
    if (!padding) padding = tokenizer.token_to_id(name);
  std::vector<bool> left_out(static_cast<std::size_t>(tokenizer.max_id()) + 1);
  for (const Tokenizer::Added& token : tokenizer.added_tokens())
    left_out[static_cast<std::size_t>(token.id)] = token.id != unknown && token.id != padding;
  std::vector<std::int32_t> out;
  for (std::int32_t id = 0; id <= static_cast<std::int32_t>(tokenizer.max_id()); ++id)
    if (const auto piece = tokenizer.id_to_token(id);
        piece && !left_out[static_cast<std::size_t>(id)] && !is_unused(*piece))
      out.push_back(id);
  return out;
}

/// (pieces, D): each piece alone between the special tokens, pooled.
Matrix vectors_of_pieces(const Transformer& transformer, const Tokenizer& tokenizer,
                         const std::vector<std::int32_t>& pieces, PoolingMode pooling, ThreadPool& pool,
                         const std::function<void(std::int64_t, std::int64_t)>& progress) {
  constexpr std::int64_t kPiecesPerJob = 128, kJobsAtOnce = 16;
  const Encoding example = tokenizer.encode("a");
  const std::vector<std::uint8_t> special = example.special();
  const auto first = std::find(special.begin(), special.end(), 0);
  const std::span<const std::int32_t> specials(example.ids);
  const auto before = specials.first(static_cast<std::size_t>(first - special.begin()));
  const auto last = std::find(special.rbegin(), special.rend(), 0);
  const auto after = specials.last(first == special.end() ? 0 : static_cast<std::size_t>(last - special.rbegin()));
  const std::int64_t count = std::ssize(pieces), length = std::ssize(before) + 1 + std::ssize(after);
  Matrix out(count, transformer.config().hidden_size);
  std::vector<Workspace> workspaces(static_cast<std::size_t>(pool.size()));
  const auto forward = [&](std::int64_t begin, Workspace& workspace) {
    const std::int64_t n = std::min(kPiecesPerJob, count - begin);
    std::vector<std::int32_t> ids;
    std::vector<std::int64_t> offsets = {0};
    for (std::int64_t i = begin; i < begin + n; ++i) {
      ids.insert(ids.end(), before.begin(), before.end());
      ids.push_back(pieces[static_cast<std::size_t>(i)]);
      ids.insert(ids.end(), after.begin(), after.end());
      offsets.push_back(std::ssize(ids));
    }
    workspace.reserve(transformer.config(), transformer.operands(), std::ssize(ids), length, 1);
    const MatView<const float> hidden = transformer.forward({ids, offsets}, workspace, nullptr);
    for (std::int64_t i = 0; i < n; ++i)
      pool_tokens(pooling, hidden.slice_rows(i * length, length), 0, out.row(begin + i));
  };
  for (std::int64_t done = 0; done < count;) {
    const std::int64_t jobs = std::min(kJobsAtOnce, (count - done + kPiecesPerJob - 1) / kPiecesPerJob);
    pool.run(jobs, [&](std::int64_t job, int worker) {
      forward(done + job * kPiecesPerJob, workspaces[static_cast<std::size_t>(worker)]);
    });
    done = std::min(count, done + jobs * kPiecesPerJob);
    if (progress) progress(done, count);
  }
  return out;
}

/// The pieces along their principal components, weighted.
std::vector<float> table_of(const Matrix& vectors, std::int64_t dimensions, double sif, ThreadPool& pool) {
  const PcaFit fit = fit_pca(vectors.view(), dimensions, 1, pool);
  const std::int64_t n = vectors.rows(), k = fit.components_count;
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += 1 / static_cast<double>(i + 2);
  std::vector<float> out(static_cast<std::size_t>(n * k));
  for (std::int64_t i = 0; i < n; ++i) {
    const double part = 1 / (static_cast<double>(i + 2) * sum);
    const double weight = sif > 0 ? sif / (sif + part) : 1;
    for (std::int64_t j = i * k; j < (i + 1) * k; ++j)
      out[static_cast<std::size_t>(j)] = static_cast<float>(weight * fit.scores[static_cast<std::size_t>(j)]);
  }
  return out;
}

std::string config_json(std::string_view model, std::int64_t dimensions, const DistillOptions& options) {
  JsonWriter json(JsonStyle::kPretty);
  json.begin_object()
      .member("model_type", std::string_view("model2vec"))
      .key("architectures")
      .begin_array(true)
      .value(std::string_view("StaticModel"))
      .end_array()
      .member("tokenizer_name", model)
      .member("apply_pca", dimensions)
      .key("sif_coefficient");
  options.sif > 0 ? json.value(options.sif) : json.null();
  json.member("hidden_dim", dimensions)
      .member("seq_length", 1000000)
      .member("normalize", true)
      .member("pooling", std::string_view(options.pooling))
      .key("max_length")
      .null()  // model2vec would cut texts to 512 tokens
      .member("embedding_dtype", std::string_view("float32"))
      .end_object()
      .end_line();
  return json.take();
}

}  // namespace

void distill_static_model(std::string_view model, const fs::path& out, const DistillOptions& options) {
  const auto pooling = parse_pooling_mode(options.pooling);
  if (!pooling)
    fail(ErrorCode::kInvalidArgument, "pooling: expected one of cls, max, mean, mean_sqrt_len_tokens, weightedmean, ",
         "lasttoken, found ", quote(options.pooling));
  if (!(options.sif >= 0 && options.sif < 1))
    fail(ErrorCode::kInvalidArgument, "sif: expected 0 (no weights) to less than 1, found ", options.sif);
  if (!is_new_folder(out)) fail(ErrorCode::kInvalidArgument, out.string(), ": is there already; name a new folder");
  const fs::path from = find_model_folder(model);
  const bool plain = !file_exists(from / "modules.json");
  const PipelineConfig pipeline =
      read_transformer_pipeline(from, plain ? std::optional<std::string>("mean") : std::nullopt);
  const fs::path& folder = pipeline.transformer_folder;
  if (!file_exists(folder / "tokenizer.json"))
    fail(ErrorCode::kUnsupported, folder.string(), ": a vocabulary is cut in tokenizer.json, which is not there; ",
         "transformers' AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER) writes one");
  const Tokenizer tokenizer = Tokenizer::load(folder);
  const std::vector<std::int32_t> pieces = kept_ids(tokenizer);
  const EncoderConfig& config = pipeline.encoder;
  if (tokenizer.max_id() >= config.vocab_size || pieces.size() < 2)
    fail(ErrorCode::kCorrupt, folder.string(), ": the tokenizer has ids up to ", tokenizer.max_id(), " and ",
         pieces.size(), " pieces; the table has ", config.vocab_size, " rows");
  const std::int64_t most = std::min(config.hidden_size, std::ssize(pieces));
  if (options.dimensions < 0 || options.dimensions > most)
    fail(ErrorCode::kInvalidArgument, "dimensions: expected 1 to ", most, ", found ", options.dimensions);
  const std::int64_t dimensions = options.dimensions > 0 ? options.dimensions : std::min(kUsualDimensions, most);

  ThreadPool pool(ThreadPool::size_for(options.threads));
  const Transformer transformer(config, load_encoder_weights(folder, config, pool));
  const Matrix vectors = vectors_of_pieces(transformer, tokenizer, pieces, *pooling, pool, options.progress);
  std::vector<float> table = table_of(vectors, dimensions, options.sif, pool);
  const auto unknown = std::find(pieces.begin(), pieces.end(), tokenizer.unknown_id());
  if (unknown != pieces.end()) std::fill_n(table.begin() + (unknown - pieces.begin()) * dimensions, dimensions, 0.0F);

  make_folders(out);
  write_file(out / "tokenizer.json", cut_tokenizer(folder / "tokenizer.json", pieces, CutPostProcessor::kDrop));
  write_file(out / "config.json", config_json(model, dimensions, options));
  write_file(out / "modules.json", modules_json({{"StaticEmbedding", "."}, {"Normalize", "1_Normalize"}}));
  write_safetensors(
      out / "model.safetensors",
      {{.name = "embeddings", .shape = {std::ssize(pieces), dimensions}, .data = std::as_bytes(std::span(table))}}, {});
}

}  // namespace sememe
