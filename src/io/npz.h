#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/npy.h"
#include "io/zip.h"

namespace sememe {

/// The arrays of a .npz, as np.savez and np.savez_compressed write them.
/// Errors  kCorrupt: not a ZIP, truncated, an entry twice, a wrong checksum; kUnsupported: encryption, another
///         compression than none and deflate; kNotFound: no such array; those of parse_npy and MappedFile.
class NpzReader {
 public:
  explicit NpzReader(const std::filesystem::path& path);

  std::vector<std::string> names() const;  ///< in file order, without ".npy"
  bool contains(std::string_view name) const;
  NpyArray read(std::string_view name) const;

 private:
  ZipReader zip_;
};

/// Writes a .npz (stored, not compressed) array after array, each streamed; the file appears, complete, at finish().
///
///   NpzWriter out("texts.npz");
///   out.begin("embeddings", DType::kF32, {384});  // (n, 384): the row count is filled in by end()
///   out.append(row);
///   out.end();
///   out.add("ids", {3}, std::span<const std::int64_t>(ids));
///   out.finish();
///
/// Errors  kInvalidArgument: an output that cannot seek, a name twice, values that do not make whole rows; those of
///         AtomicFile.
class NpzWriter {
 public:
  explicit NpzWriter(const std::filesystem::path& path) : zip_(path) {}

  void begin(std::string_view name, DType dtype, std::vector<std::int64_t> row_shape);
  template <class T>
  void append(std::span<const T> values) {
    append_bytes(dtype_of<T>(), std::as_bytes(values));
  }
  void append_bytes(DType dtype, std::span<const std::byte> bytes);
  void end();

  /// A whole array of any shape; () is one number.
  template <class T>
  void add(std::string_view name, std::vector<std::int64_t> shape, std::span<const T> values) {
    add_bytes(name, dtype_of<T>(), shape, std::as_bytes(values));
  }
  void add_bytes(std::string_view name, DType dtype, std::span<const std::int64_t> shape,
                 std::span<const std::byte> bytes);

  void finish() { zip_.finish(); }

 private:
  ZipWriter zip_;
  std::string name_;  // of the open array
  DType dtype_ = DType::kF32;
  std::vector<std::int64_t> shape_;
  std::int64_t row_bytes_ = 0;
  std::int64_t bytes_ = 0;
};

}  // namespace sememe
