#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/model_options.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "cli/tokenizer_commands.h"
#include "io/json_writer.h"
#include "sememe/tokenizer.h"

namespace sememe::cli {
namespace {

constexpr Option kOptions[] = {
    kTokenizerModelOption,
    {"json", '\0', "", "One JSON object instead of lines for people"},
    kCasedOption,
    kPatternOption,
};
constexpr OptionGroup kGroups[] = {{"Options", kOptions}};

std::string truncation_text(const std::optional<Truncation>& truncation) {
  if (!truncation) return "none";
  return concat("to ", truncation->max_length, " tokens, stride ", truncation->stride,
                truncation->direction == Direction::kLeft ? ", at the left" : "");
}

void print_lines(const Tokenizer& tokenizer, AtomicFile& out) {
  constexpr std::size_t kShown = 12;
  const Tokenizer::Description& description = tokenizer.description();
  std::string special, plain;
  std::size_t specials = 0, plains = 0;
  for (const Tokenizer::Added& token : tokenizer.added_tokens()) {
    std::string& list = token.special ? special : plain;
    std::size_t& count = token.special ? specials : plains;
    if (count++ < kShown) list.append(list.empty() ? "" : ", ").append(concat(token.content, ' ', token.id));
  }
  const auto shown = [](const std::string& list, std::size_t count) {
    return count > kShown ? concat(list, " and ", count - kShown, " more") : count == 0 ? std::string("none") : list;
  };
  const auto max_length = tokenizer.model_max_length();
  const std::pair<std::string_view, std::string> lines[] = {
      {"tokenizer", description.source},
      {"normalizer", description.normalizer},
      {"pre-tokenizer", description.pre_tokenizer},
      {"model", description.model},
      {"post-processor", description.post_processor},
      {"decoder", description.decoder},
      {"vocabulary",
       concat(with_commas(tokenizer.vocab_size()), " tokens, highest id ", with_commas(tokenizer.max_id()))},
      {"special tokens", shown(special, specials)},
      {"added tokens", shown(plain, plains)},
      {"around a text", concat(tokenizer.special_tokens_added(false), " special tokens, around a pair ",
                               tokenizer.special_tokens_added(true))},
      {"truncation", truncation_text(tokenizer.truncation())},
      {"max length", max_length ? with_commas(*max_length) : "not stated"},
  };
  for (const auto& [name, value] : lines) out.write(concat(pad_right(name, 18), printable(value), '\n'));
}

void print_json(const Tokenizer& tokenizer, AtomicFile& out) {
  const Tokenizer::Description& description = tokenizer.description();
  JsonWriter json(JsonStyle::kPretty);
  json.begin_object()
      .member("source", std::string_view(description.source))
      .member("normalizer", std::string_view(description.normalizer))
      .member("pre_tokenizer", std::string_view(description.pre_tokenizer))
      .member("model", std::string_view(description.model))
      .member("post_processor", std::string_view(description.post_processor))
      .member("decoder", std::string_view(description.decoder))
      .member("vocab_size", tokenizer.vocab_size())
      .member("max_id", tokenizer.max_id())
      .member("special_tokens_added", tokenizer.special_tokens_added(false))
      .member("special_tokens_added_to_pair", tokenizer.special_tokens_added(true));
  json.key("added_tokens").begin_array();
  for (const Tokenizer::Added& token : tokenizer.added_tokens()) {
    json.begin_object(true)
        .member("id", token.id)
        .member("content", std::string_view(token.content))
        .member("special", token.special)
        .end_object();
  }
  json.end_array().key("truncation");
  if (const auto& truncation = tokenizer.truncation()) {
    json.begin_object(true)
        .member("max_length", truncation->max_length)
        .member("stride", truncation->stride)
        .member("direction", std::string_view(truncation->direction == Direction::kLeft ? "left" : "right"))
        .end_object();
  } else {
    json.null();
  }
  json.key("model_max_length");
  tokenizer.model_max_length() ? json.value(*tokenizer.model_max_length()) : json.null();
  json.end_object().end_line();
  out.write(json.take());
}

int run_tokenizer_info(const Arguments& arguments, Console&) {
  const Tokenizer tokenizer = load_tokenizer(arguments);
  AtomicFile out(output_path("-"));
  arguments.on("json") ? print_json(tokenizer, out) : print_lines(tokenizer, out);
  out.commit();
  return 0;
}

}  // namespace

const Command kTokenizerInfo = {
    .name = "info",
    .summary = "Show what a tokenizer is made of",
    .operands = "[MODEL]",
    .max_operands = 1,
    .description =
        "Loads the tokenizer of a model folder, or a tokenizer file, and prints its steps, its size and its special "
        "tokens. Needs no weights.",
    .examples =
        "sememe tokenizer info tokenizer.json\n"
        "sememe tokenizer info --json sentence-transformers/all-MiniLM-L6-v2\n",
    .groups = kGroups,
    .run = run_tokenizer_info,
};

}  // namespace sememe::cli
