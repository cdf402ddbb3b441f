#include <charconv>

#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/chunks.h"
#include "cli/command.h"
#include "cli/model_options.h"
#include "cli/output.h"
#include "cli/text_input.h"
#include "io/json_writer.h"
#include "sememe/tokenizer.h"

namespace sememe::cli {
namespace {

constexpr Option kOptions[] = {
    kTokenizerModelOption,
    {"input", 'i', "FILE", "Read ids from FILE, a text on each line; - is standard input"},
    {"out", 'o', "FILE", "Write to FILE"},
    {"keep-special-tokens", '\0', "", "Show [CLS], [SEP] and their like too"},
    {"format", '\0', "text|jsonl",
     "text: a line each; jsonl: one object a line, for texts with line breaks (default: text)"},
    kCasedOption,
    kPatternOption,
};
constexpr OptionGroup kGroups[] = {{"Options", kOptions}};

/// Adds the ids of `text`, which spaces, commas or brackets separate.
void parse_ids(std::string_view text, const std::string& where, std::vector<std::int32_t>& ids) {
  constexpr std::string_view kBetween = " \t,[]";
  for (std::size_t at = 0; (at = text.find_first_not_of(kBetween, at)) != std::string_view::npos;) {
    const std::string_view word = text.substr(at, text.find_first_of(kBetween, at) - at);
    std::int32_t id = 0;
    const auto [stop, status] = std::from_chars(word.data(), word.data() + word.size(), id);
    if (status != std::errc() || stop != word.data() + word.size() || id < 0)
      fail(ErrorCode::kInvalidArgument, where, ": expected a token id, found ", quote(word));
    ids.push_back(id);
    at += word.size();
  }
}

int run_detokenize(const Arguments& arguments, Console& console) {
  TextInput input(arguments, TextFormat::kLines, kMaxBookBytes);
  const Tokenizer tokenizer = load_tokenizer(arguments);
  AtomicFile out(output_path(arguments.text("out").value_or("-")));
  const bool skip_special = !arguments.on("keep-special-tokens");
  const bool jsonl = arguments.text("format") == "jsonl";
  std::int64_t index = 0;
  std::vector<std::int32_t> ids;
  const auto write = [&] {
    const std::string text = tokenizer.decode(ids, skip_special);
    ids.clear();
    if (!jsonl) return out.write(text + "\n");
    JsonWriter json;
    json.begin_object().member("index", index++).member("text", std::string_view(text)).end_object().end_line();
    out.write(json.take());
  };
  for_each_chunk(input, console, [&](Chunk& chunk) {
    for (const TextRecord& record : chunk.records) {
      parse_ids(record.text, input.where(record), ids);
      if (input.count()) continue;  // ids of the command line are one text
      write();
    }
    if (!input.count()) out.flush();
  });
  if (input.count()) write();
  out.commit();
  return 0;
}

}  // namespace

const Command kDetokenize = {
    .name = "detokenize",
    .summary = "Turn token ids back into text",
    .operands = "[ID...]",
    .max_operands = 1 << 30,
    .description =
        "Ids on the command line are one text; from a file or standard input, each line is one. Needs the tokenizer of "
        "a model, not its weights.",
    .examples =
        "sememe detokenize 101 7592 2088 102\n"
        "sememe tokenize --format ids -i sentences.txt | sememe detokenize\n",
    .groups = kGroups,
    .run = run_detokenize,
};

}  // namespace sememe::cli
