#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/model_options.h"

namespace sememe::cli {
namespace {

constexpr Option kOptions[] = {
    kModelOption,
    {"out", 'o', "PATH", "Write to this new folder, or to one file if PATH ends in .sememe"},
    {"weights", '\0', "same|fp32|bf16|int8",
     "How matrices are stored: as they are, or as float32, bfloat16, or bytes with a scale for each row (default: "
     "same)"},
};
constexpr OptionGroup kGroups[] = {{"Options", kOptions}};

int run_convert(const Arguments& arguments, Console& console) {
  const auto out = arguments.text("out");
  if (!out || out->empty()) fail(ErrorCode::kInvalidArgument, "no --out; give -o FOLDER, or -o FILE.sememe");
  WeightType type = WeightType::kSame;
  const std::string weights = arguments.text("weights").value_or("same");
  if (weights == "fp32") type = WeightType::kFloat32;
  if (weights == "bf16") type = WeightType::kBfloat16;
  if (weights == "int8") type = WeightType::kInt8;
  locate(arguments);
  convert_model(model_name(arguments), *out, type);
  console.detail("wrote ", *out);
  return 0;
}

}  // namespace

const Command kConvert = {
    .name = "convert",
    .summary = "Write a model as a folder or as one file, with smaller weights if wished",
    .operands = "[MODEL]",
    .max_operands = 1,
    .description =
        "Copies a model into a folder that sentence-transformers reads too, or into one file, a ZIP archive that every "
        "command takes in the place of a folder. With int8 the file has a quarter of the size; golden vectors "
        "(golden.jsonl) are made anew for the weights that are written. Word vectors are converted by sememe words "
        "convert.",
    .examples =
        "sememe convert sentence-transformers/all-MiniLM-L6-v2 -o minilm.sememe\n"
        "sememe convert ./my-model -o small.sememe --weights int8\n"
        "sememe convert small.sememe -o folder --weights fp32\n",
    .groups = kGroups,
    .run = run_convert,
};

}  // namespace sememe::cli
