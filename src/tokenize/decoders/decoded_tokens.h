#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/utf8.h"
#include "tokenize/decoders/decoder.h"

namespace sememe::test {

/// What a decoder makes of a row of tokens, for tests. `in_parts`: it gets them character by character.
inline std::vector<std::string> decoded_tokens(const Decoder& decoder, const std::vector<std::string>& tokens,
                                               bool in_parts = false) {
  struct Collector final : TokenSink {
    void part(std::string_view text) override { token.append(text); }
    void end_token() override {
      tokens.push_back(token);
      token.clear();
    }
    void finish() override { finished = true; }
    std::vector<std::string> tokens;
    std::string token;
    bool finished = false;
  } out;
  const auto steps = decoder.start(out);
  for (const std::string& token : tokens) {
    for (std::size_t at = 0, length = token.size(); at < token.size(); at += length) {
      if (in_parts) length = static_cast<std::size_t>(decode_utf8(token, at).length);
      steps->part(std::string_view(token).substr(at, length));
    }
    steps->end_token();
  }
  steps->finish();
  if (!out.finished || !out.token.empty()) out.tokens.emplace_back("unfinished: ").append(out.token);
  return out.tokens;
}

}  // namespace sememe::test
