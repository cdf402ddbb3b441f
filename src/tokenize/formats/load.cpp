#include "tokenize/formats/load.h"

#include "base/fail.h"
#include "io/bundle.h"
#include "io/file.h"
#include "io/json.h"
#include "tokenize/formats/bert_vocab.h"
#include "tokenize/formats/byte_level_folder.h"
#include "tokenize/formats/gguf_file.h"
#include "tokenize/formats/sentencepiece_file.h"
#include "tokenize/formats/sentencepiece_folder.h"
#include "tokenize/formats/tiktoken_file.h"
#include "tokenize/formats/tokenizer_config.h"
#include "tokenize/formats/tokenizer_json.h"
#include "tokenize/formats/word_level_folder.h"

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

/// A folder's tokenizer, from the first of these files that is there.
Pipeline load_folder(const fs::path& folder, const TokenizerOptions& options) {
  const auto has = [&](const char* name) { return file_exists(folder / name); };
  if (has("tokenizer.json")) {
    const TokenizerConfig config = read_tokenizer_config(folder);
    return load_json(folder / "tokenizer.json", config, config.overriding_switches());
  }
  if (const auto model = find_sentencepiece_model(folder)) return read_sentencepiece_folder(folder, *model);
  if (has("vocab.json") && has("merges.txt")) return read_byte_level_folder(folder);
  if (has("vocab.txt")) return load_vocab(folder / "vocab.txt", options);
  if (const auto config = find_word_level_config(folder)) return read_word_level_config(*config);
  fail(ErrorCode::kNotFound, folder.string(),
       ": no tokenizer: neither tokenizer.json nor vocab.txt is there, nor a SentencePiece .model, vocab.json with "
       "merges.txt, or whitespacetokenizer_config.json");
}

/// A .model file is SentencePiece's, or a list of ranks that goes by that name.
Pipeline load_model(const fs::path& path, const TokenizerOptions& options) {
  const bool ranks = looks_like_tiktoken(MappedFile(path).text());
  return ranks ? read_tiktoken_file(path, options.pattern) : read_sentencepiece_file(path);
}

}  // namespace

Pipeline load_pipeline(const fs::path& path, const TokenizerOptions& options) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored) || is_bundle(path)) return load_folder(path, options);
  if (!file_exists(path)) {
    fail(ErrorCode::kNotFound, path.string(),
         ": no such file or folder; expected a tokenizer.json, a vocab.txt or a folder that holds one");
  }
  const std::string extension = path.extension().string();
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (path.filename() == "vocab.json" && file_exists(folder / "merges.txt")) {
    return read_byte_level_folder(folder);
  }
  if (const auto config = find_word_level_config(folder); config && config->filename() == path.filename()) {
    return read_word_level_config(path);
  }
  if (extension == ".json") return load_json(path, read_tokenizer_config(path.parent_path()), {});
  if (extension == ".txt") return load_vocab(path, options);
  if (extension == ".model") return load_model(path, options);
  if (extension == ".tiktoken") return read_tiktoken_file(path, options.pattern);
  if (extension == ".gguf") return read_gguf_file(path, options.lowercase);
  fail(ErrorCode::kUnsupported, path.string(),
       ": a tokenizer file ends in .json (tokenizer.json, vocab.json), .txt (vocab.txt), .model, .tiktoken or .gguf, "
       "found ",
       quote(extension));
}

}  // namespace sememe
