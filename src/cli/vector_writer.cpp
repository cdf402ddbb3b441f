#include "cli/vector_writer.h"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "cli/numbers.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "io/json_writer.h"
#include "io/npy.h"

namespace sememe::cli {
namespace {

/// The packed components as the integers that they stand for.
std::vector<int> integers(std::span<const float> row, Precision precision) {
  std::vector<int> values;
  for (const char byte : pack_bits(row))
    values.push_back(static_cast<int>(static_cast<unsigned char>(byte)) - (precision == Precision::kBinary ? 128 : 0));
  return values;
}

class NpyVectors : public VectorWriter {
 public:
  explicit NpyVectors(const VectorOutput& output)
      : precision_(output.precision),
        place_(output.name),
        file_(place_.path(), dtype(), {dtype() == DType::kF32 ? output.dimensions : (output.dimensions + 7) / 8}) {}

  void write(const Chunk&, const Matrix& vectors) override {
    for (std::int64_t i = 0; i < vectors.rows(); ++i) {
      if (precision_ == Precision::kFloat32) {
        file_.append(vectors.row(i));
        continue;
      }
      std::string bytes = pack_bits(vectors.row(i));
      if (precision_ == Precision::kBinary)
        for (char& byte : bytes) byte = static_cast<char>(byte ^ '\x80');  // minus 128, in two's complement
      file_.append_bytes(dtype(), std::as_bytes(std::span(bytes)));
    }
  }
  void finish() override {
    file_.finish();
    place_.finish();
  }

 private:
  DType dtype() const {
    if (precision_ == Precision::kFloat32) return DType::kF32;
    return precision_ == Precision::kBinary ? DType::kI8 : DType::kU8;
  }

  Precision precision_;
  SeekableOutput place_;
  NpyWriter file_;
};

class JsonlVectors : public VectorWriter {
 public:
  explicit JsonlVectors(const VectorOutput& output) : precision_(output.precision), file_(output_path(output.name)) {}

  void write(const Chunk& chunk, const Matrix& vectors) override {
    for (std::int64_t i = 0; i < vectors.rows(); ++i) {
      const TextStats& stats = chunk.stats[static_cast<std::size_t>(i)];
      json_.begin_object()
          .member("index", chunk.first + i)
          .member("tokens", stats.tokens)
          .member("tokens_used", stats.tokens_used)
          .member("truncated", stats.truncated())
          .key("embedding");
      if (precision_ == Precision::kFloat32) {
        json_.numbers(vectors.row(i));
      } else {
        json_.begin_array();
        for (const int value : integers(vectors.row(i), precision_)) json_.value(value);
        json_.end_array();
      }
      json_.end_object().end_line();
      file_.write(json_.take());
    }
    file_.flush();
  }
  void finish() override { file_.commit(); }

 private:
  Precision precision_;
  JsonWriter json_;
  AtomicFile file_;
};

class CsvVectors : public VectorWriter {
 public:
  explicit CsvVectors(const VectorOutput& output) : precision_(output.precision), file_(output_path(output.name)) {}

  void write(const Chunk&, const Matrix& vectors) override {
    for (std::int64_t i = 0; i < vectors.rows(); ++i) {
      std::string line;
      if (precision_ == Precision::kFloat32)
        for (const float value : vectors.row(i)) append_float(line, value), line.push_back(',');
      else
        for (const int value : integers(vectors.row(i), precision_)) line.append(std::to_string(value)).push_back(',');
      line.back() = '\n';
      file_.write(line);
    }
    file_.flush();
  }
  void finish() override { file_.commit(); }

 private:
  Precision precision_;
  AtomicFile file_;
};

/// The shape stands first, so lines wait in a spool until it is known.
class VectorTable : public VectorWriter {
 public:
  explicit VectorTable(const VectorOutput& output)
      : output_(output), width_(terminal_width(STDOUT_FILENO)), file_(output_path(output.name)) {}

  void write(const Chunk& chunk, const Matrix& vectors) override {
    for (std::int64_t i = 0; i < vectors.rows(); ++i) {
      std::string line = right_aligned(chunk.first + i, index_width());
      if (output_.precision == Precision::kFloat32)
        append_cells(line, vectors.row(i), [](float x) { return fixed(x, 6, 11); });
      else
        append_cells(line, integers(vectors.row(i), output_.precision), [](int x) { return right_aligned(x, 5); });
      line.append("  ");
      const std::string text = printable(chunk.records[static_cast<std::size_t>(i)].text);
      line.append(shorten(text, std::max(20, width_ - display_width(line))));
      lines_.append(line.append("\n"));
    }
    rows_ += vectors.rows();
  }

  void finish() override {
    const std::int64_t columns =
        output_.precision == Precision::kFloat32 ? output_.dimensions : (output_.dimensions + 7) / 8;
    file_.write(concat("shape (", rows_, ", ", columns, ")\n"));
    lines_.drain([&](std::span<const std::byte> bytes) {
      file_.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    });
    file_.commit();
  }

 private:
  template <class Row, class Format>
  static void append_cells(std::string& line, const Row& row, Format format) {
    constexpr std::size_t kShown = 5;
    for (std::size_t i = 0; i < std::min(kShown, row.size()); ++i) line.append(format(row[i]));
    if (row.size() > kShown) line.append(" ...");
  }
  int index_width() const { return output_.count ? static_cast<int>(std::to_string(*output_.count).size()) : 6; }

  VectorOutput output_;
  int width_;
  std::int64_t rows_ = 0;
  AtomicFile file_;
  Spool lines_;
};

}  // namespace

std::string pack_bits(std::span<const float> row) {
  std::string bytes((row.size() + 7) / 8, '\0');
  for (std::size_t i = 0; i < row.size(); ++i)
    if (row[i] > 0) bytes[i / 8] = static_cast<char>(bytes[i / 8] | 1 << (7 - i % 8));
  return bytes;
}

std::unique_ptr<VectorWriter> make_vector_writer(const VectorOutput& output) {
  switch (output.format) {
    case VectorFormat::kNpy:
      return std::make_unique<NpyVectors>(output);
    case VectorFormat::kJsonl:
      return std::make_unique<JsonlVectors>(output);
    case VectorFormat::kCsv:
      return std::make_unique<CsvVectors>(output);
    case VectorFormat::kTable:
      break;
  }
  return std::make_unique<VectorTable>(output);
}

}  // namespace sememe::cli
