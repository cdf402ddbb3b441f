#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sememe {

/// The way back: rewrites a list of tokens so that one after the other they read as text.
class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual void decode(std::vector<std::string>& tokens) const = 0;
  /// Whether the last character of the text depends on the last four bytes of it alone.
  virtual bool ends_by_last_bytes() const { return false; }
  virtual std::string describe() const = 0;
};

/// Puts `to` for every `from` in a text; an empty `from` stands between any two characters and at both ends.
void replace_all(std::string& text, std::string_view from, std::string_view to);

/// No space before . , ? ! and English contractions, as Hugging Face's clean_up_tokenization.
void clean_up_spaces(std::string& text);

}  // namespace sememe
