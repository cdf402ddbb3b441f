#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "io/dtype.h"

namespace sememe {

/// A tensor to be written; `data` is borrowed, row-major, little-endian.
struct TensorToWrite {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> data;
};

/// Writes a safetensors file, whole or not at all, the tensors by name, so that equal contents are equal bytes.
/// Errors   those of AtomicFile. Source  the safetensors format (github.com/huggingface/safetensors).
void write_safetensors(const std::filesystem::path& path, std::vector<TensorToWrite> tensors,
                       const std::map<std::string, std::string>& metadata);

}  // namespace sememe
