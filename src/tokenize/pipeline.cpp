#include "tokenize/pipeline.h"

#include <array>

#include "tokenize/normalizers/bert_normalizer.h"
#include "tokenize/pre_tokenizers/character_splits.h"
#include "unicode/unicode.h"

namespace sememe {
namespace {

/// What a byte means to BERT's normalizer and pre-tokenizer.
enum Kind : std::uint8_t {
  kSpace = 1 << 0,
  kPunctuationByte = 1 << 1,
  kUpper = 1 << 2,
  kHard = 1 << 3,  // needs the general way: beyond ASCII, or a control character
};

std::array<std::uint8_t, 256> byte_kinds() {
  std::array<std::uint8_t, 256> kinds{};
  for (std::size_t b = 0; b < kinds.size(); ++b) {
    const auto c = static_cast<char32_t>(b);
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      kinds[b] = kSpace;
    } else if (c < 0x20 || c >= 0x7F) {
      kinds[b] = kHard;
    } else if (unicode::has(c, unicode::kPunctuation)) {
      kinds[b] = kPunctuationByte;
    } else if (c >= 'A' && c <= 'Z') {
      kinds[b] = kUpper;
    }
  }
  return kinds;
}

const std::array<std::uint8_t, 256> kKinds = byte_kinds();

std::uint8_t kind_of(char c) { return kKinds[static_cast<unsigned char>(c)]; }

}  // namespace

/// Buffers that one call reuses from word to word.
struct TextTokenizer::Workspace {
  NormalizedString text;
  std::vector<Piece> pieces;
  std::vector<ModelToken> tokens;
  std::vector<AddedTokens::Part> parts;
  std::unique_ptr<TokenModel::Scratch> scratch;
  std::string lower;
};

TextTokenizer::TextTokenizer(const Pipeline& pipeline) : pipeline_(pipeline) {
  const auto* const normalizer = dynamic_cast<const BertNormalizer*>(pipeline.normalizer.get());
  const bool pre_tokenizer = dynamic_cast<const BertPreTokenizer*>(pipeline.pre_tokenizer.get()) != nullptr;
  bert_ = normalizer != nullptr && pre_tokenizer && !pipeline.added.any_normalized();
  lowercase_ = bert_ && normalizer->options().lowercase;
}

void TextTokenizer::tokenize(std::string_view text, RawTokens& out) const {
  Workspace work;
  work.scratch = pipeline_.model->make_scratch();
  std::vector<AddedTokens::Part> parts;
  pipeline_.added.split_raw(text, parts);
  for (const AddedTokens::Part& part : parts) {
    const std::string_view segment =
        text.substr(static_cast<std::size_t>(part.begin), static_cast<std::size_t>(part.end - part.begin));
    if (part.id) {
      if (out.keep_literals) out.literals.emplace_back(out.tokens.size(), segment);
      out.tokens.push_back({*part.id, {part.begin, part.end}, out.words++});
    } else if (bert_) {
      tokenize_bert(segment, part.begin, work, out);
    } else {
      tokenize_segment(segment, part.begin, work, out);
    }
  }
}

void TextTokenizer::tokenize_segment(std::string_view segment, std::int32_t shift, Workspace& work,
                                     RawTokens& out) const {
  NormalizedString& text = work.text;
  text.assign(segment, shift);
  if (pipeline_.normalizer) pipeline_.normalizer->normalize(text);
  work.pieces.clear();
  if (pipeline_.added.any_normalized()) {
    work.parts.clear();
    pipeline_.added.split_normalized(text.text(), work.parts);
    for (const AddedTokens::Part& part : work.parts)
      work.pieces.push_back({part.begin, part.end, part.id.value_or(-1)});
  } else if (text.size() > 0) {
    work.pieces.push_back({0, text.size(), -1});
  }
  if (pipeline_.pre_tokenizer) pipeline_.pre_tokenizer->split(text, work.pieces);

  for (const Piece& piece : work.pieces) {
    const std::string_view bytes =
        text.text().substr(static_cast<std::size_t>(piece.begin), static_cast<std::size_t>(piece.end - piece.begin));
    const std::int32_t word = out.words++;
    if (piece.added_id >= 0) {
      if (out.keep_literals) out.literals.emplace_back(out.tokens.size(), bytes);
      out.tokens.push_back({piece.added_id, text.original(piece.begin, piece.end), word});
      continue;
    }
    work.tokens.clear();
    pipeline_.model->tokenize(bytes, work.scratch.get(), work.tokens);
    for (const ModelToken& token : work.tokens) {
      out.tokens.push_back({token.id, text.original(piece.begin + token.begin, piece.begin + token.end), word});
    }
  }
}

// Between two ASCII spaces BERT's steps see nothing of the rest of the text: no step looks over a space, and none
// moves one.  So runs go through alone, and a run of plain ASCII needs no alignment at all.
void TextTokenizer::tokenize_bert(std::string_view segment, std::int32_t shift, Workspace& work, RawTokens& out) const {
  for (std::size_t at = 0; at < segment.size();) {
    std::uint8_t kinds = 0;
    std::size_t end = at;
    for (; end < segment.size(); ++end) {
      const std::uint8_t kind = kind_of(segment[end]);
      if (kind == kSpace) break;
      kinds |= kind;
    }
    const std::string_view run = segment.substr(at, end - at);
    const auto run_shift = shift + static_cast<std::int32_t>(at);
    at = end + 1;
    if (run.empty()) continue;
    if ((kinds & kHard) != 0) {
      tokenize_segment(run, run_shift, work, out);
      continue;
    }
    std::string_view text = run;
    if (lowercase_ && (kinds & kUpper) != 0) {
      work.lower.assign(run);
      for (char& c : work.lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
      }
      text = work.lower;
    }
    if ((kinds & kPunctuationByte) == 0) {
      tokenize_word(text, run_shift, work, out);
      continue;
    }
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (kind_of(text[i]) != kPunctuationByte) continue;
      if (begin < i)
        tokenize_word(text.substr(begin, i - begin), run_shift + static_cast<std::int32_t>(begin), work, out);
      tokenize_word(text.substr(i, 1), run_shift + static_cast<std::int32_t>(i), work, out);
      begin = i + 1;
    }
    if (begin < text.size()) {
      tokenize_word(text.substr(begin), run_shift + static_cast<std::int32_t>(begin), work, out);
    }
  }
}

void TextTokenizer::tokenize_word(std::string_view word, std::int32_t shift, Workspace& work, RawTokens& out) const {
  work.tokens.clear();
  pipeline_.model->tokenize(word, work.scratch.get(), work.tokens);
  for (const ModelToken& token : work.tokens) {
    out.tokens.push_back({token.id, {shift + token.begin, shift + token.end}, out.words});
  }
  ++out.words;
}

}  // namespace sememe
