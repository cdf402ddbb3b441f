#include "tokenize/formats/load.h"

#include "base/fail.h"
#include "io/json.h"
#include "tokenize/formats/bert_vocab.h"
#include "tokenize/formats/sentencepiece_file.h"
#include "tokenize/formats/tokenizer_config.h"
#include "tokenize/formats/tokenizer_json.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;

Pipeline load_json(const fs::path& path, const TokenizerConfig& config, const NormalizerSwitches& switches) {
  const JsonDocument document = JsonDocument::load(path, JsonNumbers::kSerde);  // as the reference's scores
  Pipeline pipeline = read_tokenizer_json(document.root(), switches);
  pipeline.source = path.string();
  pipeline.model_max_length = config.model_max_length;
  return pipeline;
}

Pipeline load_vocab(const fs::path& path, const TokenizerOptions& options) {
  TokenizerConfig config = read_tokenizer_config(path.parent_path());
  if (options.lowercase) config.switches.lowercase = options.lowercase;
  return read_bert_vocab(path, config);
}

}  // namespace

Pipeline load_pipeline(const fs::path& path, const TokenizerOptions& options) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    if (fs::exists(path / "tokenizer.json", ignored)) {
      const TokenizerConfig config = read_tokenizer_config(path);
      return load_json(path / "tokenizer.json", config, config.overriding_switches());
    }
    if (fs::exists(path / "vocab.txt", ignored)) return load_vocab(path / "vocab.txt", options);
    fail(ErrorCode::kNotFound, path.string(), ": no tokenizer: neither tokenizer.json nor vocab.txt is there");
  }
  if (!fs::exists(path, ignored)) {
    fail(ErrorCode::kNotFound, path.string(),
         ": no such file or folder; expected a tokenizer.json, a vocab.txt or a folder that holds one");
  }
  const std::string extension = path.extension().string();
  if (extension == ".json") return load_json(path, read_tokenizer_config(path.parent_path()), {});
  if (extension == ".txt") return load_vocab(path, options);
  if (extension == ".model") return read_sentencepiece_file(path);
  fail(ErrorCode::kUnsupported, path.string(),
       ": a tokenizer file ends in .json (tokenizer.json) or .txt (vocab.txt), found ", quote(extension));
}

}  // namespace sememe
