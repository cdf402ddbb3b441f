#include "words/block_training.h"

#include <cmath>
#include <cstring>

#include "base/fail.h"
#include "kernels/kernels.h"
#include "words/readers.h"

namespace sememe {

WordVectors trained_vectors(std::string_view what, WordTable words, Buffer<float> rows, std::int64_t dim,
                            std::int64_t stride) {
  for (std::int64_t i = 0; i < words.size(); ++i)  // in place: a copy would be the largest thing in memory
    std::memmove(rows.data() + i * dim, rows.data() + i * stride, static_cast<std::size_t>(dim) * sizeof(float));
  if (!kernels().all_finite(rows.data(), words.size() * dim))
    fail(ErrorCode::kInvalidArgument, what, ": the numbers left the range of a float; choose a lower lr");
  return make_word_vectors({.words = std::move(words), .vectors = std::move(rows), .dim = dim});
}

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

void require_cooldown(std::string_view what, double cooldown) {
  if (!(cooldown > 0 && cooldown <= 1))
    fail(ErrorCode::kInvalidArgument, what, ": cooldown is ", cooldown, "; expected more than 0, at most 1");
}

void require_corpus(std::string_view what, std::span<const std::filesystem::path> corpus) {
  if (corpus.empty()) fail(ErrorCode::kInvalidArgument, what, ": no corpus");
  for (const std::filesystem::path& file : corpus)
    if (file == "-")
      fail(ErrorCode::kInvalidArgument, what, ": standard input cannot be read again for each epoch; give files");
}

}  // namespace sememe
