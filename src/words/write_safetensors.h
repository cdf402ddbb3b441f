#pragma once

#include <filesystem>
#include <string>

#include "sememe/matrix.h"

namespace sememe {

/// Writes one safetensors file: 'vectors' (words, dim), F32 or, `bytes`, I8 with the F32 'scales' of rows, and 'words',
/// the text `words`, U8. Errors  kIo.
void write_word_tensors(const std::filesystem::path& path, MatView<const float> vectors, const std::string& words,
                        bool bytes);

}  // namespace sememe
