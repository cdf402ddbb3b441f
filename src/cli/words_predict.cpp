#include "base/fail.h"
#include "cli/console.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "cli/words_commands.h"
#include "cli/words_options.h"
#include "cli/words_training.h"
#include "io/line_source.h"
#include "sememe/fasttext.h"

namespace sememe::cli {
namespace {

constexpr std::int64_t kManyTexts = 1 << 20, kLongestLine = std::int64_t{64} << 20;

constexpr Option kOptions[] = {
    {"input", 'i', "FILE", "Read texts from FILE, one a line (-: standard input); may be packed (gzip, zstd)"},
    {"top-k", 'k', "N", "How many labels a text at most (default: 1)", 1, std::int64_t{1} << 31},
    {"threshold", '\0', "X", "Only labels with a probability of X or more (default: 0)"},
    {"test", '\0', "", "Lines have labels: print how many lines, precision and recall"},
    kWordsJsonOption,
};
constexpr OptionGroup kGroups[] = {{"Options", kOptions}};

void append_prediction(std::string& out, const std::vector<LabelScore>& labels) {
  std::string_view gap;
  for (const LabelScore& label : labels) {
    append_float(out.append(gap).append(printable(label.label)).append(1, ' '), label.score);
    gap = " ";
  }
  out.append(1, '\n');
}

void append_prediction(JsonWriter& json, std::int64_t index, const std::vector<LabelScore>& labels) {
  json.begin_object().member("index", index).key("labels").begin_array();
  for (const LabelScore& label : labels)
    json.begin_object()
        .member("label", std::string_view(utf8_of(label.label)))
        .member("score", label.score)
        .end_object();
  json.end_array().end_object().end_line();
}

int run_test(const FastText& model, const Arguments& arguments, std::int64_t k, float threshold) {
  const LabelScores scores = model.test(required_text(arguments, "input", "-i FILE"), k, threshold);
  if (arguments.on("json")) {
    JsonWriter json;
    json.begin_object()
        .member("lines", scores.lines)
        .member("precision", scores.precision)
        .member("recall", scores.recall)
        .end_object()
        .end_line();
    print_answer(json.take());
  } else {
    print_answer(concat("lines       ", with_commas(scores.lines), "\nprecision@", k, " ",
                        fixed(scores.precision, 4, 7), "\nrecall@", k, "    ", fixed(scores.recall, 4, 7), "\n"));
  }
  return 0;
}

int run_predict(const Arguments& arguments, Console&) {
  const std::vector<std::string> texts = word_operands(arguments, 0, kManyTexts);
  if (arguments.operands().empty()) fail(ErrorCode::kInvalidArgument, "no model; name a fastText .bin or .ftz first");
  if (texts.empty() == !arguments.given("input"))
    fail(ErrorCode::kInvalidArgument, "expected texts, or a file of them by -i FILE, and not both");
  const std::int64_t k = arguments.number("top-k").value_or(1);
  const auto threshold = static_cast<float>(real_option(arguments, "threshold", 0));
  const FastText model = FastText::load(arguments.operands().front());
  if (arguments.on("test")) return run_test(model, arguments, k, threshold);
  AtomicFile out(output_path("-"));
  JsonWriter json;
  std::string line;
  const auto answer = [&](std::int64_t index, std::string_view text) {
    const std::vector<LabelScore> labels = model.predict(text, k, threshold);
    if (arguments.on("json")) {
      append_prediction(json, index, labels);
      out.write(json.take());
    } else {
      line.clear();
      append_prediction(line, labels);
      out.write(line);
    }
  };
  if (const auto input = arguments.text("input")) {
    LineSource lines(*input, kLongestLine);
    std::int64_t index = 0;
    for (std::string text; text.clear(), lines.append_line(text);) answer(index++, text);
  }
  for (std::size_t i = 0; i < texts.size(); ++i) answer(static_cast<std::int64_t>(i), texts[i]);
  out.commit();
  return 0;
}

constexpr Option kQuantizeOptions[] = {
    {"out", 'o', "FILE", "Write the model, fastText's .ftz, to FILE"},
    {"cutoff", '\0', "N", "Keep N rows, those of the longest vectors (default: all)", 256, std::int64_t{1} << 40},
    {.name = "retrain",
     .value = "FILE",
     .help = "Train what the cutoff keeps again on labelled lines",
     .repeats = true},
    kEpochsOption,
    {"lr", '\0', "X", "Learning rate of --retrain at its start (default: 0.1)"},
    {"qnorm", '\0', "", "Keep the lengths of rows apart, which is more exact"},
    {"qout", '\0', "", "The rows of labels too"},
    {"dsub", '\0', "N", "Numbers that a byte stands for (default: 2)", 1, 1 << 16},
};
constexpr OptionGroup kQuantizeGroups[] = {{"Options", kQuantizeOptions}};

int run_quantize(const Arguments& arguments, Console& console) {
  if (arguments.operands().empty()) fail(ErrorCode::kInvalidArgument, "no model; name a fastText .bin");
  const std::string out = required_text(arguments, "out", "-o FILE");
  FastTextQuantizeOptions options;
  options.part = arguments.number("dsub").value_or(options.part);
  options.norms = arguments.on("qnorm");
  options.output = arguments.on("qout");
  options.cutoff = arguments.number("cutoff").value_or(options.cutoff);
  for (const std::string& file : arguments.texts("retrain")) options.retrain.emplace_back(file);
  options.epochs = arguments.number("epochs").value_or(options.epochs);
  options.lr = real_option(arguments, "lr", options.lr);
  options.threads = console.options().threads;
  FastText::load(arguments.operands().front()).quantize(options).save(output_path(out));
  return 0;
}

}  // namespace

const Command kWordsPredict = {
    .name = "predict",
    .summary = "Tell the labels of texts by a fastText model",
    .operands = "MODEL [TEXT...]",
    .max_operands = kManyTexts,
    .description =
        "Prints a line a text: the likeliest labels and their probabilities, as fastText gives them. With --test, how "
        "well they agree with the labels of the file.",
    .examples =
        "sememe words predict model.bin \"where is my card\" -k 3\n"
        "sememe words predict model.ftz -i texts.txt --json\n"
        "sememe words predict model.bin -i labelled.txt --test\n",
    .groups = kGroups,
    .run = run_predict,
};

const Command kWordsQuantize = {
    .name = "quantize",
    .summary = "Make a fastText classifier small",
    .operands = "MODEL",
    .max_operands = 1,
    .description = "Replaces the numbers of each row by bytes that stand for the nearest of 256 learnt ones.",
    .examples =
        "sememe words quantize model.bin -o model.ftz\n"
        "sememe words quantize model.bin -o small.ftz --cutoff 10000 --retrain labelled.txt --qnorm\n",
    .groups = kQuantizeGroups,
    .run = run_quantize,
};

}  // namespace sememe::cli
