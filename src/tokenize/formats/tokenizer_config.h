#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tokenize/added_tokens.h"

namespace sememe {

/// Settings of BERT's normalizer, where a file gives them.
struct NormalizerSwitches {
  std::optional<bool> lowercase;
  bool gives_strip_accents = false;  ///< strip_accents was there, maybe as null
  std::optional<bool> strip_accents;
  std::optional<bool> handle_chinese_chars;
};

/// What tokenizer_config.json, special_tokens_map.json and added_tokens.json of a folder say; all may be absent.
struct TokenizerConfig {
  std::string tokenizer_class;
  NormalizerSwitches switches;
  std::optional<std::int64_t> model_max_length;  ///< absent if absurdly large
  AddedToken unk = special("[UNK]"), sep = special("[SEP]"), pad = special("[PAD]"), cls = special("[CLS]"),
             mask = special("[MASK]");
  std::vector<AddedToken> added_tokens;  ///< of added_tokens_decoder and added_tokens.json, in the order of their ids

  /// The switches that win over tokenizer.json's: the BERT classes of transformers rebuild the normalizer from this
  /// file, its classes without a family take tokenizer.json as it is.
  NormalizerSwitches overriding_switches() const;

  static AddedToken special(std::string content) { return {std::move(content), false, false, false, false, true}; }
};

TokenizerConfig read_tokenizer_config(const std::filesystem::path& folder);

}  // namespace sememe
