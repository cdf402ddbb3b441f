#include <algorithm>
#include <array>

#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/model_options.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "io/json_writer.h"
#include "io/utf8.h"
#include "sememe/tokenizer.h"

namespace sememe::cli {
namespace {

constexpr Option kOptions[] = {
    kTokenizerModelOption,
    {"no-special-tokens", '\0', "", "Without [CLS], [SEP] and their like"},
    {"format", '\0', "text|json", "text: for people; json: one object (default: text)"},
    kCasedOption,
    kPatternOption,
};
constexpr OptionGroup kGroups[] = {{"Options", kOptions}};

// Backgrounds that black text can be read on, in turns, so that neighbours differ.
constexpr std::array<std::string_view, 4> kColors = {"\033[30;46m", "\033[30;43m", "\033[30;42m", "\033[30;45m"};
constexpr std::string_view kPlain = "\033[0m";

/// The parts one after another, each with a background of its own, or parted by " | ".
std::string strip_of(const std::vector<std::string>& parts, bool color) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (color)
      out.append(kColors[i % kColors.size()]).append(parts[i]).append(kPlain);
    else
      out.append(i == 0 ? "" : " | ").append(parts[i]);
  }
  return out;
}

std::vector<std::string> printable_texts(const TokenizationSteps& steps) {
  std::vector<std::string> out;
  for (const auto& piece : steps.pieces) out.push_back(printable(piece.text));
  return out;
}

std::string text_form(std::string_view text, const TokenizationSteps& steps, const Tokenizer::Description& names,
                      bool color) {
  const Encoding& encoding = steps.encoding;
  std::vector<std::string> tokens;
  int width = 5;
  for (const std::string& token : encoding.tokens) {
    tokens.push_back(printable(token));
    width = std::max(width, std::min(40, display_width(tokens.back())));
  }
  std::string out;
  const auto line = [&](std::string_view name, std::string_view value) {
    out.append(pad_right(name, 12)).append(value).append("\n");
  };
  line("steps", concat(names.normalizer, " > ", names.pre_tokenizer, " > ", names.model, " > ", names.post_processor));
  line("text", printable(text));
  line("normalized", printable(steps.normalized));
  line("pieces", strip_of(printable_texts(steps), color));
  line("tokens", strip_of(tokens, color));
  out.append("\n     #      id  ").append(pad_right("token", width)).append("  bytes    piece\n");
  for (std::size_t i = 0; i < encoding.size(); ++i) {
    out.append(right_aligned(static_cast<std::int64_t>(i), 6)).append(right_aligned(encoding.ids[i], 8)).append("  ");
    const std::string shown = pad_right(tokens[i], width);
    out.append(color ? concat(kColors[i % kColors.size()], shown, kPlain) : shown);
    const std::int32_t word = encoding.word_ids[i];
    if (word < 0) {
      out.append("  special\n");
      continue;
    }
    const Offset& offset = encoding.offsets[i];
    const auto piece = static_cast<std::size_t>(word);
    out.append("  ").append(pad_right(concat(offset.begin, "-", offset.end), 9));
    out.append(piece < steps.pieces.size() ? shorten(printable(steps.pieces[piece].text), 40) : "").append("\n");
  }
  return out;
}

std::string json_form(std::string_view text, const TokenizationSteps& steps) {
  const Encoding& encoding = steps.encoding;
  JsonWriter json;
  json.begin_object().member("text", text).member("normalized", std::string_view(steps.normalized));
  json.key("pieces").begin_array();
  for (const auto& piece : steps.pieces) {
    json.begin_object().member("text", std::string_view(piece.text)).key("offset").begin_array();
    json.value(piece.offset.begin).value(piece.offset.end).end_array().member("added", piece.added).end_object();
  }
  json.end_array().key("tokens").begin_array();
  for (std::size_t i = 0; i < encoding.size(); ++i) {
    json.begin_object()
        .member("id", encoding.ids[i])
        .member("token", std::string_view(encoding.tokens[i]))
        .key("offset")
        .begin_array();
    json.value(encoding.offsets[i].begin).value(encoding.offsets[i].end).end_array();
    json.member("special", encoding.special[i] != 0).key("piece");
    encoding.word_ids[i] < 0 ? json.null() : json.value(encoding.word_ids[i]);
    json.end_object();
  }
  json.end_array().end_object().end_line();
  return std::string(json.take());
}

int run_explain(const Arguments& arguments, Console& console) {
  if (arguments.operands().empty()) fail(ErrorCode::kInvalidArgument, "explain: which text? give one");
  const std::string text(arguments.operands().front());
  require_utf8(text, "the text");
  const Tokenizer tokenizer = load_tokenizer(arguments);
  TokenizeOptions options;
  options.add_special_tokens = !arguments.on("no-special-tokens");
  const TokenizationSteps steps = tokenizer.explain(text, options);
  AtomicFile out(output_path("-"));
  out.write(arguments.text("format") == "json"
                ? json_form(text, steps)
                : text_form(text, steps, tokenizer.description(), console.options().color));
  out.commit();
  return 0;
}

}  // namespace

const Command kExplain = {
    .name = "explain",
    .summary = "Show how a text becomes tokens, step by step",
    .operands = "TEXT",
    .max_operands = 1,
    .description =
        "Shows one text on its way: normalized, cut into pieces, and the tokens that the model makes of each, with "
        "their ids and where they stand in the text.",
    .examples =
        "sememe explain \"Unbelievably good caf\u00e9s!\"\n"
        "sememe explain -m ./my-model --format json \"one text\"\n",
    .groups = kGroups,
    .run = run_explain,
};

}  // namespace sememe::cli
