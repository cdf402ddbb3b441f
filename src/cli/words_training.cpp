#include "cli/words_training.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <system_error>

#include "base/fail.h"
#include "cli/numbers.h"
#include "cli/output.h"
#include "io/file.h"

namespace sememe::cli {

std::vector<std::filesystem::path> corpus_files(const Arguments& arguments) {
  std::vector<std::filesystem::path> files;
  for (const std::string& file : arguments.texts("input")) files.emplace_back(file);
  for (const std::string& file : arguments.operands()) files.emplace_back(file);
  if (files.empty()) fail(ErrorCode::kInvalidArgument, "no corpus; give -i FILE");
  return files;
}

double real_option(const Arguments& arguments, std::string_view name, double otherwise) {
  const auto text = arguments.text(name);
  return text ? number_of(*text, name) : otherwise;
}

std::int64_t bytes_of(const std::string& text, std::string_view flag) {
  constexpr std::string_view kUnits = "KMGT";
  constexpr double kMost = 1e15;
  const std::size_t unit = text.empty() ? kUnits.npos : kUnits.find(text.back());
  const double number = number_of(unit == kUnits.npos ? text : text.substr(0, text.size() - 1), flag);
  const double bytes = unit == kUnits.npos ? number : std::ldexp(number, 10 * (static_cast<int>(unit) + 1));
  if (!(bytes >= 0 && bytes <= kMost))
    fail(ErrorCode::kInvalidArgument, "--", flag, ": expected a size, such as 4G or 500M, found ", quote(text));
  return static_cast<std::int64_t>(bytes);
}

WordCheckpoints checkpoints_of(const Arguments& arguments, const std::string& out) {
  constexpr double kMinute = 60;
  const bool is_file = out != "-" && can_seek(out);
  if (is_file) AtomicFile(std::filesystem::path(out));
  WordCheckpoints checkpoints{.resume = arguments.on("resume")};
  const double seconds = kMinute * real_option(arguments, "save-minutes", checkpoints.seconds / kMinute);
  if (!(seconds >= 0))
    fail(ErrorCode::kInvalidArgument, "--save-minutes: expected 0 or more, found ", seconds / kMinute);
  if (checkpoints.resume && !is_file)
    fail(ErrorCode::kInvalidArgument, "--resume: a checkpoint stands beside the file that is written; give -o FILE");
  if (!is_file) return {};
  checkpoints.file = out + ".checkpoint";
  checkpoints.seconds = seconds > 0 ? seconds : std::numeric_limits<double>::infinity();
  return checkpoints;
}

void remove_checkpoint(const WordCheckpoints& checkpoints) {
  std::error_code ignored;
  if (!checkpoints.file.empty()) std::filesystem::remove(checkpoints.file, ignored);
}

WordTrainingProgress TrainingTalk::progress() {
  return [this](std::string_view stage, std::int64_t done, std::int64_t total) {
    stages_.update(stage, done, total,
                   concat(stage == "pairs" ? "counting pairs" : stage, ", ", with_commas(done),
                          stage == "counting" || stage == "preparing" || stage == "joining" ? " bytes" : ""));
  };
}

void TrainingTalk::finish() {
  training_seconds_ = stages_.seconds();
  stages_.finish();
}

void TrainingTalk::tell(std::int64_t words) {
  const double rate = static_cast<double>(report_.trained_words) / std::max(1e-9, training_seconds_);
  console_.detail(with_commas(words), " words from ", with_commas(report_.words), ", ",
                  with_commas(static_cast<std::int64_t>(rate)), " words/s in training, ", fixed(whole_.seconds(), 1, 0),
                  " s");
}

}  // namespace sememe::cli
