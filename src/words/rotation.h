#pragma once

#include <cstdint>

#include "base/buffer.h"

namespace sememe {

/// One fixed rotation of vectors of a dimension, which spreads what a vector holds over all its components: as good as
/// any that is drawn by chance, and quick to do.
///
/// Source  signs by chance and Hadamard transforms in turns (Ailon and Chazelle 2009, "The fast Johnson-Lindenstrauss
///         transform"), of the first and the last components by turns where the dimension is no power of two, with a
///         step of Kac's walk between them, as RaBitQ's library does.
class Rotation {
 public:
  Rotation() = default;
  explicit Rotation(std::int64_t dim);

  /// Turns x (dim).
  void apply(float* x) const;

 private:
  std::int64_t dim_ = 0, part_ = 0;  // part_: the greatest power of two that is not above dim_
  Buffer<float> signs_;              // of each round, with what keeps the length
};

}  // namespace sememe
