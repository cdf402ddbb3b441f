#include "tokenize/decoders/decoder.h"

#include <string_view>

namespace sememe {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  std::size_t at = text.find(from);
  if (at == std::string::npos) return;
  std::string out;
  std::size_t done = 0;
  for (; at != std::string::npos; at = text.find(from, done)) {
    out.append(text, done, at - done).append(to);
    done = at + from.size();
  }
  out.append(text, done);
  text.swap(out);
}

// In this order, as Hugging Face's clean_up_tokenization has it.
constexpr std::pair<std::string_view, std::string_view> kCleanup[] = {
    {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},    {" n't", "n't"},
    {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
};

}  // namespace

void WordPieceDecoder::decode(std::vector<std::string>& tokens) const {
  bool first = true;
  for (std::string& token : tokens) {
    if (!first) {
      if (token.starts_with(prefix_)) {
        token.erase(0, prefix_.size());
      } else {
        token.insert(token.begin(), ' ');
      }
    }
    first = false;
    if (cleanup_ && token.find(' ') != std::string::npos) {
      for (const auto& [from, to] : kCleanup) replace_all(token, from, to);
    }
  }
}

}  // namespace sememe
