#include "cli/words_training.h"

#include <algorithm>

#include "base/fail.h"
#include "cli/numbers.h"

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

WordTrainingProgress TrainingTalk::progress() {
  return [this](std::string_view stage, std::int64_t done, std::int64_t total) {
    stages_.update(stage, done, total,
                   concat(stage, ", ", with_commas(done), stage == "counting" ? " bytes" : " words"));
  };
}

void TrainingTalk::finish() {
  training_seconds_ = stages_.seconds();
  stages_.finish();
}

void TrainingTalk::tell(std::int64_t words, std::int64_t epochs) {
  const double rate = static_cast<double>(report_.known_words * epochs) / std::max(1e-9, training_seconds_);
  console_.detail(with_commas(words), " words from ", with_commas(report_.words), ", ",
                  with_commas(static_cast<std::int64_t>(rate)), " words/s in training, ", fixed(whole_.seconds(), 1, 0),
                  " s");
}

}  // namespace sememe::cli
