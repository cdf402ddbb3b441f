#include "tokenize/normalizers/sentencepiece_normalizer.h"

#include <algorithm>

#include "io/utf8.h"

namespace sememe {
namespace {

constexpr std::string_view kMark = "\xE2\x96\x81";  // U+2581
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

/// Bytes of the character that `text` begins with, 0 if it is not well formed.
std::size_t character_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  const std::string_view character = text.substr(0, length);
  return find_invalid_utf8(character) ? 0 : character.size();
}

/// Where the new text goes, without the way back.
struct TextOutput {
  std::string out;
  const std::string& text() const { return out; }
  void append(std::string_view part, std::size_t) { out.append(part); }
  void append(char c, std::size_t) { out.push_back(c); }
  std::size_t truncate(std::size_t size) {
    out.resize(size);
    return 0;  // nobody asks
  }
};

}  // namespace

SentencePieceNormalizer::SentencePieceNormalizer(const Options& options, std::string_view precompiled_charsmap,
                                                 const std::vector<SentencePiece>& pieces, const std::string& where)
    : options_(options),
      charsmap_(precompiled_charsmap, where),
      user_defined_(pieces),
      space_(options.escape_whitespaces ? kMark : " ") {
  for (int c = 0; c < 128; ++c) {
    plain_[static_cast<std::size_t>(c)] = charsmap_.keeps_before_ascii(static_cast<char>(c));
  }
  for (const SentencePiece& piece : pieces) {
    if (piece.type != SentencePiece::Type::kUserDefined || piece.text.empty()) continue;
    plain_[static_cast<unsigned char>(piece.text[0])] = false;
    symbols_keep_seams_ = symbols_keep_seams_ && piece.text.find(' ') == std::string_view::npos;
  }
}

SentencePieceNormalizer::Prefix SentencePieceNormalizer::normalize_prefix(std::string_view input) const {
  if (!user_defined_.empty()) {
    if (const std::size_t length = user_defined_.longest_prefix(input); length > 0) {
      return {input.substr(0, length), length};
    }
  }
  if (const auto match = charsmap_.longest_prefix(input)) return {match->replacement, match->length};
  const std::size_t length = character_length(input);
  if (length == 0) return {kReplacement, 1};
  return {input.substr(0, length), length};
}

/// Returns the end of what was read and not taken back.
template <class Output>
std::size_t SentencePieceNormalizer::run(std::string_view input, Output& out) const {
  const bool one_space = options_.remove_extra_whitespaces;
  std::size_t at = 0;
  while (one_space && at < input.size()) {
    const Prefix prefix = normalize_prefix(input.substr(at));
    if (prefix.text != " ") break;
    at += prefix.length;
  }
  if (at == input.size()) return at;
  const bool prefix_mark = !options_.treat_whitespace_as_suffix && options_.add_dummy_prefix;
  if (prefix_mark) out.append(space_, at);

  bool after_space = one_space;
  while (at < input.size()) {
    const char c = input[at];
    if (plain_[static_cast<unsigned char>(c)] && (at + 1 == input.size() || is_ascii(input[at + 1]))) {
      if (c != ' ') {
        out.append(c, at);
      } else if (!after_space) {
        out.append(space_, at);
      }
      after_space = one_space && c == ' ';
      ++at;
      continue;
    }
    const Prefix prefix = normalize_prefix(input.substr(at));
    std::string_view text = prefix.text;
    while (after_space && text.starts_with(' ')) text.remove_prefix(1);
    if (!text.empty()) {
      for (const char byte : text) {
        if (byte == ' ') {
          out.append(space_, at);
        } else {
          out.append(byte, at);
        }
      }
      after_space = one_space && text.ends_with(' ');
    }
    at += prefix.length;
  }
  while (one_space && out.text().ends_with(space_)) at = out.truncate(out.text().size() - space_.size());
  if (options_.treat_whitespace_as_suffix && options_.add_dummy_prefix) out.append(space_, at);
  return at;
}

void SentencePieceNormalizer::normalize(NormalizedString& text) const {
  OriginWriter out(text);
  out.finish(run(text.text(), out));
}

std::string SentencePieceNormalizer::normalize(std::string_view text) const {
  TextOutput out;
  run(text, out);
  return std::move(out.out);
}

bool SentencePieceNormalizer::keeps_seams() const { return charsmap_.keeps_seams() && symbols_keep_seams_; }

bool SentencePieceNormalizer::keeps_word(std::string_view word) const {
  return plain_[' '] &&
         std::all_of(word.begin(), word.end(), [&](char c) { return plain_[static_cast<unsigned char>(c)]; });
}

std::string SentencePieceNormalizer::describe() const {
  std::string out;
  const auto add = [&out](bool set, std::string_view name) {
    if (set) out.append(out.empty() ? "" : ", ").append(name);
  };
  add(!charsmap_.empty(), "charsmap");
  add(options_.add_dummy_prefix, options_.treat_whitespace_as_suffix ? "dummy suffix" : "dummy prefix");
  add(options_.remove_extra_whitespaces, "single spaces");
  add(options_.escape_whitespaces, "escaped spaces");
  return "SentencePiece(" + out + ")";
}

}  // namespace sememe
