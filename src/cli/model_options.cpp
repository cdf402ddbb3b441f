#include "cli/model_options.h"

#include <filesystem>

#include "base/fail.h"
#include "io/bundle.h"
#include "model/pipeline.h"

namespace sememe::cli {
namespace fs = std::filesystem;
namespace {

constexpr Option kModelOptions[] = {
    kModelOption,
    kComputeOption,
    kPoolingOption,
    {"prompt-name", '\0', "NAME", "Put this prompt of the model before every text"},
    {"prompt", '\0', "TEXT", "Put TEXT before every text; '' switches the model's default prompt off"},
    kMaxTokensOption,
    {"on-long", '\0', "truncate|error|window",
     "Texts of more tokens: cut off their end, refuse them, or take the mean of windows (default: truncate)"},
    {"normalize", '\0', "", "Scale vectors to length 1 (default: as the model says)", 0, 0, true},
    {"dimensions", '\0', "N", "Keep the first N components, then scale to length 1 (Matryoshka models)", 1, 1 << 24},
    {"remove-components", '\0', "N",
     "With a file of word vectors: take away the first N singular vectors of all texts (default: 0, 1 and 5 for the "
     "poolings mean, sif and usif)",
     0, 1 << 20},
    {"batch-tokens", '\0', "N", "Tokens in flight at most; memory grows with it (default: 16384)", 1, 1 << 20},
};
constexpr OptionGroup kModelGroup = {"Model", kModelOptions};

bool is_tokenizer_file(const std::string& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && !is_bundle(path);
}

/// Says how to get the default model when it is only missing.
[[noreturn]] void fail_without_default_model(const Error& error) {
  fail(error.code(), "no model: -m and SEMEME_MODEL are not given, and the program's own, share/sememe/", kOwnModel,
       ".sememe, is not beside it; install it again, or give -m FOLDER");
}

}  // namespace

const OptionGroup& model_options() { return kModelGroup; }

std::string model_name(const Arguments& arguments) {
  const std::vector<std::string>& operands = arguments.operands();
  if (arguments.command()->operands != "[MODEL]" || operands.empty())
    return arguments.text("model").value_or(std::string(kOwnModel));
  if (arguments.source("model") == Source::kCommandLine)
    fail(ErrorCode::kInvalidArgument, "a model is named twice, ", quote(operands[0]), " and --model ",
         quote(*arguments.text("model")), "; name it once");
  return operands[0];
}

std::string locate(const Arguments& arguments) {
  const std::string name = model_name(arguments);
  try {
    return locate_model(name);
  } catch (const Error& e) {
    if (e.code() == ErrorCode::kNotFound && name == kOwnModel && !arguments.given("model"))
      fail_without_default_model(e);
    throw;
  }
}

EncoderOptions encoder_options(const Arguments& arguments, const Console& console) {
  if (arguments.source("remove-components") == Source::kCommandLine)
    fail(ErrorCode::kInvalidArgument, "--remove-components is for files of word vectors, not for models");
  EncoderOptions options;
  if (arguments.text("compute") == "fp32") options.compute = ComputeType::kFloat32;
  if (arguments.text("compute") == "bf16") options.compute = ComputeType::kBfloat16;
  if (arguments.text("compute") == "int8") options.compute = ComputeType::kInt8;
  options.threads = console.options().threads;
  options.pooling = arguments.text("pooling");
  options.max_tokens = arguments.number("max-tokens");
  return options;
}

EncodeOptions encode_options(const Arguments& arguments) {
  EncodeOptions options;
  options.normalize = arguments.toggle("normalize");
  options.dimensions = arguments.number("dimensions").value_or(0);
  options.prompt_name = arguments.text("prompt-name");
  options.prompt = arguments.text("prompt");
  if (options.prompt && options.prompt_name) {
    if (arguments.source("prompt") == arguments.source("prompt-name"))
      fail(ErrorCode::kInvalidArgument, "--prompt and --prompt-name exclude each other; give one");
    if (arguments.source("prompt") == Source::kEnvironment) options.prompt.reset();
  }
  if (arguments.text("on-long") == "window") options.on_long = OnLong::kWindow;
  options.batch_tokens = arguments.number("batch-tokens").value_or(options.batch_tokens);
  return options;
}

bool refuses_long_texts(const Arguments& arguments) { return arguments.text("on-long") == "error"; }

EmbedTexts embedding_by(const Encoder& encoder, const EncodeOptions& options) {
  return [&encoder, options](std::span<const std::string> texts, bool query) {
    EncodeOptions own = options;
    for (const auto& [name, prompt] : encoder.info().prompts)
      if (name == (query ? "query" : "document") && !own.prompt && !own.prompt_name) own.prompt_name = name;
    return encoder.encode(texts, own);
  };
}

Encoder load_encoder(const Arguments& arguments, Console& console) {
  const std::string folder = locate(arguments);
  Encoder encoder = Encoder::load(model_name(arguments), encoder_options(arguments, console));
  const EncoderInfo& info = encoder.info();
  console.detail("model ", folder, ": ", info.architecture, ", ", info.dimensions, " dimensions, at most ",
                 info.max_tokens, " tokens");
  console.detail("compute ", info.compute, ", instruction set ", info.isa, ", ", info.threads,
                 info.threads == 1 ? " thread" : " threads");
  return encoder;
}

namespace {

/// Folder of the model, or the file that --model names: what Tokenizer::load takes.
std::string tokenizer_path(const Arguments& arguments) {
  const std::string name = model_name(arguments);
  if (is_tokenizer_file(name)) return name;
  const fs::path folder = locate(arguments);
  const auto holds = [&](const char* file) { return file_exists(folder / file); };
  if (holds("tokenizer.json") || holds("vocab.txt") || !holds("modules.json")) return folder.string();
  // Not at the top: in the folder of the Transformer module. How it pools is of no interest here.
  return read_pipeline(folder, "mean").transformer_folder.string();
}

}  // namespace

bool names_model(const Arguments& arguments) {
  if (is_tokenizer_file(model_name(arguments))) return false;
  const fs::path folder = locate(arguments);
  return file_exists(folder / "modules.json") || file_exists(folder / "config.json");
}

Tokenizer load_tokenizer(const Arguments& arguments) {
  TokenizerOptions options;
  if (arguments.given("cased")) options.lowercase = !arguments.on("cased");
  options.pattern = arguments.text("pattern");
  return Tokenizer::load(tokenizer_path(arguments), options);
}

}  // namespace sememe::cli
