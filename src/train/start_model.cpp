#include "train/start_model.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/fail.h"
#include "io/bundle.h"
#include "io/file.h"
#include "io/json.h"
#include "io/json_copy.h"
#include "io/json_writer.h"
#include "model/cut_tokenizer.h"
#include "model/pipeline.h"
#include "model/tensor_names.h"
#include "sememe/tokenizer.h"
#include "sememe/tokenizer_trainer.h"
#include "train/initialize.h"
#include "train/model_folder.h"
#include "train/parameters.h"

namespace sememe::train {
namespace {

namespace fs = std::filesystem;

/// Hands all texts to `use`, some thousands at a time.
void for_each_text(const std::vector<ExampleSource>& sources,
                   const std::function<void(std::span<const std::string_view>)>& use) {
  for (const ExampleSource& source : sources) {
    std::vector<std::string> texts;
    const auto flush = [&] {
      const std::vector<std::string_view> views(texts.begin(), texts.end());
      use(views);
      texts.clear();
    };
    source.for_each([&](const Example& e) {
      texts.insert(texts.end(), e.texts.begin(), e.texts.end());
      if (texts.size() > 8192) flush();
    });
    flush();
  }
}

std::string pretty(const std::function<void(JsonWriter&)>& fill) {
  JsonWriter json(JsonStyle::kPretty);
  fill(json);
  return json.end_line().take();
}

/// The ids that stay, by their new order: those of special tokens, of characters of one byte, and of the pieces that
/// the texts have most often.
std::vector<std::int32_t> kept_ids(const Tokenizer& tokenizer, const std::vector<ExampleSource>& sources,
                                   std::int64_t vocab_size, ThreadPool& pool) {
  const auto all = static_cast<std::size_t>(tokenizer.max_id() + 1);
  std::vector<std::int64_t> counts(all, 0);
  for_each_text(sources, [&](std::span<const std::string_view> texts) {
    std::vector<std::vector<std::int32_t>> ids(texts.size());
    pool.run(std::ssize(texts), [&](std::int64_t i, int) {
      const auto at = static_cast<std::size_t>(i);
      tokenizer.encode_ids(texts[at], ids[at]);
    });
    for (const auto& text : ids)
      for (const std::int32_t id : text) ++counts[static_cast<std::size_t>(id)];
  });
  std::set<std::int32_t> kept;
  for (const Tokenizer::Added& token : tokenizer.added_tokens()) kept.insert(token.id);
  for (std::int32_t id = 0; id < static_cast<std::int32_t>(all); ++id) {
    std::string_view piece = tokenizer.id_to_token(id).value_or("");
    if (piece.starts_with("##")) piece.remove_prefix(2);
    if (piece.size() == 1) kept.insert(id);
  }
  std::vector<std::int32_t> order;
  for (std::size_t id = 0; id < all; ++id) order.push_back(static_cast<std::int32_t>(id));
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return counts[static_cast<std::size_t>(a)] > counts[static_cast<std::size_t>(b)];
  });
  for (const std::int32_t id : order)
    if (std::ssize(kept) < vocab_size && counts[static_cast<std::size_t>(id)] > 0) kept.insert(id);
  return {kept.begin(), kept.end()};
}

/// tokenizer.json with fewer pieces.
std::string cut_word_pieces(const fs::path& file, const std::vector<std::int32_t>& kept) {
  {
    const JsonDocument document = JsonDocument::load(file);
    const Json model = document.root().at("model");
    if (model.get_string("type", "WordPiece") != "WordPiece" || !model.at("vocab").is_object())
      fail(ErrorCode::kUnsupported, file.string(), ": only the vocabulary of a WordPiece model can be cut");
  }
  return cut_tokenizer(file, kept, CutPostProcessor::kRenumber);
}

}  // namespace

void write_scratch_model(const ScratchOptions& o, const std::vector<ExampleSource>& sources, std::uint64_t seed,
                         int threads, const fs::path& folder) {
  make_folders(folder);
  TokenizerTrainer trainer({.type = TokenizerType::kWordPiece, .vocab_size = o.vocab_size, .threads = threads});
  for_each_text(sources, [&](std::span<const std::string_view> texts) { trainer.add(texts); });
  const TrainedTokenizer tokenizer = trainer.train();
  write_file(folder / "tokenizer.json", tokenizer.json);
  write_file(folder / "tokenizer_config.json", pretty([&](JsonWriter& json) {
               json.begin_object()
                   .member("tokenizer_class", std::string_view("BertTokenizer"))
                   .member("do_lower_case", true)
                   .member("unk_token", std::string_view("[UNK]"))
                   .member("sep_token", std::string_view("[SEP]"))
                   .member("pad_token", std::string_view("[PAD]"))
                   .member("cls_token", std::string_view("[CLS]"))
                   .member("mask_token", std::string_view("[MASK]"))
                   .member("model_max_length", o.max_positions)
                   .end_object();
             }));
  write_file(
      folder / "config.json", pretty([&](JsonWriter& json) {
        json.begin_object().key("architectures").begin_array(true).value(std::string_view("BertModel")).end_array();
        json.member("model_type", std::string_view("bert")).member("hidden_size", o.hidden_size);
        json.member("num_hidden_layers", o.layers).member("num_attention_heads", o.heads);
        json.member("intermediate_size", o.intermediate_size).member("hidden_act", std::string_view("gelu"));
        json.member("vocab_size", tokenizer.vocab_size).member("max_position_embeddings", o.max_positions);
        json.member("type_vocab_size", std::int64_t{2}).member("layer_norm_eps", 1e-12);
        json.member("hidden_dropout_prob", 0.1).member("attention_probs_dropout_prob", 0.1);
        json.member("initializer_range", 0.02).member("pad_token_id", std::int64_t{0}).end_object();
      }));
  write_modules(read_transformer_pipeline(folder, "mean"), true, folder);
  // Last, as its presence says that the folder is complete; the pipeline is read from the folder, as of any model.
  const ParameterSet<float> parameters = initial_parameters<float>(read_pipeline(folder, std::nullopt), seed);
  save_weights(parameters, folder, folder);
}

void write_student_model(const StudentOptions& o, const fs::path& from, const std::optional<std::string>& pooling,
                         const std::vector<ExampleSource>& sources, int threads, const fs::path& folder) {
  const PipelineConfig pipeline = read_transformer_pipeline(from, pooling);
  const EncoderConfig& config = pipeline.encoder;
  std::vector<std::int64_t> layers = o.layers;
  if (layers.empty())
    for (std::int64_t i = 0; i < config.layers; ++i) layers.push_back(i);
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (layers[i] < 0 || layers[i] >= config.layers || (i > 0 && layers[i] <= layers[i - 1]))
      fail(ErrorCode::kInvalidArgument, "student layers: expected ascending numbers from 0 to ", config.layers - 1,
           ", found ", layers[i]);
  copy_model_files(from, folder);
  if (pooling) write_modules(pipeline, false, folder);
  const fs::path inside = pipeline.transformer_folder.lexically_relative(from);
  const fs::path target = inside == "." ? folder : folder / inside;

  std::vector<std::int32_t> kept;
  if (o.vocab_size > 0 && o.vocab_size < config.vocab_size) {
    if (!file_exists(pipeline.transformer_folder / "tokenizer.json"))
      fail(ErrorCode::kUnsupported, from.string(), ": a vocabulary is cut in tokenizer.json, which is not there");
    ThreadPool pool(ThreadPool::size_for(threads));
    const Tokenizer tokenizer = Tokenizer::load(pipeline.transformer_folder);
    kept = kept_ids(tokenizer, sources, o.vocab_size, pool);
    write_file(target / "tokenizer.json", cut_word_pieces(pipeline.transformer_folder / "tokenizer.json", kept));
    std::error_code ignored;
    if (fs::exists(target / "vocab.txt", ignored)) {
      std::string lines;
      for (const std::int32_t id : kept) lines.append(*tokenizer.id_to_token(id)).append("\n");
      write_file(target / "vocab.txt", lines);
    }
  }
  const JsonDocument document = JsonDocument::load(pipeline.transformer_folder / "config.json");
  write_file(target / "config.json", pretty([&](JsonWriter& json) {
               copy_changed(document.root(), json,
                            {{"num_hidden_layers", [&](const Json&) { json.value(std::ssize(layers)); }},
                             {"vocab_size",
                              [&](const Json& was) { json.value(kept.empty() ? was.as_int() : std::ssize(kept)); }}});
             }));

  ParameterSet<float> all, chosen;
  all.load(pipeline.transformer_folder, "");
  for (const PipelineConfig::Step& step : pipeline.steps)
    if (step.kind != PipelineConfig::Step::Kind::kNormalize)
      all.load(step.folder, step.folder.filename().string() + "/");
  const Parameter<float>* const words = all.find_any("", tensor_names(config.family, Param::kWords));
  for (const auto& p : all.all()) {
    std::string name = p->name;
    bool dropped = false;
    if (const std::size_t at = name.find(".layer."); at != std::string::npos) {
      const std::size_t digits = at + 7, end = name.find('.', digits);
      const auto layer = std::find(layers.begin(), layers.end(), std::stoll(name.substr(digits, end - digits)));
      dropped = layer == layers.end();
      if (!dropped) name.replace(digits, end - digits, std::to_string(layer - layers.begin()));
    }
    if (dropped) continue;
    const bool cut = p.get() == words && !kept.empty();
    std::vector<std::int64_t> shape = p->shape;
    if (cut) shape[0] = std::ssize(kept);
    Parameter<float>& out = chosen.add(name, shape);
    if (!cut) {
      std::copy(p->value.begin(), p->value.end(), out.value.begin());
      continue;
    }
    for (std::size_t i = 0; i < kept.size(); ++i)
      std::copy_n(p->matrix().row(kept[i]), p->cols(), out.matrix().row(static_cast<std::int64_t>(i)));
  }
  save_weights(chosen, folder, target);
}

}  // namespace sememe::train
