#include "tokenize/formats/tokenizer_class.h"

#include "base/fail.h"
#include "io/bundle.h"
#include "io/json.h"

namespace sememe {

std::string TokenizerClass::describe() const {
  return name.empty() ? "model_type " + quote(model_type) : "tokenizer_class " + quote(name);
}

TokenizerClass read_tokenizer_class(const std::filesystem::path& folder, const SpecialTokens& tokens) {
  TokenizerClass out{tokens.text("tokenizer_class", ""), ""};
  if (out.name.ends_with("Fast")) out.name.resize(out.name.size() - 4);
  if (out.name.empty() && file_exists(folder / "config.json")) {
    const JsonDocument config = JsonDocument::load(folder / "config.json");
    out.name = config.root().get_string("tokenizer_class", "");
    out.model_type = config.root().get_string("model_type", "");
  }
  return out;
}

}  // namespace sememe
