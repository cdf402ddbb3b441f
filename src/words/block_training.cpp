#include "words/block_training.h"

#include <cmath>

#include "base/fail.h"

namespace sememe {

std::vector<float> kept_parts(const std::vector<std::int64_t>& counts, std::int64_t total, double sample) {
  std::vector<float> kept;
  for (const std::int64_t count : counts) {
    const double ratio = sample * static_cast<double>(total) / static_cast<double>(count);
    kept.push_back(sample > 0 ? static_cast<float>(std::sqrt(ratio) + ratio) : 1.0f);
  }
  return kept;
}

void require_within(std::string_view what, std::string_view name, std::int64_t value, std::int64_t least,
                    std::int64_t most) {
  if (value < least || value > most)
    fail(ErrorCode::kInvalidArgument, what, ": ", name, " is ", value, "; expected ", least, " to ", most);
}

void require_corpus(std::string_view what, std::span<const std::filesystem::path> corpus) {
  if (corpus.empty()) fail(ErrorCode::kInvalidArgument, what, ": no corpus");
  for (const std::filesystem::path& file : corpus)
    if (file == "-")
      fail(ErrorCode::kInvalidArgument, what, ": standard input cannot be read again for each epoch; give files");
}

}  // namespace sememe
