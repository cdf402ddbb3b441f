#include "unicode/normal_form.h"

#include <algorithm>
#include <array>
#include <span>

#include "io/utf8.h"
#include "unicode/ascii.h"

namespace sememe {
namespace {

using Characters = std::span<NormalizedCharacter>;

/// Stable sort by combining class, in linear time however long the run of marks is.
void order_marks(Characters run) {
  const auto less = [](const auto& a, const auto& b) { return a.combining_class < b.combining_class; };
  if (std::is_sorted(run.begin(), run.end(), less)) return;
  if (run.size() <= 32) {
    for (std::size_t i = 1; i < run.size(); ++i) {
      const NormalizedCharacter item = run[i];
      std::size_t j = i;
      for (; j > 0 && less(item, run[j - 1]); --j) run[j] = run[j - 1];
      run[j] = item;
    }
    return;
  }
  std::array<std::size_t, 257> starts{};
  for (const NormalizedCharacter& item : run) ++starts[item.combining_class + 1U];
  for (std::size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
  const std::vector<NormalizedCharacter> unordered(run.begin(), run.end());
  for (const NormalizedCharacter& item : unordered) run[starts[item.combining_class]++] = item;
}

void decompose(std::string_view text, bool compatibly, std::vector<NormalizedCharacter>& out) {
  std::size_t run = 0;  // where the marks at the end begin
  const auto push = [&](char32_t c, std::int8_t change) {
    const std::uint8_t combining_class = unicode::properties(c).combining_class;
    if (combining_class == 0 && run < out.size()) order_marks(Characters(out).subspan(run));
    out.push_back({c, combining_class, change});
    if (combining_class == 0) run = out.size();
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto [c, length] = decode_utf8(text, at);
    at += static_cast<std::size_t>(length);
    std::u32string_view parts;
    unicode::Expansion canonical;
    if (compatibly) parts = unicode::compatibility_decomposition(c);
    if (parts.empty()) {
      canonical = unicode::decompose(c);
      parts = {canonical.values, static_cast<std::size_t>(canonical.size)};
    }
    for (std::size_t i = 0; i < parts.size(); ++i) push(parts[i], i == 0 ? 0 : 1);
  }
  order_marks(Characters(out).subspan(run));
}

constexpr int kNothing = -1;

void compose(std::vector<NormalizedCharacter>& text) {
  std::optional<std::size_t> starter;  // the last one, which may still absorb
  int last_class = kNothing;           // of what stands between it and the next
  std::size_t size = 0;
  for (const NormalizedCharacter item : text) {
    if (starter && last_class < item.combining_class) {
      if (const char32_t c = unicode::compose(text[*starter].value, item.value); c != 0) {
        text[*starter].value = c;
        text[*starter].change = static_cast<std::int8_t>(text[*starter].change + item.change - 1);
        continue;
      }
    }
    if (item.combining_class == 0) {
      starter = size;
      last_class = kNothing;
    } else if (starter) {
      last_class = item.combining_class;
    }
    text[size++] = item;
  }
  text.resize(size);
}

}  // namespace

void normal_form(std::string_view text, NormalForm form, std::vector<NormalizedCharacter>& out) {
  out.clear();
  decompose(text, form == NormalForm::kNfkd || form == NormalForm::kNfkc, out);
  if (form == NormalForm::kNfc || form == NormalForm::kNfkc) compose(out);
}

std::optional<TextRange> next_unsettled(std::string_view text, std::size_t from, int flags) noexcept {
  std::size_t starter = from;
  std::uint8_t last_class = 0;
  for (std::size_t at = from; at < text.size();) {
    if (const std::size_t end = ascii_end(text, at); end > at) {
      starter = end - 1;
      last_class = 0;
      at = end;
      continue;
    }
    const auto [c, length] = decode_utf8(text, at);
    const unicode::Properties properties = unicode::properties(c);
    const bool flagged = (properties.flags & flags) != 0;
    if (flagged || (properties.combining_class != 0 && properties.combining_class < last_class)) {
      while (at < text.size()) {
        const CodePoint next = decode_utf8(text, at);
        const unicode::Properties p = unicode::properties(next.value);
        if ((p.flags & flags) == 0 && p.combining_class == 0) break;
        at += static_cast<std::size_t>(next.length);
      }
      return TextRange{starter, at};
    }
    if (properties.combining_class == 0) starter = at;
    last_class = properties.combining_class;
    at += static_cast<std::size_t>(length);
  }
  return std::nullopt;
}

}  // namespace sememe
