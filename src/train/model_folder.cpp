#include "train/model_folder.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/fail.h"
#include "io/bundle.h"
#include "io/file.h"
#include "io/json_writer.h"
#include "io/safetensors_writer.h"
#include "train/lora.h"

namespace sememe::train {
namespace fs = std::filesystem;

void copy_model_files(const fs::path& from, const fs::path& to) {
  for (const std::string& name : files_below(from)) {
    const fs::path relative(name);
    const std::string file = relative.filename().string(), ending = relative.extension().string();
    // Modules: "1_Pooling", "2_Dense"; nothing else below a folder is part of a model.
    const fs::path parents = relative.parent_path();
    const bool module = std::all_of(parents.begin(), parents.end(),
                                    [](const fs::path& p) { return p.native()[0] >= '0' && p.native()[0] <= '9'; });
    const bool part = ending == ".json" || ending == ".txt" || ending == ".model";
    if (!module || !part || file.find(".index.json") != std::string::npos || file == "data_config.json") continue;
    make_folders(to / parents);
    write_file(to / relative, read_file(from / relative, std::int64_t{1} << 30));
  }
}

void write_modules(const PipelineConfig& pipeline, bool normalize, const fs::path& folder) {
  constexpr std::pair<PoolingMode, std::string_view> kSwitches[] = {
      {PoolingMode::kCls, "pooling_mode_cls_token"},
      {PoolingMode::kMean, "pooling_mode_mean_tokens"},
      {PoolingMode::kMax, "pooling_mode_max_tokens"},
      {PoolingMode::kMeanSqrtLen, "pooling_mode_mean_sqrt_len_tokens"},
      {PoolingMode::kWeightedMean, "pooling_mode_weightedmean_tokens"},
      {PoolingMode::kLastToken, "pooling_mode_lasttoken"}};
  make_folders(folder / "1_Pooling");
  JsonWriter json(JsonStyle::kPretty);
  json.begin_object().member("word_embedding_dimension", pipeline.encoder.hidden_size);
  for (const auto& [mode, name] : kSwitches)
    json.member(name, std::find(pipeline.pooling.begin(), pipeline.pooling.end(), mode) != pipeline.pooling.end());
  write_file(folder / "1_Pooling" / "config.json", json.end_object().end_line().take());
  JsonWriter limits(JsonStyle::kPretty);
  limits.begin_object()
      .member("max_seq_length", pipeline.encoder.max_positions)
      .member("do_lower_case", false)
      .end_object();
  write_file(folder / "sentence_bert_config.json", limits.end_line().take());
  const ModulePlace transformer{"Transformer", ""}, pool{"Pooling", "1_Pooling"};
  // Last, as it names the others.
  write_file(folder / "modules.json", normalize ? modules_json({transformer, pool, {"Normalize", "2_Normalize"}})
                                                : modules_json({transformer, pool}));
}

bool is_left_behind(std::string_view name) { return name.starts_with("loss/") || name.starts_with(kAdapterPrefix); }

void save_weights(const ParameterSet<float>& parameters, const fs::path& folder, const fs::path& transformer_folder) {
  std::map<fs::path, std::vector<TensorToWrite>> files;
  for (const auto& p : parameters.all()) {
    const std::size_t slash = p->name.find('/');
    const bool module = slash != std::string::npos;
    if (module && is_left_behind(p->name)) continue;
    files[module ? folder / p->name.substr(0, slash) : transformer_folder].push_back(
        {.name = module ? p->name.substr(slash + 1) : p->name,
         .shape = p->shape,
         .data = std::as_bytes(p->value.span())});
  }
  for (auto& [where, tensors] : files)
    write_safetensors(where / "model.safetensors", std::move(tensors), {{"format", "pt"}});
}

namespace {

std::string number(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", x);
  return text;
}

}  // namespace

void write_model_card(const ModelCard& card, const fs::path& file) {
  std::string text = concat(
      "---\nlibrary_name: sentence-transformers\npipeline_tag: sentence-similarity\ntags:\n- sentence-transformers\n"
      "- sentence-similarity\n- feature-extraction\n---\n\n# ",
      card.name, "\n\nA sentence-embedding model of ", card.dimensions, " dimensions and ", card.parameters,
      " parameters, trained by Sememe in ", card.steps, " steps.\n\n");
  text += concat("| | |\n|---|---|\n| starts from | ", card.base, " |\n| reads | ", card.max_tokens, " tokens |\n\n");
  text +=
      "## Use\n\n```sh\nsememe encode -m FOLDER \"A sentence\"\n```\n\n```python\nfrom sentence_transformers import "
      "SentenceTransformer\nvectors = SentenceTransformer(\"FOLDER\").encode([\"A sentence\"])\n```\n\n";
  text += "## Data\n\n| file | rows | loss | licence |\n|---|---|---|---|\n";
  for (const ModelCard::DataSet& set : card.data)
    text += concat("| ", set.file, " | ", set.rows, " | ", set.loss, " | ",
                   set.license.empty() ? "not stated" : set.license, " |\n");
  text +=
      "\nThe licence of the model follows from the licences of the data and of what it starts from.\n\n## Scores\n\n"
      "| task | measure | before | after |\n|---|---|---|---|\n";
  for (std::size_t i = 0; i < card.after.size(); ++i)
    for (std::size_t m = 0; m < card.after[i].metrics.size(); ++m)
      text += concat("| ", card.after[i].task, " | ", card.after[i].metrics[m].first, " | ",
                     number(card.before[i].metrics[m].second), " | ", number(card.after[i].metrics[m].second), " |\n");
  text += concat("\n## Recipe\n\n```json\n", card.recipe, "\n```\n");
  write_file(file, text);
}

}  // namespace sememe::train
