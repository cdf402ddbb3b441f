#pragma once

#include <filesystem>

#include "tokenize/pipeline.h"

namespace sememe {

/// The tokenizer whose vocabulary a .gguf file holds (tokenizer.ggml.*): WordPiece ("bert"), byte-level BPE ("gpt2",
/// with the patterns that llama.cpp knows as gpt-2, llama-bpe, qwen2, gpt-4o and their equals), SentencePiece BPE
/// ("llama") and Unigram ("t5"). Control tokens are special, and found in texts as user-defined ones are. Source
/// ggml-org/llama.cpp, src/llama-vocab.cpp, and convert_hf_to_gguf.py, whose changes to BERT's vocabulary are
///         undone.
/// Errors  kCorrupt: of the file; kUnsupported: names the model or the pattern.
Pipeline read_gguf_file(const std::filesystem::path& path, std::optional<bool> lowercase);

}  // namespace sememe
