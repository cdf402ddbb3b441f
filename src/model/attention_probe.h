#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "sememe/matrix.h"

namespace sememe {

/// What one text does inside a transformer.
struct AttentionTrace {
  std::int64_t tokens = 0, heads = 0;
  Matrix table_rows;                          ///< (L, D): the rows of the word table, before anything is done to them
  std::vector<Matrix> hidden;                 ///< (L, D) each: what enters the first layer, and what each gives
  Matrix last_hidden;                         ///< (L, D): what Encoder::encode_tokens gives
  std::vector<std::vector<float>> attention;  ///< of each layer: (H, L, L), each row sums up to 1
};

/// The forward pass once more, written to be looked into and not to be fast: loops in double over the weights as
/// stored. It shares no arithmetic with Encoder but the activation, so that each is a witness of the other. Threads
/// immutable. Memory   all weights in float32.
class AttentionProbe {
 public:
  /// Errors  as Encoder::load.
  static AttentionProbe load(std::string_view model);

  /// Errors   kInvalidArgument: no id, one outside of the vocabulary, more ids than positions.
  AttentionTrace trace(std::span<const std::int32_t> ids) const;
  std::int64_t layers() const;

  AttentionProbe(AttentionProbe&&) noexcept;
  AttentionProbe& operator=(AttentionProbe&&) noexcept;
  ~AttentionProbe();

 private:
  struct State;
  explicit AttentionProbe(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sememe
