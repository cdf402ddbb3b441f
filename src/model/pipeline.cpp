#include "model/pipeline.h"

#include <algorithm>
#include <array>

#include "base/fail.h"
#include "base/log.h"
#include "io/bundle.h"
#include "io/json_writer.h"
#include "model/locate.h"
#include "model/static_model.h"

namespace sememe {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kPoolingNames = "cls, max, mean, mean_sqrt_len_tokens, weightedmean, lasttoken";
constexpr std::int64_t kMaxWidth = 1 << 20;

std::vector<PoolingMode> in_order(std::vector<PoolingMode> modes) {
  std::sort(modes.begin(), modes.end());
  modes.erase(std::unique(modes.begin(), modes.end()), modes.end());
  return modes;
}

std::vector<PoolingMode> parse_pooling_flag(std::string_view text) {
  std::vector<PoolingMode> modes;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('+', begin), text.size());
    const auto mode = parse_pooling_mode(text.substr(begin, end - begin));
    if (!mode)
      fail(ErrorCode::kInvalidArgument, "pooling: expected names joined by + (", kPoolingNames, "), found ",
           quote(text));
    modes.push_back(*mode);
    begin = end + 1;
  }
  return in_order(std::move(modes));
}

/// "pooling_mode": a name, or an array of names (sentence-transformers 6).
std::vector<PoolingMode> named_modes(const Json& value) {
  std::vector<Json> names;
  if (value.is_array())
    names = value.elements();
  else
    names.push_back(value);
  std::vector<PoolingMode> modes;
  for (const Json& name : names) {
    const auto mode = parse_pooling_mode(name.as_string());
    if (!mode)
      fail(ErrorCode::kUnsupported, name.where(), ": pooling ", quote(name.as_string()),
           " is not known; known ones: ", kPoolingNames);
    modes.push_back(*mode);
  }
  return in_order(std::move(modes));
}

/// The booleans that sentence-transformers 2 to 5 wrote; an absent one has the default of Pooling's constructor.
std::vector<PoolingMode> switched_modes(const Json& config) {
  struct Switch {
    std::string_view key;
    PoolingMode mode;
    bool fallback;
  };
  constexpr std::array kSwitches = {
      Switch{"pooling_mode_cls_token", PoolingMode::kCls, false},
      Switch{"pooling_mode_max_tokens", PoolingMode::kMax, false},
      Switch{"pooling_mode_mean_tokens", PoolingMode::kMean, true},
      Switch{"pooling_mode_mean_sqrt_len_tokens", PoolingMode::kMeanSqrtLen, false},
      Switch{"pooling_mode_weightedmean_tokens", PoolingMode::kWeightedMean, false},
      Switch{"pooling_mode_lasttoken", PoolingMode::kLastToken, false},
  };
  std::vector<PoolingMode> modes;
  for (const Switch& s : kSwitches)
    if (config.get_bool(s.key, s.fallback)) modes.push_back(s.mode);
  return modes;
}

void read_pooling(const fs::path& folder, std::int64_t width, bool overridden, PipelineConfig& p) {
  const JsonDocument document = JsonDocument::load(folder / "config.json");
  const Json config = document.root();
  for (const char* key : {"word_embedding_dimension", "embedding_dimension"})
    if (const std::int64_t found = config.get_int(key, width); found != width)
      config.fail(concat(key, ": expected ", width, " (hidden_size of config.json), found ", found));
  p.include_prompt = config.get_bool("include_prompt", true);
  if (overridden) return;
  const auto mode = config.find("pooling_mode");
  p.pooling = mode ? named_modes(*mode) : switched_modes(config);
  if (p.pooling.empty()) config.fail(concat("chooses no pooling mode; say which with --pooling (", kPoolingNames, ")"));
}

PipelineConfig::Step read_dense(const fs::path& folder) {
  const JsonDocument document = JsonDocument::load(folder / "config.json");
  const Json config = document.root();
  PipelineConfig::Step step{.kind = PipelineConfig::Step::Kind::kDense, .folder = folder};
  step.in = config.at("in_features").as_int();
  step.out = config.at("out_features").as_int();
  for (const std::int64_t size : {step.in, step.out})
    if (size < 1 || size > kMaxWidth)
      config.fail(concat("in_features and out_features: expected 1 to ", kMaxWidth, ", found ", size));
  step.bias = config.get_bool("bias", true);
  const std::string name = config.get_string("activation_function", "torch.nn.modules.activation.Tanh");
  const auto activation = parse_activation(name);
  if (!activation)
    fail(ErrorCode::kUnsupported, config.where(), ": activation_function ", quote(name),
         " is not known; known ones: ", known_activations());
  step.activation = *activation;
  for (const char* key : {"module_input_name", "module_output_name"})
    if (const std::string found = config.get_string(key, "sentence_embedding"); found != "sentence_embedding")
      fail(ErrorCode::kUnsupported, config.where(), ": ", key, " ", quote(found),
           ": only a Dense after pooling (sentence_embedding) can be read");
  return step;
}

PipelineConfig::Step read_layer_norm(const fs::path& folder) {
  const JsonDocument document = JsonDocument::load(folder / "config.json");
  PipelineConfig::Step step{.kind = PipelineConfig::Step::Kind::kLayerNorm, .folder = folder};
  step.in = step.out = document.root().at("dimension").as_int();
  return step;
}

/// "sentence_transformers.models.Pooling" -> "Pooling".
std::string_view class_name(std::string_view type) { return type.substr(type.rfind('.') + 1); }

/// The modules after the transformer, in order. `width` is hidden_size.
void read_modules(const fs::path& folder, const Json& modules, bool overridden, PipelineConfig& p) {
  using Kind = PipelineConfig::Step::Kind;
  std::int64_t width = p.encoder.hidden_size;
  bool pooled = p.encoder.family == Family::kStatic;  // its table and its mean are one module
  for (std::size_t i = 1; i < modules.elements().size(); ++i) {
    const Json module = modules.elements()[i];
    const std::string_view type = class_name(module.at("type").as_string());
    const fs::path where = inside_folder(folder, module.get_string("path", ""), module.where());
    if (type == "Dropout") continue;  // does nothing once a model is trained
    if (type != "Pooling" && !pooled)
      fail(ErrorCode::kUnsupported, module.where(), ": ", quote(type),
           " stands before Pooling; only Pooling can follow the transformer");
    if (type == "Pooling") {
      if (pooled) fail(ErrorCode::kUnsupported, module.where(), ": a second Pooling");
      pooled = true;
      read_pooling(where, width, overridden, p);
      width *= static_cast<std::int64_t>(p.pooling.size());
    } else if (type == "Dense") {
      p.steps.push_back(read_dense(where));
    } else if (type == "LayerNorm") {
      p.steps.push_back(read_layer_norm(where));
    } else if (type == "Normalize") {
      p.steps.push_back({.kind = Kind::kNormalize, .folder = where, .in = width, .out = width});
    } else {
      fail(ErrorCode::kUnsupported, module.where(), ": module type ", quote(module.at("type").as_string()),
           " is not known; known ones: Transformer, StaticEmbedding, Pooling, Dense, LayerNorm, Normalize, Dropout");
    }
    if (!p.steps.empty()) {
      const PipelineConfig::Step& step = p.steps.back();
      if (step.in != width)
        fail(ErrorCode::kCorrupt, (step.folder / "config.json").string(), ": takes vectors of ", step.in,
             " but the module before it gives ", width,
             overridden ? "; does --pooling concatenate another number of parts?" : "");
      width = step.out;
    }
  }
  if (!pooled && !overridden)
    modules.fail(concat("has no Pooling module; say how to pool with --pooling (", kPoolingNames, ")"));
}

void read_prompts(const fs::path& folder, PipelineConfig& p) {
  if (!file_exists(folder / "config_sentence_transformers.json")) return;
  const JsonDocument document = JsonDocument::load(folder / "config_sentence_transformers.json");
  const Json config = document.root();
  if (const auto prompts = config.find("prompts"))
    for (const auto& [name, text] : prompts->members()) p.prompts.emplace(name, text.as_string());
  if (const std::string name = config.get_string("default_prompt_name", ""); !name.empty()) {
    if (!p.prompts.contains(name)) config.fail(concat("default_prompt_name ", quote(name), " is not one of prompts"));
    p.default_prompt_name = name;
  }
  p.similarity = config.get_string("similarity_fn_name", "cosine");
}

void read_limits(const fs::path& folder, PipelineConfig& p) {
  if (!file_exists(folder / "sentence_bert_config.json")) return;
  const JsonDocument document = JsonDocument::load(folder / "sentence_bert_config.json");
  const Json config = document.root();
  if (const auto limit = config.find("max_seq_length")) {
    p.max_seq_length = limit->as_int();
    if (*p.max_seq_length < 1) limit->fail(concat("expected at least 1, found ", *p.max_seq_length));
  }
  p.lowercase_first = config.get_bool("do_lower_case", false);
}

/// A folder of model2vec without modules.json: its config.json says so, or it has the table of a StaticEmbedding and
/// no config.json.
bool is_bare_static(const fs::path& folder) {
  if (file_exists(folder / "config.json"))
    return JsonDocument::load(folder / "config.json").root().get_string("model_type", "") == "model2vec";
  return file_exists(folder / "model.safetensors") &&
         TensorStore::open(folder / "model.safetensors").find("embedding.weight") != nullptr;
}

void read_static(const fs::path& folder, bool module, PipelineConfig& p) {
  if (!p.pooling.empty() && p.pooling != std::vector{PoolingMode::kMean})
    fail(ErrorCode::kInvalidArgument, folder.string(), ": a static model has the mean of its tokens; --pooling ",
         pooling_text(p.pooling), " is not possible");
  p.pooling = {PoolingMode::kMean};
  p.transformer_folder = folder;
  p.encoder = read_static_config(folder, module);
}

/// model2vec's own reading of a folder: "normalize" stands in one of two files.
void read_bare_static(const fs::path& folder, PipelineConfig& p) {
  read_static(folder, false, p);
  const char* const file = file_exists(folder / "config.json") ? "config.json" : "config_sentence_transformers.json";
  const std::int64_t d = p.encoder.hidden_size;
  if (file_exists(folder / file) && JsonDocument::load(folder / file).root().get_bool("normalize", false))
    p.steps.push_back({.kind = PipelineConfig::Step::Kind::kNormalize, .folder = folder, .in = d, .out = d});
}

EncoderConfig read_encoder_config(const fs::path& folder) {
  if (!file_exists(folder / "config.json"))
    fail(ErrorCode::kNotFound, (folder / "config.json").string(),
         ": no such file; a model folder holds config.json, tokenizer.json (or vocab.txt) and model.safetensors");
  const JsonDocument document = JsonDocument::load(folder / "config.json");
  return parse_encoder_config(document.root());
}

}  // namespace

std::int64_t PipelineConfig::dimensions() const {
  return steps.empty() ? encoder.hidden_size * static_cast<std::int64_t>(pooling.size()) : steps.back().out;
}

bool PipelineConfig::normalizes() const { return !steps.empty() && steps.back().kind == Step::Kind::kNormalize; }

std::string modules_json(std::initializer_list<ModulePlace> modules) {
  JsonWriter json(JsonStyle::kPretty);
  json.begin_array();
  std::int64_t index = 0;
  for (const ModulePlace& module : modules) {
    json.begin_object()
        .member("idx", index)
        .member("name", std::string_view(std::to_string(index)))
        .member("path", module.path)
        .member("type", std::string_view(concat("sentence_transformers.models.", module.type)))
        .end_object();
    ++index;
  }
  return json.end_array().end_line().take();
}

std::string pooling_text(const std::vector<PoolingMode>& modes) {
  std::string text;
  for (const PoolingMode mode : modes) text.append(text.empty() ? "" : "+").append(pooling_mode_name(mode));
  return text;
}

PipelineConfig read_pipeline(const fs::path& folder, const std::optional<std::string>& pooling) {
  PipelineConfig p;
  if (pooling) p.pooling = parse_pooling_flag(*pooling);
  if (!file_exists(folder / "modules.json")) {
    if (is_bare_static(folder)) {
      read_bare_static(folder, p);
      return p;
    }
    p.transformer_folder = folder;
    p.encoder = read_encoder_config(folder);
    if (!pooling)
      fail(ErrorCode::kInvalidArgument, folder.string(),
           ": a plain transformers folder (no modules.json) does not say how token vectors become one; say it with "
           "--pooling (",
           kPoolingNames, ")");
    return p;
  }
  const JsonDocument document = JsonDocument::load(folder / "modules.json");
  const Json modules = document.root();
  if (modules.elements().empty()) modules.fail("expected a list of modules, found an empty one");
  const Json first = modules.elements().front();
  const std::string_view type = class_name(first.at("type").as_string());
  const fs::path where = inside_folder(folder, first.get_string("path", ""), first.where());
  if (type == "StaticEmbedding") {
    read_static(where, true, p);
  } else if (type == "Transformer") {
    p.transformer_folder = where;
    p.encoder = read_encoder_config(where);
  } else {
    fail(ErrorCode::kUnsupported, first.where(), ": module type ", quote(first.at("type").as_string()),
         " is not known as the first module; known ones: Transformer, StaticEmbedding");
  }
  read_modules(folder, modules, pooling.has_value(), p);
  read_prompts(folder, p);
  read_limits(p.transformer_folder, p);
  return p;
}

PipelineConfig read_transformer_pipeline(const fs::path& folder, const std::optional<std::string>& pooling) {
  PipelineConfig p = read_pipeline(folder, pooling);
  if (p.encoder.family == Family::kStatic)
    fail(ErrorCode::kUnsupported, folder.string(), ": expected a transformer, found a static model (a table of token ",
         "vectors without layers)");
  return p;
}

}  // namespace sememe
