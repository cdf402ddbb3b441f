#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "tokenize/formats/special_tokens.h"

namespace sememe {

/// What the files of a folder say of the class that transformers would make of its tokenizer.
struct TokenizerClass {
  std::string name;        ///< of tokenizer_config.json, else config.json, without "Fast"; empty: neither says
  std::string model_type;  ///< of config.json, if there is no name

  bool named() const { return !name.empty() || !model_type.empty(); }
  bool is(std::string_view class_name, std::string_view type) const {
    return name.empty() ? type == model_type : class_name == name;
  }
  std::string describe() const;  ///< "tokenizer_class 'T5Tokenizer'"
};

TokenizerClass read_tokenizer_class(const std::filesystem::path& folder, const SpecialTokens& tokens);

}  // namespace sememe
