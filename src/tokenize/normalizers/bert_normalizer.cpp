#include "tokenize/normalizers/bert_normalizer.h"

#include "tokenize/normalizers/scan.h"
#include "unicode/normal_form.h"
#include "unicode/unicode.h"

namespace sememe {

void BertNormalizer::normalize(NormalizedString& text) const {
  if (options_.clean_text || options_.handle_chinese_chars) clean(text);
  if (strips_accents()) {
    strip_accents_and_lower(text);
  } else if (options_.lowercase) {
    lower_case(text);
  }
}

void BertNormalizer::clean(NormalizedString& text) const {
  const int ideographs = options_.handle_chinese_chars ? unicode::kIdeograph : 0;
  const std::string_view from = text.text();
  Rewriter out(text);
  while (true) {
    const auto at = static_cast<std::size_t>(out.position());
    const std::size_t next =
        options_.clean_text ? find_flagged_or_control(from, at, unicode::kOther | unicode::kWhitespace | ideographs)
                            : find_flagged(from, at, ideographs);
    out.keep_to(static_cast<std::int32_t>(next));
    if (out.done()) break;
    const int flags = unicode::properties(out.peek()).flags;
    if ((flags & ideographs) != 0) {
      out.put(U' ', out.next_alignment());
      out.keep();
      out.insert(U' ');
    } else if ((flags & unicode::kOther) != 0) {
      out.skip();
    } else {
      out.replace(U' ');
    }
  }
  out.commit();
}

void BertNormalizer::strip_accents_and_lower(NormalizedString& text) const {
  const int flags =
      unicode::kDecomposes | unicode::kNonspacingMark | (options_.lowercase ? unicode::kLowers : unicode::Flag{});
  const std::string_view from = text.text();
  Rewriter out(text);
  std::vector<NormalizedCharacter> characters;
  const auto keep_to = [&](std::size_t end) {
    if (options_.lowercase) {
      keep_in_lower_case(out, from, end);
    } else {
      out.keep_to(static_cast<std::int32_t>(end));
    }
  };
  while (const auto part = next_unsettled(from, static_cast<std::size_t>(out.position()), flags)) {
    keep_to(part->begin);
    normal_form(from.substr(part->begin, part->end - part->begin), NormalForm::kNfd, characters);
    for (const NormalizedCharacter& item : characters) {
      if (unicode::has(item.value, unicode::kNonspacingMark)) {
        if (item.change == 0) out.skip();
        continue;
      }
      const unicode::Expansion lower =
          options_.lowercase ? unicode::lower(item.value) : unicode::Expansion{{item.value, 0, 0, 0}, 1};
      if (item.change == 0) {
        out.replace(lower.values[0]);
      } else {
        out.insert(lower.values[0]);
      }
      for (int i = 1; i < lower.size; ++i) out.insert(lower.values[i]);
    }
  }
  keep_to(from.size());
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
