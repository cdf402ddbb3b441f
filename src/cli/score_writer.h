#pragma once

#include <memory>
#include <span>
#include <string>

#include "sememe/matrix.h"
#include "sememe/similarity.h"

namespace sememe::cli {

struct ScoreOutput {
  std::string name = "-";        ///< file, or "-"
  std::string format = "table";  ///< "table", "json", "csv" or "npy"
  Measure measure = Measure::kCosine;
  bool color = false;
};

/// Writes the similarity matrix of texts, some rows at a time. A file appears, complete, at finish().
///   table  the numbered texts, then the numbered matrix
///   json   {"measure":"cosine","texts":[...],"scores":[[...]]}
///   csv    a row on a line, separated by commas; no header
///   npy    float32 (n, n)
class ScoreWriter {
 public:
  virtual ~ScoreWriter() = default;
  /// The next rows, (any, n).
  virtual void write(const Matrix& rows) = 0;
  virtual void finish() = 0;
};
/// `texts` must outlive the writer.
std::unique_ptr<ScoreWriter> make_score_writer(const ScoreOutput& output, std::span<const std::string> texts);

/// Writes scores of pairs: one number a line in every format but npy, float32 (n,).
class PairWriter {
 public:
  virtual ~PairWriter() = default;
  virtual void write(std::span<const float> scores) = 0;
  virtual void finish() = 0;
};
std::unique_ptr<PairWriter> make_pair_writer(const ScoreOutput& output);

}  // namespace sememe::cli
