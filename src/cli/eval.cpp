#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/model_options.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/train_report.h"
#include "cli/word_sentences.h"
#include "io/json_writer.h"
#include "sememe/encoder.h"
#include "sememe/evaluation.h"

namespace sememe::cli {
namespace {

constexpr Option kTaskOptions[] = {
    {.name = "task",
     .letter = 't',
     .value = "TYPE:FILE",
     .help = "What to judge by: sts:FILE, pairs:FILE, spread:FILE, classification:FILE, clustering:FILE, "
             "retrieval:FOLDER",
     .repeats = true},
};
constexpr Option kOutputOptions[] = {
    {"json", '\0', "", "One JSON object a task"},
    {"at-least", '\0', "X", "Exit with 1 if the first number of the first task is below X"},
};
constexpr OptionGroup kTaskGroup = {"Tasks", kTaskOptions}, kOutputGroup = {"Output", kOutputOptions};
const OptionGroup kGroups[] = {kTaskGroup, kOutputGroup, model_options()};

int run_eval(const Arguments& arguments, Console& console) {
  std::vector<EvalTask> tasks;
  for (const std::string& text : arguments.texts("task")) tasks.push_back(parse_eval_task(text));
  for (const std::string& text : arguments.operands()) tasks.push_back(parse_eval_task(text));
  if (tasks.empty()) fail(ErrorCode::kInvalidArgument, "nothing to judge by; give --task sts:FILE, for example");
  std::optional<WordSentences> words;
  std::optional<Encoder> encoder;
  EmbedTexts embed;
  if (names_word_vectors(arguments)) {
    words.emplace(arguments, console);
    embed = [&](std::span<const std::string> texts, bool) {
      return words->encode(std::vector<std::string_view>(texts.begin(), texts.end()));
    };
  } else {
    encoder.emplace(load_encoder(arguments, console));
    embed = embedding_by(*encoder, encode_options(arguments));
  }
  double first = 0;
  AtomicFile out(output_path("-"));
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const EvalResult result = evaluate(tasks[i], embed, console.options().threads);
    if (i == 0) first = result.metrics.front().second;
    if (!arguments.on("json")) {
      out.write(result_line(result) + "\n");
      continue;
    }
    JsonWriter json;
    json.begin_object().member("task", std::string_view(result.task)).member("type", std::string_view(result.type));
    json.key("metrics").begin_object();
    for (const auto& [name, value] : result.metrics)
      std::isfinite(value) ? json.member(name, value) : json.key(name).null();
    const bool pairs = tasks[i].type == EvalTask::Type::kSts || tasks[i].type == EvalTask::Type::kPairs;
    const std::string_view counted = tasks[i].type == EvalTask::Type::kRetrieval ? "queries"
                                     : pairs                                     ? "pairs"
                                                                                 : "texts";
    json.end_object().member(counted, result.count);
    json.member("seconds", result.seconds).end_object().end_line();
    out.write(json.take());
  }
  out.commit();
  const auto bar = arguments.text("at-least");
  return bar && !(first >= number_of(*bar, "at-least")) ? 1 : 0;
}

}  // namespace

const Command kEval = {
    .name = "eval",
    .summary = "Judge a model: similarity, retrieval, classification, clustering",
    .operands = "[TYPE:FILE...]",
    .max_operands = 1 << 30,
    .description =
        "Prints how well the vectors of a model do at each task. sts: correlation of cosines with scores. retrieval: a "
        "BEIR folder with corpus.jsonl, queries.jsonl and qrels.tsv. classification: every fifth row is asked, by its "
        "nearest neighbours and by logistic regression. clustering: v-measure of k-means. pairs: are two texts the "
        "same? "
        "spread: how the vectors fill their space.",
    .examples =
        "sememe eval -m all-MiniLM-L6-v2 sts:stsb-dev.tsv\n"
        "sememe eval -m MODEL --task sts:pairs.tsv --task retrieval:BEIR_FOLDER --json\n",
    .groups = kGroups,
    .run = run_eval,
};

}  // namespace sememe::cli
