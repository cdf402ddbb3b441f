#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "base/thread_pool.h"
#include "io/json.h"
#include "sememe/encoder.h"

namespace sememe {

/// Hands each record of a golden.jsonl, {"text", "embedding"}, to `use`.
/// Errors   kCorrupt: a line that is not JSON; those of read_file and of `use`.
void for_each_golden(const std::filesystem::path& file, FunctionRef<void(const Json& record)> use);

/// golden.jsonl (docs/formats.md): what `encoder`, of float32, makes of `texts`.
std::string golden_lines(const Encoder& encoder, std::span<const std::string> texts);

}  // namespace sememe
