#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/dtype.h"

namespace sememe {

/// One tensor of an opened file: borrowed, row-major, little-endian; `data` may be unaligned.
struct Tensor {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> data;
  const std::filesystem::path* file = nullptr;  ///< for messages
  std::vector<float> scales;                    ///< of each row of bytes (kI8), which are numbers by them; else empty

  std::int64_t size() const;  ///< number of elements
  bool is_numbers() const { return is_floating(dtype) || !scales.empty(); }
};

/// What a tensor of scales is named after the tensor of bytes that it belongs to.
inline constexpr std::string_view kScaleEnding = "_scale";

/// Widens elements [first, first + out.size()) of a tensor of numbers to float32 (F64 is rounded; a byte is multiplied
/// by the scale of its row). Throws kInvalidArgument for another dtype or elements that the tensor does not have.
void copy_to_float(const Tensor& tensor, std::int64_t first, std::span<float> out);

/// The tensors of one or more memory-mapped safetensors files. Immutable; safe to share between threads. The tensor
/// "x_scale" beside a matrix "x" of bytes, a number for each of its rows, is not among them: it is x's scales.
///
/// Errors   kCorrupt: header longer than the file or than 100 MB, not JSON, a duplicate or malformed entry, an
///          unknown dtype (kUnsupported for the 4- to 8-bit floats of the format), sizes that overflow or disagree with
///          shape and dtype, tensors that overlap or leave holes, data past the end of the file or after the last
///          tensor, an index that names an absent tensor or leaves the folder; kNotFound: no such file; kIo.
/// Source   the safetensors format (github.com/huggingface/safetensors, README "Format").
class TensorStore {
 public:
  static TensorStore open(const std::filesystem::path& file);
  /// `folder`/`stem`.safetensors, or the shards that `folder`/`stem`.safetensors.index.json lists.
  /// kNotFound when there is neither.
  static TensorStore open_folder(const std::filesystem::path& folder, std::string_view stem = "model");

  /// nullptr if there is no such tensor.
  const Tensor* find(std::string_view name) const;
  /// All tensors but scales, ordered by name.
  const std::map<std::string, Tensor, std::less<>>& tensors() const;
  /// "__metadata__" of the first file.
  const std::map<std::string, std::string>& metadata() const;
  const std::vector<std::filesystem::path>& files() const;
  std::int64_t file_bytes() const;  ///< of all files together

  /// Lets the kernel drop the mapped pages of `tensor` that were only needed once (after packing).
  void release_pages(const Tensor& tensor) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace sememe
