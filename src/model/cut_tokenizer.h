#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace sememe {

/// What becomes of a tokenizer's post-processor when its vocabulary is cut.
enum class CutPostProcessor {
  kRenumber,  ///< its special tokens must be among those that are kept
  kDrop,
};

/// The tokenizer.json in `file` with the tokens `kept` (ascending ids) alone, which are numbered anew from 0, and
/// without truncation and padding. Added tokens that are not kept go, and merges that need a token that is not there.
/// Errors  kUnsupported: a type of model other than WordPiece, WordLevel, BPE and Unigram; those of JsonDocument.
std::string cut_tokenizer(const std::filesystem::path& file, std::span<const std::int32_t> kept,
                          CutPostProcessor post_processor);

}  // namespace sememe
