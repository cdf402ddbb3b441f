#include <algorithm>

#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/model_options.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "io/json_writer.h"

namespace sememe::cli {
namespace {

constexpr Option kOptions[] = {
    kModelOption,
    kComputeOption,
    kPoolingOption,
    kMaxTokensOption,
    {"json", '\0', "", "One JSON object instead of lines for people"},
};
constexpr OptionGroup kGroups[] = {{"Options", kOptions}};

std::string prompt_text(const EncoderInfo& info) {
  std::string text;
  for (const auto& [name, prompt] : info.prompts) {
    if (!text.empty()) text.append(", ");
    text.append(name).append(info.default_prompt_name == name ? " (default) " : " ").append(quote(prompt));
  }
  return text.empty() ? "none" : text;
}

void print_lines(const Encoder& encoder, AtomicFile& out) {
  const EncoderInfo& info = encoder.info();
  const Tokenizer::Description& tokenizer = encoder.tokenizer().description();
  std::string modules;
  for (const std::string& module : info.modules) modules.append(modules.empty() ? "" : " > ").append(module);
  const std::pair<std::string_view, std::string> lines[] = {
      {"model", info.name},
      {"folder", info.folder},
      {"architecture", concat(info.architecture, ", ", info.norm_placement, "-norm, ", info.activation)},
      {"size", concat(info.layers, " layers of ", info.hidden_size, ", ", info.heads, " heads, feed-forward ",
                      info.intermediate_size)},
      {"parameters",
       concat(with_commas(info.parameters), " as ", info.weight_dtype, ", ", with_commas(info.weight_bytes), " bytes")},
      {"modules", modules},
      {"dimensions", concat(info.dimensions, info.normalizes ? ", scaled to length 1" : ", not scaled")},
      {"max tokens", concat(info.max_tokens, " (", info.max_tokens_source, "), ", info.max_positions, " positions")},
      {"vocabulary",
       concat(with_commas(info.vocab_size), " rows, ", with_commas(encoder.tokenizer().vocab_size()), " tokens")},
      {"tokenizer", concat(tokenizer.model, " from ", tokenizer.source)},
      {"  normalizer", tokenizer.normalizer},
      {"  pre-tokenizer", tokenizer.pre_tokenizer},
      {"  post-processor", tokenizer.post_processor},
      {"  decoder", tokenizer.decoder},
      {"prompts", concat(prompt_text(info), info.include_prompt ? "" : "; their tokens are not pooled")},
      {"similarity", info.similarity},
      {"licence", info.licence.empty() ? "not stated" : info.licence},
      {"sha256", encoder.digest()},
      {"compute",
       concat(info.compute, " on ", info.isa, ", ", info.threads, info.threads == 1 ? " thread" : " threads")},
  };
  for (const auto& [name, value] : lines) out.write(concat(pad_right(name, 18), printable(value), '\n'));
}

void print_json(const Encoder& encoder, AtomicFile& out) {
  const EncoderInfo& info = encoder.info();
  const Tokenizer::Description& tokenizer = encoder.tokenizer().description();
  JsonWriter json(JsonStyle::kPretty);
  json.begin_object()
      .member("model", std::string_view(info.name))
      .member("folder", std::string_view(info.folder))
      .member("architecture", std::string_view(info.architecture))
      .member("norm", std::string_view(info.norm_placement))
      .member("activation", std::string_view(info.activation))
      .member("layers", info.layers)
      .member("hidden_size", info.hidden_size)
      .member("heads", info.heads)
      .member("intermediate_size", info.intermediate_size)
      .member("vocab_size", info.vocab_size)
      .member("max_positions", info.max_positions)
      .member("parameters", info.parameters)
      .member("weight_dtype", std::string_view(info.weight_dtype))
      .member("weight_bytes", info.weight_bytes);
  json.key("modules").begin_array(true);
  for (const std::string& module : info.modules) json.value(std::string_view(module));
  json.end_array()
      .member("dimensions", info.dimensions)
      .member("normalizes", info.normalizes)
      .member("max_tokens", info.max_tokens)
      .member("max_tokens_source", std::string_view(info.max_tokens_source));
  json.key("tokenizer")
      .begin_object()
      .member("source", std::string_view(tokenizer.source))
      .member("normalizer", std::string_view(tokenizer.normalizer))
      .member("pre_tokenizer", std::string_view(tokenizer.pre_tokenizer))
      .member("model", std::string_view(tokenizer.model))
      .member("post_processor", std::string_view(tokenizer.post_processor))
      .member("decoder", std::string_view(tokenizer.decoder))
      .member("vocab_size", encoder.tokenizer().vocab_size())
      .end_object();
  json.key("prompts").begin_object();
  for (const auto& [name, prompt] : info.prompts) json.member(name, std::string_view(prompt));
  json.end_object().key("default_prompt_name");
  info.default_prompt_name ? json.value(std::string_view(*info.default_prompt_name)) : json.null();
  json.member("include_prompt", info.include_prompt)
      .member("similarity", std::string_view(info.similarity))
      .key("licence");
  info.licence.empty() ? json.null() : json.value(std::string_view(info.licence));
  json.member("sha256", std::string_view(encoder.digest()))
      .member("compute", std::string_view(info.compute))
      .member("isa", std::string_view(info.isa))
      .member("threads", info.threads)
      .end_object()
      .end_line();
  out.write(json.take());
}

int run_info(const Arguments& arguments, Console& console) {
  const Encoder encoder = load_encoder(arguments, console);
  AtomicFile out(output_path("-"));
  arguments.on("json") ? print_json(encoder, out) : print_lines(encoder, out);
  out.commit();
  return 0;
}

}  // namespace

const Command kInfo = {
    .name = "info",
    .summary = "Show what a model is made of",
    .operands = "[MODEL]",
    .max_operands = 1,
    .description =
        "Loads a model and prints the pipeline that its files describe: architecture, sizes, tokenizer, "
        "pooling, prompts, limits, licence and digest.",
    .examples =
        "sememe info sentence-transformers/all-MiniLM-L6-v2\n"
        "sememe info --json ./my-model\n",
    .groups = kGroups,
    .run = run_info,
};

}  // namespace sememe::cli
