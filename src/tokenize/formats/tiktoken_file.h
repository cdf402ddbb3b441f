#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "tokenize/pipeline.h"

namespace sememe {

/// Whether a file begins as a list of ranks does: a token in base64, a space, its rank.
bool looks_like_tiktoken(std::string_view bytes);

/// The tokenizer of a tiktoken rank file, as tiktoken's encode_ordinary: special tokens have ids, and none is found in
/// a text. `pattern`: how texts are split, "gpt2", "cl100k", "o200k", "llama3" or a regular expression in the words of
/// Rust's fancy-regex; absent: by the name of the file (r50k_base, p50k_base, cl100k_base, o200k_base).
/// Errors  kCorrupt: names the line; kUnsupported: the pattern is not known.
Pipeline read_tiktoken_file(const std::filesystem::path& path, const std::optional<std::string>& pattern);

}  // namespace sememe
