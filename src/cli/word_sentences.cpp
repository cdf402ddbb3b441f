#include "cli/word_sentences.h"

#include <filesystem>

#include "base/fail.h"
#include "cli/model_options.h"
#include "cli/numbers.h"
#include "io/bundle.h"
#include "nn/pooling.h"

namespace sememe::cli {
namespace {

/// --model, after a look at flags that only encoders have.
std::string checked_file(const Arguments& arguments) {
  for (const std::string_view flag : {"prompt-name", "prompt", "max-tokens", "on-long", "dimensions", "compute"})
    if (arguments.source(flag) == Source::kCommandLine)
      fail(ErrorCode::kInvalidArgument, "--", flag, " is for models, not for word vectors");
  return model_name(arguments);
}

}  // namespace

bool names_word_vectors(const Arguments& arguments) {
  const std::string name = model_name(arguments);
  std::error_code ignored;
  return std::filesystem::is_regular_file(name, ignored) && !is_bundle(name);
}

WordSentences::WordSentences(const Arguments& arguments, Console& console)
    : vectors_(WordVectors::load(checked_file(arguments))), normalize_(arguments.on("normalize")) {
  const std::string pooling = arguments.text("pooling").value_or("mean");
  const auto weighting = parse_sentence_weighting(pooling);
  if (!weighting)
    fail(ErrorCode::kInvalidArgument, "--pooling: word vectors have mean, sif and usif, found ", quote(pooling));
  options_ = {.weighting = *weighting,
              .components = arguments.number("remove-components"),
              .threads = console.options().threads};
  console.detail("word vectors ", model_name(arguments), ": ", with_commas(vectors_.size()), " words, ", vectors_.dim(),
                 " dimensions, ", pooling, ", ", removed_components(options_), " components taken away");
}

Matrix WordSentences::encode(std::span<const std::string_view> texts, std::vector<TextStats>* stats) const {
  std::vector<std::int64_t> words;
  Matrix out = sentence_vectors(vectors_, texts, options_, &words);
  if (normalize_)
    for (std::int64_t i = 0; i < out.rows(); ++i) normalize_l2(out.row(i));
  if (stats != nullptr) {
    stats->clear();
    for (const std::int64_t count : words)
      stats->push_back({static_cast<std::int32_t>(count), static_cast<std::int32_t>(count)});
  }
  return out;
}

}  // namespace sememe::cli
