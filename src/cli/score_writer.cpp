#include "cli/score_writer.h"

#include <unistd.h>

#include <algorithm>

#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "io/json_writer.h"
#include "io/npy.h"

namespace sememe::cli {
namespace {

class ScoreTable : public ScoreWriter {
 public:
  ScoreTable(const ScoreOutput& output, std::span<const std::string> texts)
      : color_(output.color && output.measure == Measure::kCosine),  // other measures have no scale of their own
        index_width_(static_cast<int>(std::to_string(texts.size()).size())),
        cell_width_(output.measure == Measure::kCosine ? 9 : 12),
        file_(output_path(output.name)) {
    const int room = std::max(20, terminal_width(STDOUT_FILENO) - index_width_ - 2);
    std::string head;
    for (std::size_t i = 0; i < texts.size(); ++i)
      head.append(index(static_cast<std::int64_t>(i)))
          .append("  ")
          .append(shorten(printable(texts[i]), room))
          .append("\n");
    if (!texts.empty()) head.append("\n").append(static_cast<std::size_t>(index_width_), ' ');
    for (std::size_t i = 0; i < texts.size(); ++i)
      head.append(right_aligned(static_cast<std::int64_t>(i), cell_width_));
    file_.write(head.append("\n"));
  }

  void write(const Matrix& rows) override {
    for (std::int64_t i = 0; i < rows.rows(); ++i) {
      std::string line = index(next_++);
      for (const float score : rows.row(i)) {
        const std::string cell = fixed(score, 4, cell_width_);
        color_ ? line.append(shade(score)).append(cell).append("\033[0m") : line.append(cell);
      }
      file_.write(line.append("\n"));
    }
  }
  void finish() override { file_.commit(); }

 private:
  /// Bold green, green and yellow, from the closest down.
  static std::string_view shade(float score) {
    if (score >= 0.8f) return "\033[1;32m";
    if (score >= 0.5f) return "\033[32m";
    return score >= 0.3f ? "\033[33m" : "\033[0m";
  }
  std::string index(std::int64_t i) const { return right_aligned(i, index_width_); }

  bool color_;
  int index_width_, cell_width_;
  std::int64_t next_ = 0;
  AtomicFile file_;
};

class ScoreJson : public ScoreWriter {
 public:
  ScoreJson(const ScoreOutput& output, std::span<const std::string> texts) : file_(output_path(output.name)) {
    json_.begin_object().member("measure", measure_name(output.measure)).key("texts").begin_array();
    for (const std::string& text : texts) json_.value(std::string_view(text));
    json_.end_array().key("scores").begin_array();
  }
  void write(const Matrix& rows) override {
    for (std::int64_t i = 0; i < rows.rows(); ++i) json_.numbers(rows.row(i));
    file_.write(json_.take());
  }
  void finish() override {
    json_.end_array().end_object().end_line();
    file_.write(json_.take());
    file_.commit();
  }

 private:
  JsonWriter json_;
  AtomicFile file_;
};

class ScoreCsv : public ScoreWriter {
 public:
  explicit ScoreCsv(const ScoreOutput& output) : file_(output_path(output.name)) {}
  void write(const Matrix& rows) override {
    for (std::int64_t i = 0; i < rows.rows(); ++i) {
      std::string line;
      for (const float score : rows.row(i)) append_float(line, score), line.push_back(',');
      line.back() = '\n';
      file_.write(line);
    }
  }
  void finish() override { file_.commit(); }

 private:
  AtomicFile file_;
};

class ScoreNpy : public ScoreWriter {
 public:
  ScoreNpy(const ScoreOutput& output, std::int64_t columns)
      : place_(output.name), file_(place_.path(), DType::kF32, {columns}) {}
  void write(const Matrix& rows) override {
    file_.append(std::span<const float>(rows.data(), static_cast<std::size_t>(rows.rows() * rows.cols())));
  }
  void finish() override {
    file_.finish();
    place_.finish();
  }

 private:
  SeekableOutput place_;
  NpyWriter file_;
};

class PairLines : public PairWriter {
 public:
  explicit PairLines(const ScoreOutput& output) : file_(output_path(output.name)) {}
  void write(std::span<const float> scores) override {
    std::string lines;
    for (const float score : scores) append_float(lines, score), lines.push_back('\n');
    file_.write(lines);
    file_.flush();
  }
  void finish() override { file_.commit(); }

 private:
  AtomicFile file_;
};

class PairNpy : public PairWriter {
 public:
  explicit PairNpy(const ScoreOutput& output) : place_(output.name), file_(place_.path(), DType::kF32, {}) {}
  void write(std::span<const float> scores) override { file_.append(scores); }
  void finish() override {
    file_.finish();
    place_.finish();
  }

 private:
  SeekableOutput place_;
  NpyWriter file_;
};

}  // namespace

std::unique_ptr<ScoreWriter> make_score_writer(const ScoreOutput& output, std::span<const std::string> texts) {
  if (output.format == "json") return std::make_unique<ScoreJson>(output, texts);
  if (output.format == "csv") return std::make_unique<ScoreCsv>(output);
  if (output.format == "npy") return std::make_unique<ScoreNpy>(output, std::ssize(texts));
  return std::make_unique<ScoreTable>(output, texts);
}

std::unique_ptr<PairWriter> make_pair_writer(const ScoreOutput& output) {
  if (output.format == "npy") return std::make_unique<PairNpy>(output);
  return std::make_unique<PairLines>(output);
}

}  // namespace sememe::cli
