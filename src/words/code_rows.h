#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "sememe/matrix.h"
#include "words/rotation.h"

namespace sememe {

/// What rows were cut to, and how well that tells of their products.
struct CodePlane {
  Buffer<std::uint8_t> codes;  ///< as KernelTable::dot_codes reads them
  /// Of each row: what the product of its codes is multiplied by; how far it is off then, for each unit of what a
  /// question has across the row, infinite for rows that are too long or too short to be told about.
  Buffer<float> scales, errors;
};

/// Rows scaled to length 1, less what they have in common, turned, four bits a component: the upper two, a sixteenth of
/// what a question would have to read, tell which rows are far from it, and the lower two tell of most others.
///
/// The codes of a row, 0 to 3 or 0 to 15, less their middle, are a vector v near the row o. <v, q> / <v, o> is <o, q> /
/// <o, o>, but for the part of v across o times the part of q across o. Of n - 1 dimensions and two directions of which
/// one is left to chance, as here to the rotation, the product is above t in a share of at most (1 - t^2)^((n - 2) / 2)
/// / 2: t is such that this is 1e-9, and the errors are t times the length of the part of v over that along o. Source
/// Gao and Long 2024, "RaBitQ: quantizing high-dimensional vectors with a theoretical error bound for
///         approximate nearest neighbor search", and its extension to several bits (Gao et al. 2025).
struct CodeRows {
  std::int64_t stride = 0;  ///< codes of a row, whole steps of KernelTable::dot_codes
  Rotation rotation;
  std::vector<float> common;  ///< the direction of the rows' mean
  Buffer<float> along;        ///< of each row: its product with that, exact
  CodePlane coarse, fine;     ///< of the upper bits; with the lower ones, whose codes these are

  const std::uint8_t* upper(std::int64_t row) const { return coarse.codes.data() + row * stride / 4; }
  const std::uint8_t* lower(std::int64_t row) const { return fine.codes.data() + row * stride / 4; }
  void prefetch_lower(std::int64_t row) const {
    constexpr std::int64_t kLine = 64, kMost = 512;  // the rest of a long row follows by itself
    for (std::int64_t i = 0; i < std::min(kMost, stride / 4); i += kLine) __builtin_prefetch(lower(row) + i);
  }
};

/// `inverse`: 1 / length of each row, 0 for zeros.
CodeRows make_code_rows(MatView<const float> rows, const float* inverse, ThreadPool& pool);

/// What the codes of rows are multiplied by: a vector q of length 1, turned, as bytes.
class CodeQuery {
 public:
  CodeQuery(const CodeRows& rows, MatView<const float> query);

  const std::int8_t* bytes() const { return bytes_.data(); }
  /// The product of q with a row, by the sums of bytes times its codes.
  float coarse(const CodeRows& rows, std::int64_t row, std::int32_t upper) const {
    return along_ * rows.along[row] + unit_ * (2 * static_cast<float>(upper) - 3 * sum_) * rows.coarse.scales[row];
  }
  float fine(const CodeRows& rows, std::int64_t row, std::int32_t upper, std::int32_t lower) const {
    const float sum = 8 * static_cast<float>(upper) + 2 * static_cast<float>(lower) - 15 * sum_;
    return along_ * rows.along[row] + unit_ * sum * rows.fine.scales[row];
  }
  /// A row whose product is `least` or more is estimated too low by no more than reach(least) times its error, and
  /// off(): of a row o and q, whose products with the common direction are p and a, the rest of o times what the rest
  /// of q has across that is sqrt((1 - p^2) (1 - a^2) - (<o, q> - p a)^2), whatever p at most sqrt((1 - a^2) (1 - <o,
  /// q>^2)).
  float reach(float least) const;
  float off() const { return off_; }

 private:
  Buffer<std::int8_t> bytes_;
  float along_ = 0;           // product with the common direction
  float unit_ = 0, sum_ = 0;  // of the bytes of the rest: what one stands for
  float off_ = 0;             // how far the bytes are from the rest; infinite where q is not finite
};

}  // namespace sememe
