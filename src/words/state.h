#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "sememe/words.h"
#include "words/code_rows.h"
#include "words/readers.h"

namespace sememe {

struct WordVectors::State {
  std::string name;  ///< for messages
  WordData data;
  std::once_flag measured;
  Buffer<float> inverse_norms;
  std::once_flag made_codes;
  CodeRows codes;
  std::atomic<std::int64_t> questions{0};

  MatView<const float> vectors() const { return {data.vectors.data(), data.words.size(), data.dim}; }
};

/// Scales `x` to length 1; false, and nothing changes, if it has none.
bool scale_to_unit(std::span<float> x);

}  // namespace sememe
