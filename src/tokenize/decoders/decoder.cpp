#include "tokenize/decoders/decoder.h"

#include <algorithm>
#include <utility>

#include "io/utf8.h"

namespace sememe {
namespace {

// In this order.
constexpr std::pair<std::string_view, std::string_view> kCleanup[] = {
    {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},    {" n't", "n't"},
    {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
};

}  // namespace

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  std::string out;
  if (from.empty()) {
    out.append(to);
    for (std::size_t at = 0; at < text.size();) {
      const auto length = static_cast<std::size_t>(decode_utf8(text, at).length);
      out.append(text, at, length).append(to);
      at += length;
    }
    text.swap(out);
    return;
  }
  std::size_t at = text.find(from);
  if (at == std::string::npos) return;
  std::size_t done = 0;
  for (; at != std::string::npos; at = text.find(from, done)) {
    out.append(text, done, at - done).append(to);
    done = at + from.size();
  }
  out.append(text, done);
  text.swap(out);
}

std::size_t begun_match(std::string_view text, std::string_view pattern) {
  std::size_t length = std::min(text.size(), pattern.size() - 1);
  while (!text.ends_with(pattern.substr(0, length))) --length;
  return length;
}

void clean_up_spaces(std::string& text) {
  if (text.find(' ') == std::string::npos) return;
  for (const auto& [from, to] : kCleanup) replace_all(text, from, to);
}

}  // namespace sememe
