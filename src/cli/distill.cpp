#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/model_options.h"
#include "cli/numbers.h"
#include "cli/progress.h"
#include "sememe/distillation.h"

namespace sememe::cli {
namespace {

constexpr Option kOptions[] = {
    kModelOption,
    {"out", 'o', "FOLDER", "Write to this new folder"},
    {"dimensions", '\0', "N", "Principal components that a vector keeps (default: 256, or as many as the model has)", 1,
     1 << 24},
    {"sif", '\0', "X",
     "Weight of a piece: X / (X + its part of all text, by Zipf's law), so that common words count less; 0 weights "
     "none (default: 0.0001)"},
    {"pooling", '\0', "MODE",
     "How the last hidden states of a piece and the special tokens around it become one: cls, mean, max, "
     "mean_sqrt_len, weightedmean, lasttoken (default: mean)"},
};
constexpr OptionGroup kGroups[] = {{"Options", kOptions}};

int run_distill(const Arguments& arguments, Console& console) {
  const auto out = arguments.text("out");
  if (!out || out->empty()) fail(ErrorCode::kInvalidArgument, "no --out; give -o FOLDER");
  DistillOptions options;
  options.dimensions = arguments.number("dimensions").value_or(0);
  if (const auto sif = arguments.text("sif")) options.sif = number_of(*sif, "sif");
  options.pooling = arguments.text("pooling").value_or(options.pooling);
  options.threads = console.options().threads;
  locate(arguments);
  Progress progress(console);
  std::int64_t pieces = 0;
  options.progress = [&](std::int64_t done, std::int64_t total) {
    pieces = total;
    progress.update(done, static_cast<double>(done) / static_cast<double>(total), "pieces");
  };
  distill_static_model(model_name(arguments), *out, options);
  console.detail("wrote ", *out, ": ", with_commas(pieces), " pieces in ", fixed(progress.seconds(), 1, 0), " s");
  return 0;
}

}  // namespace

const Command kDistill = {
    .name = "distill",
    .summary = "Make a static model, some hundred times as fast, of a transformer",
    .operands = "[MODEL]",
    .max_operands = 1,
    .description =
        "Sends every piece of the vocabulary through the model alone and keeps the principal components of the "
        "results, weighted as if the pieces stood in the order of their frequency. No text is needed. A text is then "
        "the mean of its pieces' rows. The folder is one that every command takes as a model, and that model2vec and "
        "sentence-transformers load.",
    .examples =
        "sememe distill sentence-transformers/all-MiniLM-L6-v2 -o minilm-static\n"
        "sememe distill ./my-model -o small --dimensions 128\n",
    .groups = kGroups,
    .run = run_distill,
};

}  // namespace sememe::cli
