#include "tokenize/decoders/text_decoders.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "io/utf8.h"
#include "tokenize/byte_alphabet.h"

namespace sememe {
namespace {

constexpr std::string_view kReplacementCharacter = "\uFFFD";

/// Of each character below U+0180 the byte that it stands for, -1 if none.
constexpr std::array<std::int16_t, 0x180> kBytes = [] {
  std::array<std::int16_t, 0x180> bytes{};
  bytes.fill(-1);
  for (std::size_t byte = 0; byte < kByteAlphabet.size(); ++byte)
    bytes[kByteAlphabet[byte]] = static_cast<std::int16_t>(byte);
  return bytes;
}();

void append_bytes(std::string_view token, std::string& out) {
  const std::size_t before = out.size();
  for (std::size_t at = 0; at < token.size();) {
    const CodePoint c = decode_utf8(token, at);
    if (c.value >= kBytes.size() || kBytes[c.value] < 0) {
      out.resize(before);
      out.append(token);
      return;
    }
    out.push_back(static_cast<char>(kBytes[c.value]));
    at += static_cast<std::size_t>(c.length);
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The byte that "<0x61>" stands for; -1. "+" and one digit will do, as for the reference's parser of numbers.
int byte_of(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') return -1;
  const int low = hex_digit(token[4]);
  if (token[3] == '+') return low;
  const int high = hex_digit(token[3]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace

void DecoderSequence::decode(std::vector<std::string>& tokens) const {
  for (const auto& step : steps_) step->decode(tokens);
}

std::string DecoderSequence::describe() const {
  std::string out;
  for (const auto& step : steps_) out.append(out.empty() ? "" : ", ").append(step->describe());
  return "Sequence(" + out + ")";
}

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
    if (cleanup_) clean_up_spaces(token);
  }
}

void BpeDecoder::decode(std::vector<std::string>& tokens) const {
  for (std::string& token : tokens) replace_all(token, suffix_, &token == &tokens.back() ? "" : " ");
}

void ByteLevelDecoder::decode(std::vector<std::string>& tokens) const {
  std::string bytes;
  for (const std::string& token : tokens) append_bytes(token, bytes);
  tokens.assign(1, find_invalid_utf8(bytes) ? replace_invalid_utf8(bytes) : std::move(bytes));
}

void ByteFallbackDecoder::decode(std::vector<std::string>& tokens) const {
  std::vector<std::string> out;
  std::string bytes;
  const auto flush = [&] {
    if (bytes.empty()) return;
    if (find_invalid_utf8(bytes)) {
      out.insert(out.end(), bytes.size(), std::string(kReplacementCharacter));
    } else {
      out.push_back(bytes);
    }
    bytes.clear();
  };
  for (std::string& token : tokens) {
    if (const int byte = byte_of(token); byte >= 0) {
      bytes.push_back(static_cast<char>(byte));
    } else {
      flush();
      out.push_back(std::move(token));
    }
  }
  flush();
  tokens = std::move(out);
}

void MetaspaceDecoder::decode(std::vector<std::string>& tokens) const {
  for (std::string& token : tokens) replace_all(token, replacement_, &token == tokens.data() && prepended_ ? "" : " ");
}

void CtcDecoder::decode(std::vector<std::string>& tokens) const {
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  for (std::string& token : tokens) {
    replace_all(token, pad_, "");
    if (!cleanup_) continue;
    clean_up_spaces(token);
    replace_all(token, word_delimiter_, " ");
  }
  tokens.erase(std::remove(tokens.begin(), tokens.end(), std::string()), tokens.end());
}

void ReplaceDecoder::decode(std::vector<std::string>& tokens) const {
  for (std::string& token : tokens) {
    if (token.empty()) continue;
    if (!regex_) {
      replace_all(token, pattern_, content_);
      continue;
    }
    std::string out;
    std::size_t done = 0;
    Regex::Matches matches = regex_->matches(token);
    while (const auto match = matches.next()) {
      out.append(token, done, static_cast<std::size_t>(match->begin) - done).append(content_);
      done = static_cast<std::size_t>(match->end);
    }
    out.append(token, done);
    token.swap(out);
  }
}

void FuseDecoder::decode(std::vector<std::string>& tokens) const {
  std::string all;
  for (const std::string& token : tokens) all.append(token);
  tokens.assign(1, std::move(all));
}

void StripDecoder::decode(std::vector<std::string>& tokens) const {
  for (std::string& token : tokens) {
    std::string_view rest = token;
    for (std::int64_t i = 0; i < start_ && rest.starts_with(content_); ++i) rest.remove_prefix(content_.size());
    for (std::int64_t i = 0; i < stop_ && rest.ends_with(content_); ++i) rest.remove_suffix(content_.size());
    if (rest.size() != token.size()) token = std::string(rest);
  }
}

}  // namespace sememe
