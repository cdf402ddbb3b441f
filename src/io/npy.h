#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/buffer.h"
#include "io/dtype.h"
#include "io/file.h"

namespace sememe {

/// The DType of a C++ element type; bool is kBool.
template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, double>)
    return DType::kF64;
  else if constexpr (std::is_same_v<T, float>)
    return DType::kF32;
  else if constexpr (std::is_same_v<T, bool>)
    return DType::kBool;
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return DType::kI64;
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return DType::kI32;
  else if constexpr (std::is_same_v<T, std::int16_t>)
    return DType::kI16;
  else if constexpr (std::is_same_v<T, std::int8_t>)
    return DType::kI8;
  else if constexpr (std::is_same_v<T, std::uint64_t>)
    return DType::kU64;
  else if constexpr (std::is_same_v<T, std::uint32_t>)
    return DType::kU32;
  else if constexpr (std::is_same_v<T, std::uint16_t>)
    return DType::kU16;
  else {
    static_assert(std::is_same_v<T, std::uint8_t>, "NumPy has no such element");
    return DType::kU8;
  }
}

/// An owned array, row-major.
struct NpyArray {
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;  ///< () is one number
  Buffer<std::byte> data;           ///< 64-byte aligned
  std::string name;                 ///< file, or file and entry, for messages

  std::int64_t size() const { return data.size() / dtype_size(dtype); }
  /// All elements. Throws kInvalidArgument unless T is the dtype.
  template <class T>
  std::span<const T> as() const {
    require_dtype(dtype_of<T>());
    return {reinterpret_cast<const T*>(data.data()), static_cast<std::size_t>(size())};
  }
  /// All elements of a floating-point array, converted. Throws kInvalidArgument for other dtypes.
  std::vector<float> to_float() const;

 private:
  void require_dtype(DType expected) const;
};

/// Reads .npy 1.0, 2.0 and 3.0 in C order: little-endian f2, f4, f8, i1 to i8, u1 to u8, bool.
/// Errors  kCorrupt: not a .npy, truncated, data after its end; kUnsupported: Fortran order, big-endian, objects
///         (never unpickled), strings and structures; those of MappedFile.
NpyArray read_npy(const std::filesystem::path& path);
/// The same from memory; `name` stands for it in messages.
NpyArray parse_npy(std::span<const std::byte> bytes, std::string name);

/// The bytes before the data: version 1.0, `shape` spelled so that the first extent may be changed to any other without
/// moving the data, which starts at a multiple of 64. Throws kInvalidArgument for BF16, which NumPy does not have.
std::string npy_header(DType dtype, std::span<const std::int64_t> shape);

/// Streams rows into a .npy 1.0 file that appears, complete, at finish().
///
///   NpyWriter out("vectors.npy", DType::kF32, {384});   // (n, 384); {} makes a one-dimensional array
///   out.append(row);                                    // whole rows, any number at a time
///   out.finish();
///
/// Errors  kInvalidArgument: an output that cannot seek (a pipe) when `rows` is not given, values of another dtype,
///         parts of rows, other than `rows` rows at finish(); those of AtomicFile.
class NpyWriter {
 public:
  NpyWriter(const std::filesystem::path& path, DType dtype, std::vector<std::int64_t> row_shape,
            std::optional<std::int64_t> rows = std::nullopt);

  template <class T>
  void append(std::span<const T> values) {
    append_bytes(dtype_of<T>(), std::as_bytes(values));
  }
  /// Values of `dtype` as they stand in memory.
  void append_bytes(DType dtype, std::span<const std::byte> bytes);
  std::int64_t rows() const;  ///< whole rows appended so far
  void flush() { file_.flush(); }
  void finish();

 private:
  AtomicFile file_;
  DType dtype_;
  std::vector<std::int64_t> shape_;
  std::optional<std::int64_t> promised_;  // rows
  std::int64_t row_bytes_ = 0;
  std::int64_t header_bytes_ = 0;
};

}  // namespace sememe
