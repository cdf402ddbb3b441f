#include "tokenize/normalizers/bert_normalizer.h"

#include "unicode/canonical.h"
#include "unicode/unicode.h"

namespace sememe {
namespace {

void put_lower(Rewriter& out, char32_t c, Offset alignment) {
  const unicode::Expansion lower = unicode::lower(c);
  for (int i = 0; i < lower.size; ++i) out.put(lower.values[i], alignment);
}

}  // namespace

void BertNormalizer::normalize(NormalizedString& text) const {
  if (options_.clean_text || options_.handle_chinese_chars) clean(text);
  if (strips_accents() || options_.lowercase) decompose_and_lower(text);
}

void BertNormalizer::clean(NormalizedString& text) const {
  const int dropped = options_.clean_text ? unicode::kOther : 0;
  const int spaces = options_.clean_text ? unicode::kWhitespace : 0;
  const int ideographs = options_.handle_chinese_chars ? unicode::kIdeograph : 0;
  Rewriter out(text);
  while (!out.done()) {
    const char32_t c = out.peek();
    const int flags = unicode::properties(c).flags;
    if ((flags & dropped) != 0) {
      out.skip();
    } else if ((flags & spaces) != 0) {
      out.replace(U' ');
    } else if ((flags & ideographs) != 0) {
      out.put(U' ', out.next_alignment());
      out.keep();
      out.insert(U' ');
    } else {
      out.keep();
    }
  }
  out.commit();
}

void BertNormalizer::decompose_and_lower(NormalizedString& text) const {
  Rewriter out(text);
  if (strips_accents()) {
    for_each_decomposed(text.text(), [&](const Decomposed& item) {
      const bool drop = unicode::has(item.value, unicode::kNonspacingMark);
      const Offset alignment = item.change == 0 ? out.next_alignment() : out.last_alignment();
      if (item.change == 0) out.skip();
      if (drop) return;
      if (options_.lowercase) {
        put_lower(out, item.value, alignment);
      } else {
        out.put(item.value, alignment);
      }
    });
  } else {
    while (!out.done()) {
      const Offset alignment = out.next_alignment();
      const char32_t c = out.peek();
      out.skip();
      put_lower(out, c, alignment);
    }
  }
  out.commit();
}

std::string BertNormalizer::describe() const {
  std::string switches;
  const auto add = [&](bool on, const char* name) {
    if (!on) return;
    switches.append(switches.empty() ? "" : ", ").append(name);
  };
  add(options_.clean_text, "clean_text");
  add(options_.handle_chinese_chars, "handle_chinese_chars");
  add(strips_accents(), "strip_accents");
  add(options_.lowercase, "lowercase");
  return "BertNormalizer(" + switches + ")";
}

}  // namespace sememe
