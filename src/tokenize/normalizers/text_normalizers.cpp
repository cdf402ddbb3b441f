#include "tokenize/normalizers/text_normalizers.h"

#include <cstddef>

#include "base/fail.h"
#include "unicode/canonical.h"
#include "unicode/unicode.h"

namespace sememe {
namespace {

void put_text(Rewriter& out, std::string_view text, Offset alignment) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_utf8(text, at);
    out.put(c.value, alignment);
    at += static_cast<std::size_t>(c.length);
  }
}

void apply(Rewriter& out, const Decomposed& item) {
  if (item.change > 0) {
    out.insert(item.value);
    return;
  }
  out.replace(item.value);
  for (std::int32_t i = item.change; i < 0; ++i) out.skip();
}

}  // namespace

void NormalizerSequence::normalize(NormalizedString& text) const {
  for (const auto& step : steps_) step->normalize(text);
}

std::string NormalizerSequence::describe() const {
  std::string out;
  for (const auto& step : steps_) out.append(out.empty() ? "" : ", ").append(step->describe());
  return "Sequence(" + out + ")";
}

void Lowercase::normalize(NormalizedString& text) const {
  Rewriter out(text);
  while (!out.done()) {
    const unicode::Expansion lower = unicode::lower(out.peek());
    out.replace(lower.values[0]);
    for (int i = 1; i < lower.size; ++i) out.insert(lower.values[i]);
  }
  out.commit();
}

void Nfd::normalize(NormalizedString& text) const {
  Rewriter out(text);
  for_each_decomposed(text.text(), [&](const Decomposed& item) { apply(out, item); });
  out.commit();
}

void Nfc::normalize(NormalizedString& text) const {
  Rewriter out(text);
  for (const Decomposed& item : compose_canonically(text.text())) apply(out, item);
  out.commit();
}

void StripAccents::normalize(NormalizedString& text) const {
  Rewriter out(text);
  while (!out.done()) {
    if (unicode::has(out.peek(), unicode::kCombining)) {
      out.skip();
    } else {
      out.keep();
    }
  }
  out.commit();
}

void Strip::normalize(NormalizedString& text) const {
  std::int32_t last = 0;  // end of the last character that stays
  Rewriter scan(text);
  while (!scan.done()) {
    const bool space = unicode::has(scan.peek(), unicode::kWhitespace);
    scan.skip();
    if (!space || !right_) last = scan.position();
  }
  Rewriter out(text);
  if (left_) {
    while (!out.done() && unicode::has(out.peek(), unicode::kWhitespace)) out.skip();
  }
  while (out.position() < last) out.keep();
  out.commit();
}

std::string Strip::describe() const {
  return std::string("Strip(") + (left_ ? (right_ ? "left, right" : "left") : right_ ? "right" : "") + ")";
}

void ReplaceString::normalize(NormalizedString& text) const {
  Rewriter out(text);
  const std::string_view from = text.text();
  for (std::size_t match = from.find(pattern_); match != std::string_view::npos;
       match = from.find(pattern_, static_cast<std::size_t>(out.position()))) {
    while (out.position() < static_cast<std::int32_t>(match)) out.keep();
    while (out.position() < static_cast<std::int32_t>(match + pattern_.size())) out.skip();
    put_text(out, content_, out.last_alignment());
  }
  while (!out.done()) out.keep();
  out.commit();
}

std::string ReplaceString::describe() const { return concat("Replace(", quote(pattern_), ", ", quote(content_), ")"); }

void Prepend::normalize(NormalizedString& text) const {
  if (text.size() == 0) return;
  Rewriter out(text);
  put_text(out, prefix_, out.next_alignment());
  while (!out.done()) out.keep();
  out.commit();
}

std::string Prepend::describe() const { return concat("Prepend(", quote(prefix_), ")"); }

}  // namespace sememe
