#include <optional>
#include <string>
#include <vector>

#include "base/fail.h"
#include "base/thread_pool.h"
#include "cli/arguments.h"
#include "cli/chunks.h"
#include "cli/command.h"
#include "cli/encoding_writer.h"
#include "cli/model_options.h"
#include "cli/text_input.h"
#include "io/utf8.h"
#include "sememe/tokenizer.h"

namespace sememe::cli {
namespace {

constexpr Option kTokenizerOptions[] = {
    kTokenizerModelOption,
    {"no-special-tokens", '\0', "", "Without [CLS], [SEP] and their like"},
    {"pair", '\0', "TEXT", "Tokenize each text together with TEXT as its second part"},
    {"max-length", '\0', "N", "Cut to N tokens, special ones included (default: nothing is cut)", 1, 1 << 24},
    {"stride", '\0', "N", "Give what --max-length cuts off as further pieces that share N tokens", 0, 1 << 24},
    kCasedOption,
    kPatternOption,
};
constexpr OptionGroup kTokenizerGroup = {"Tokenizer", kTokenizerOptions};
constexpr Option kOutputOptions[] = {
    {"out", 'o', "FILE", "Write to FILE"},
    {"format", '\0', "table|json|ids", "table: for people; json: one object a line; ids: numbers (default: table)"},
    {"offsets", '\0', "", "Show in the table where each token stands in the text"},
    {"offset-unit", '\0', "byte|char", "Count offsets in UTF-8 bytes or in code points (default: byte)"},
};
constexpr OptionGroup kOutputGroup = {"Output", kOutputOptions};
const OptionGroup kGroups[] = {text_options(), kTokenizerGroup, kOutputGroup};

TokenizeOptions tokenize_options(const Arguments& arguments) {
  TokenizeOptions options;
  options.add_special_tokens = !arguments.on("no-special-tokens");
  options.keep_tokens = arguments.text("format") != "ids";
  options.keep_overflow = arguments.given("stride");
  if (const auto max_length = arguments.number("max-length")) {
    options.truncation = Truncation{.max_length = *max_length, .stride = arguments.number("stride").value_or(0)};
  } else if (arguments.source("stride") == Source::kCommandLine) {
    fail(ErrorCode::kInvalidArgument, "--stride needs --max-length, which says where texts are cut");
  }
  return options;
}

int run_tokenize(const Arguments& arguments, Console& console) {
  const TokenizeOptions options = tokenize_options(arguments);
  const std::optional<std::string> pair = arguments.text("pair");
  if (pair) require_utf8(*pair, "--pair");
  TextInput input(arguments, std::nullopt, kMaxBookBytes);
  const Tokenizer tokenizer = load_tokenizer(arguments);
  const auto writer = make_encoding_writer({.name = arguments.text("out").value_or("-"),
                                            .format = arguments.text("format").value_or("table"),
                                            .pair = pair.value_or(""),
                                            .show_offsets = arguments.on("offsets"),
                                            .count_characters = arguments.text("offset-unit") == "char"});
  const bool only_ids = arguments.text("format") == "ids" && !pair && !options.keep_overflow;
  ThreadPool pool(ThreadPool::size_for(console.options().threads));
  for_each_record(
      input, console, pool,
      [&](const Chunk& chunk, std::int64_t i, Lines& out) {
        const std::string& text = chunk.records[static_cast<std::size_t>(i)].text;
        try {
          if (only_ids) {
            std::vector<std::int32_t> ids;
            tokenizer.encode_ids(text, ids, options);
            append_ids(ids, out);
          } else {
            const Encoding encoding =
                pair ? tokenizer.encode_pair(text, *pair, options) : tokenizer.encode(text, options);
            writer->lines(chunk.first + i, text, encoding, out);
          }
        } catch (const Error& e) {
          fail(e.code(), "text ", chunk.first + i, ": ", e.what());
        }
      },
      [&](std::string_view lines) { writer->write(lines); }, [&] { writer->flush(); });
  writer->finish();
  return 0;
}

}  // namespace

const Command kTokenize = {
    .name = "tokenize",
    .summary = "Show the tokens of texts",
    .operands = "[TEXT...]",
    .max_operands = 1 << 30,
    .description =
        "Splits each text into the tokens that the model sees. Needs the tokenizer of a model, not its weights.",
    .examples =
        "sememe tokenize \"unbelievably good\"\n"
        "sememe tokenize -m vocab.txt --format ids -i sentences.txt\n"
        "sememe tokenize -m cl100k_base.tiktoken \"how many tokens are these?\"\n"
        "sememe tokenize --format json --offset-unit char -i rows.jsonl --field title\n",
    .groups = kGroups,
    .run = run_tokenize,
};

}  // namespace sememe::cli
