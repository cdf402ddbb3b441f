#include "tokenize/normalizers/text_normalizers.h"

#include <algorithm>
#include <cstddef>

#include "base/fail.h"
#include "io/utf8.h"
#include "tokenize/byte_alphabet.h"
#include "tokenize/normalizers/scan.h"
#include "unicode/ascii.h"
#include "unicode/unicode.h"

namespace sememe {
namespace {

constexpr char32_t kDropped = 0xFFFFFFFF;

void apply(Rewriter& out, const NormalizedCharacter& item) {
  if (item.change > 0) {
    out.insert(item.value);
    return;
  }
  if (item.change == 0 && item.value == out.peek()) {
    out.keep();
    return;
  }
  out.replace(item.value);
  for (int i = item.change; i < 0; ++i) out.skip();
}

/// What Nmt makes of a character.
char32_t nmt(char32_t c) {
  if ((c >= 0x1 && c <= 0x8) || c == 0xB || (c >= 0xE && c <= 0x1F) || c == 0x7F || c == 0x8F || c == 0x9F) {
    return kDropped;
  }
  const bool space = c == 0x9 || c == 0xA || c == 0xC || c == 0xD || c == 0x1680 || (c >= 0x200B && c <= 0x200F) ||
                     c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xFEFF || c == 0xFFFD;
  return space ? U' ' : c;
}

}  // namespace

void NormalizerSequence::normalize(NormalizedString& text) const {
  for (const auto& step : steps_) step->normalize(text);
}

std::optional<std::string> NormalizerSequence::seam_mark(std::string_view mark) const {
  std::optional<std::string> out(mark);
  for (const auto& step : steps_) {
    if (out) out = step->seam_mark(*out);
  }
  return out;
}

bool NormalizerSequence::keeps_punctuation_seams() const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const bool last = i + 1 == steps_.size();
    if (!(last ? steps_[i]->keeps_punctuation_seams() : steps_[i]->punctuation_seams_stay())) return false;
  }
  return true;
}

bool NormalizerSequence::punctuation_seams_stay() const {
  return std::all_of(steps_.begin(), steps_.end(), [](const auto& step) { return step->punctuation_seams_stay(); });
}

// A step may see what an earlier one made of the space.
bool NormalizerSequence::keeps_word(std::string_view word) const {
  return std::all_of(steps_.begin(), steps_.end(), [&](const auto& step) { return step->keeps_word(word); });
}

std::string NormalizerSequence::describe() const {
  std::string out;
  for (const auto& step : steps_) out.append(out.empty() ? "" : ", ").append(step->describe());
  return "Sequence(" + out + ")";
}

void Lowercase::normalize(NormalizedString& text) const { lower_case(text); }

void UnicodeNormalizer::normalize(NormalizedString& text) const {
  const std::string_view from = text.text();
  Rewriter out(text);
  std::vector<NormalizedCharacter> characters;
  while (const auto part = next_unsettled(from, static_cast<std::size_t>(out.position()), unsettled_flags(form_))) {
    out.keep_to(static_cast<std::int32_t>(part->begin));
    normal_form(from.substr(part->begin, part->end - part->begin), form_, characters);
    for (const NormalizedCharacter& item : characters) apply(out, item);
  }
  out.keep_to(text.size());
  out.commit();
}

std::string UnicodeNormalizer::describe() const {
  switch (form_) {
    case NormalForm::kNfd:
      return "NFD";
    case NormalForm::kNfc:
      return "NFC";
    case NormalForm::kNfkd:
      return "NFKD";
    case NormalForm::kNfkc:
      return "NFKC";
  }
  return "";
}

void StripAccents::normalize(NormalizedString& text) const {
  const std::string_view from = text.text();
  Rewriter out(text);
  while (!out.done()) {
    const std::size_t mark = find_flagged(from, static_cast<std::size_t>(out.position()), unicode::kCombining);
    out.keep_to(static_cast<std::int32_t>(mark));
    if (!out.done()) out.skip();
  }
  out.commit();
}

void Nmt::normalize(NormalizedString& text) const {
  const std::string_view from = text.text();
  Rewriter out(text);
  while (true) {
    auto at = static_cast<std::size_t>(out.position());
    char32_t c = 0, to = 0;
    for (; (at = printable_ascii_end(from, at)) < from.size(); at += static_cast<std::size_t>(utf8_length(c))) {
      c = decode_utf8(from, at).value;
      to = nmt(c);
      if (to != c) break;
    }
    out.keep_to(static_cast<std::int32_t>(at));
    if (out.done()) break;
    if (to == kDropped) {
      out.skip();
    } else {
      out.replace(to);
    }
  }
  out.commit();
}

void ByteLevelNormalizer::normalize(NormalizedString& text) const {
  const std::string_view from = text.text();
  Rewriter out(text);
  while (!out.done()) {
    const auto at = static_cast<std::size_t>(out.position());
    if (from[at] > ' ' && from[at] < 0x7F) {
      out.keep();
      continue;
    }
    const Offset alignment = out.next_alignment();
    out.skip();
    for (auto i = at; i < static_cast<std::size_t>(out.position()); ++i) {
      out.put(kByteAlphabet[static_cast<unsigned char>(from[i])], alignment);
    }
  }
  out.commit();
}

// The characters of bytes may be anything to the next step.
std::optional<std::string> ByteLevelNormalizer::seam_mark(std::string_view mark) const {
  return is_seam_mark(mark) ? std::optional<std::string>("") : std::nullopt;
}

void Strip::normalize(NormalizedString& text) const {
  const std::string_view from = text.text();
  std::size_t begin = 0, end = from.size();
  while (left_ && begin < end) {
    const CodePoint c = decode_utf8(from, begin);
    if (!unicode::has(c.value, unicode::kWhitespace)) break;
    begin += static_cast<std::size_t>(c.length);
  }
  while (right_ && begin < end) {
    std::size_t last = end - 1;
    while (is_utf8_continuation(from[last])) --last;
    if (!unicode::has(decode_utf8(from, last).value, unicode::kWhitespace)) break;
    end = last;
  }
  text.narrow(static_cast<std::int32_t>(begin), static_cast<std::int32_t>(end));
}

std::string Strip::describe() const {
  return std::string("Strip(") + (left_ ? (right_ ? "left, right" : "left") : right_ ? "right" : "") + ")";
}

void Prepend::normalize(NormalizedString& text) const {
  if (text.size() == 0) return;
  Rewriter out(text);
  if (prefix_.empty()) {
    const char32_t first = out.peek();
    out.skip();
    out.put(first, {0, 0});
  } else {
    out.put(prefix_, out.next_alignment());
  }
  out.keep_to(text.size());
  out.commit();
}

std::optional<std::string> Prepend::seam_mark(std::string_view mark) const {
  return is_seam_mark(mark) ? std::optional<std::string>(mark) : std::nullopt;
}

std::string Prepend::describe() const { return concat("Prepend(", quote(prefix_), ")"); }

}  // namespace sememe
