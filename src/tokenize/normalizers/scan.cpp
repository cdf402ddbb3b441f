#include "tokenize/normalizers/scan.h"

#include "unicode/ascii.h"
#include "unicode/unicode.h"

namespace sememe {
namespace {

template <class RunEnd>
std::size_t find(std::string_view text, std::size_t at, int flags, RunEnd run_end) noexcept {
  while ((at = run_end(text, at)) < text.size()) {
    const CodePoint c = decode_utf8(text, at);
    if (unicode::has(c.value, flags)) break;
    at += static_cast<std::size_t>(c.length);
  }
  return at;
}

}  // namespace

std::size_t find_flagged(std::string_view text, std::size_t from, int flags) noexcept {
  return find(text, from, flags, ascii_end);
}

std::size_t find_flagged_or_control(std::string_view text, std::size_t from, int flags) noexcept {
  return find(text, from, flags, printable_ascii_end);
}

void keep_in_lower_case(Rewriter& out, std::string_view text, std::size_t end) {
  const auto begin = static_cast<std::size_t>(out.position());
  if (has_upper_ascii(text.substr(begin, end - begin))) {
    lower_ascii(out.keep_for_change(static_cast<std::int32_t>(end)));
  } else {
    out.keep_to(static_cast<std::int32_t>(end));
  }
}

void replace_by_lower(Rewriter& out, char32_t c) {
  const unicode::Expansion lower = unicode::lower(c);
  out.replace(lower.values[0]);
  for (int i = 1; i < lower.size; ++i) out.insert(lower.values[i]);
}

void lower_case(NormalizedString& text) {
  Rewriter out(text);
  const std::string_view from = text.text();
  while (!out.done()) {
    keep_in_lower_case(out, from, find_flagged(from, static_cast<std::size_t>(out.position()), unicode::kLowers));
    if (!out.done()) replace_by_lower(out, out.peek());
  }
  out.commit();
}

}  // namespace sememe
