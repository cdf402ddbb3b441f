#include <algorithm>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/model_options.h"
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

int run_verify(const Arguments& arguments, Console& console) {
  locate(arguments);  // a model that is not there is an error, not a "no"
  const auto checks = verify_model(model_name(arguments), encoder_options(arguments, console));
  const bool passed = std::all_of(checks.begin(), checks.end(), [](const VerifyCheck& c) { return c.passed; });

  AtomicFile out(output_path("-"));
  if (arguments.on("json")) {
    JsonWriter json(JsonStyle::kPretty);
    json.begin_object().member("model", std::string_view(model_name(arguments))).member("passed", passed);
    json.key("checks").begin_array();
    for (const VerifyCheck& check : checks)
      json.begin_object(true)
          .member("name", std::string_view(check.name))
          .member("passed", check.passed)
          .member("detail", std::string_view(printable(check.detail)))
          .end_object();
    json.end_array().end_object().end_line();
    out.write(json.take());
  } else {
    const bool color = console.options().color;
    for (const VerifyCheck& check : checks) {
      const std::string_view begin = !color         ? ""
                                     : check.passed ? "\033[32m"
                                                    : "\033[1;31m",
                             end = color ? "\033[0m" : "";
      out.write(concat(begin, check.passed ? "ok  " : "FAIL", end, "  ", pad_right(check.name, 16),
                       printable(check.detail), '\n'));
    }
  }
  out.commit();
  return passed ? 0 : 1;
}

}  // namespace

const Command kVerify = {
    .name = "verify",
    .summary = "Check that a model is sound",
    .operands = "[MODEL]",
    .max_operands = 1,
    .description =
        "Checks every file and tensor of a model, runs it, and compares with the golden vectors if its folder "
        "has any (golden.jsonl). The exit code is 1 if a check fails.",
    .examples =
        "sememe verify sentence-transformers/all-MiniLM-L6-v2\n"
        "sememe verify --json ./my-model\n",
    .groups = kGroups,
    .run = run_verify,
};

}  // namespace sememe::cli
