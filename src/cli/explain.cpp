#include <algorithm>
#include <array>

#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/explain_model.h"
#include "cli/model_options.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "io/json_writer.h"
#include "io/utf8.h"
#include "model/attention_probe.h"
#include "model/text_trace.h"
#include "sememe/encoder.h"
#include "sememe/similarity.h"
#include "sememe/tokenizer.h"

namespace sememe::cli {
namespace {

constexpr Option kOptions[] = {
    kTokenizerModelOption,
    {"tokens-only", '\0', "", "Not what the model makes of the tokens"},
    {"no-special-tokens", '\0', "", "Without [CLS], [SEP] and their like; the tokens only"},
    {"format", '\0', "text|json", "text: for people; json: one object (default: text)"},
    kPoolingOption,
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

/// An object of the text; with `trace`, of what the model makes of it, and the shares of a cosine, if it has any.
void write_text(JsonWriter& json, std::string_view text, const TokenizationSteps& steps, const TextTrace* trace,
                std::span<const float> shares) {
  const Encoding& encoding = steps.encoding;
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
    json.member("special", encoding.run(i).special).key("piece");
    encoding.word_ids[i] < 0 ? json.null() : json.value(encoding.word_ids[i]);
    if (trace != nullptr) json.key("row").numbers(trace->inside.table_rows.row(static_cast<std::int64_t>(i)));
    if (!shares.empty()) json.member("share", shares[i]);
    json.end_object();
  }
  json.end_array();
  if (trace != nullptr) write_trace(json, *trace);
  json.end_object();
}

/// A transformer, twice: to be looked into, and for its vectors.
struct OpenModel {
  Encoder encoder;
  AttentionProbe probe;
};

/// The model behind the tokenizer, unless it is a tokenizer alone, or one whose layers cannot be shown: that is said.
std::optional<OpenModel> open_model(const Arguments& arguments, Console& console) {
  for (const char* tokens_only : {"tokens-only", "no-special-tokens", "cased", "pattern"})
    if (arguments.given(tokens_only)) return std::nullopt;
  if (!names_model(arguments)) return std::nullopt;
  try {
    Encoder encoder = Encoder::load(
        model_name(arguments),
        {.compute = ComputeType::kFloat32, .threads = console.options().threads, .pooling = arguments.text("pooling")});
    if (encoder.info().layers > 0) return OpenModel{std::move(encoder), AttentionProbe::load(model_name(arguments))};
    console.note("the tokens only: ", encoder.info().name, " is a static model, which has no layers");
  } catch (const Error& e) {
    console.note("the tokens only: ", e.what());
  }
  return std::nullopt;
}

int run_explain(const Arguments& arguments, Console& console) {
  const std::vector<std::string>& texts = arguments.operands();
  if (texts.empty()) fail(ErrorCode::kInvalidArgument, "explain: which text? give one, or two to compare");
  for (const std::string& text : texts) require_utf8(text, "the text");
  const std::optional<OpenModel> model = open_model(arguments, console);
  std::optional<Tokenizer> alone;
  if (!model) alone.emplace(load_tokenizer(arguments));
  const Tokenizer& tokenizer = model ? model->encoder.tokenizer() : *alone;
  const bool json_wanted = arguments.text("format") == "json", two = texts.size() == 2;

  std::vector<TextTrace> traces;
  std::vector<TokenizationSteps> steps;
  for (const std::string& text : texts) {
    if (!model) {
      steps.push_back(tokenizer.explain(text, {.add_special_tokens = !arguments.on("no-special-tokens")}));
      continue;
    }
    traces.push_back(trace_text(model->encoder, model->probe, text));
    steps.push_back(traces.back().steps);
    const TextStats& stats = traces.back().stats;
    if (stats.truncated())
      console.warning("a text of ", stats.tokens, " tokens was cut to the ", stats.tokens_used,
                      " that the model reads");
  }
  std::string out;
  JsonWriter json;
  if (json_wanted && two) json.begin_object().key("texts").begin_array();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const TextTrace* const trace = model ? &traces[i] : nullptr;
    if (json_wanted) {
      write_text(json, texts[i], steps[i], trace,
                 model && two ? cosine_shares(traces[i], traces[1 - i]) : std::vector<float>());
      continue;
    }
    out.append(i == 0 ? "" : "\n")
        .append(text_form(texts[i], steps[i], tokenizer.description(), console.options().color));
    if (model) out.append(trace_text_form(*trace, model->encoder.info()));
  }
  if (json_wanted) {
    if (two) json.end_array();
    if (two && model) json.member("cosine", cosine_similarity(traces[0].vector.row(0), traces[1].vector.row(0)));
    if (two) json.end_object();
    json.end_line();
    out = json.take();
  } else if (two && model) {
    out.append(shares_text_form(traces[0], traces[1]));
  }
  AtomicFile file(output_path("-"));
  file.write(out);
  file.commit();
  return 0;
}

}  // namespace

const Command kExplain = {
    .name = "explain",
    .summary = "Show how a text becomes tokens and a vector, step by step",
    .operands = "TEXT [TEXT]",
    .max_operands = 2,
    .description =
        "Shows one text on its way: normalized, cut into pieces, and the tokens that the model makes of each, with "
        "their ids and where they stand in the text; then each token's row of the table, what the layers make of it "
        "in this text, and the vector. Of two texts also their cosine, and what each token adds to it. In float32, "
        "without a prompt.",
    .examples =
        "sememe explain \"She sat on the river bank.\" \"The bank approved her loan.\"\n"
        "sememe explain \"Unbelievably good caf\u00e9s!\"\n"
        "sememe explain -m ./my-model --format json \"one text\"\n",
    .groups = kGroups,
    .run = run_explain,
};

}  // namespace sememe::cli
