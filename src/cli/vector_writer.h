#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cli/chunks.h"
#include "sememe/matrix.h"

namespace sememe::cli {

enum class VectorFormat { kNpy, kJsonl, kCsv, kTable };

/// How components leave the program.
enum class Precision {
  kFloat32,
  kBinary,   ///< one bit each, set if it is above 0; eight to an int8, which is the byte minus 128
  kUbinary,  ///< the same as the byte itself
};

/// The bits of a row, eight to a byte, the first in the highest; the last byte is filled with zeros.
/// Source  numpy.packbits, as sentence_transformers.quantize_embeddings uses it.
std::string pack_bits(std::span<const float> row);

struct VectorOutput {
  std::string name = "-";  ///< file, or "-"
  VectorFormat format = VectorFormat::kNpy;
  Precision precision = Precision::kFloat32;
  std::int64_t dimensions = 0;
  std::optional<std::int64_t> count;  ///< of vectors, if known
};

/// Writes vectors chunk by chunk. A file appears, complete, at finish().
///   kNpy    float32 (n, D), or int8 or uint8 (n, ceil(D / 8))
///   kJsonl  {"index":0,"tokens":9,"tokens_used":9,"truncated":false,"embedding":[...]} a line
///   kCsv    the components of a vector on a line, separated by commas; no header
///   kTable  for people: the shape, and the beginning of each vector beside its text
class VectorWriter {
 public:
  virtual ~VectorWriter() = default;
  /// Row i of `vectors` is text i of `chunk`.
  virtual void write(const Chunk& chunk, const Matrix& vectors) = 0;
  virtual void finish() = 0;
};

std::unique_ptr<VectorWriter> make_vector_writer(const VectorOutput& output);

}  // namespace sememe::cli
