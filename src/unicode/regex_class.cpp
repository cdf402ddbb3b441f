#include "unicode/regex_class.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "io/utf8.h"
#include "unicode/regex_properties.h"

namespace sememe {
namespace {

using unicode::Category;

/// The categories that would take long lists.
constexpr std::array<std::pair<Category, std::string_view>, 13> kLarge = {{{Category::kLu, "Lu"},
                                                                           {Category::kLl, "Ll"},
                                                                           {Category::kLm, "Lm"},
                                                                           {Category::kLo, "Lo"},
                                                                           {Category::kMn, "Mn"},
                                                                           {Category::kMc, "Mc"},
                                                                           {Category::kNd, "Nd"},
                                                                           {Category::kNo, "No"},
                                                                           {Category::kPs, "Ps"},
                                                                           {Category::kPe, "Pe"},
                                                                           {Category::kPo, "Po"},
                                                                           {Category::kSm, "Sm"},
                                                                           {Category::kSo, "So"}}};

constexpr CodePointRange kAssigned[] = {{0, 0x3FFFF}, {0xE0000, 0xEFFFF}};  // planes that have characters
constexpr CodePointRange kSurrogates = {0xD800, 0xDFFF};

/// Code points in order: all of the planes that have characters, every sixteenth of the others.
const std::string& probed_code_points() {
  static const std::string text = [] {
    std::string out;
    for (char32_t c = 0; c <= 0x10FFFF;) {
      const bool in_full = c <= kAssigned[0].last || (c >= kAssigned[1].first && c <= kAssigned[1].last);
      if (c < kSurrogates.first || c > kSurrogates.last) append_utf8(out, c);
      c += in_full ? 1 : 16;
    }
    return out;
  }();
  return text;
}

/// What PCRE2 takes a category for, empty if that cannot be told.
CodePointSet probe(std::string_view category) {
  const std::string pattern = concat("\\p{", category, "}+");
  int error = 0;
  PCRE2_SIZE at = 0;
  const std::unique_ptr<pcre2_code, decltype(&pcre2_code_free)> code(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), PCRE2_UTF, &error, &at, nullptr),
      pcre2_code_free);
  const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> data(pcre2_match_data_create(1, nullptr),
                                                                                 pcre2_match_data_free);
  if (!code || !data) return {};
  pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
  const std::string& all = probed_code_points();
  std::vector<CodePointRange> ranges;
  const PCRE2_SIZE* const found = pcre2_get_ovector_pointer(data.get());
  for (std::size_t from = 0; pcre2_match(code.get(), reinterpret_cast<PCRE2_SPTR>(all.data()), all.size(), from,
                                         PCRE2_NO_UTF_CHECK, data.get(), nullptr) > 0;
       from = found[1]) {
    std::size_t last = found[1] - 1;
    while (is_utf8_continuation(all[last])) --last;
    ranges.push_back({decode_utf8(all, found[0]).value, decode_utf8(all, last).value});
    // A run that reaches out of the probed planes, or is there, says too little.
    const bool in_full = std::any_of(std::begin(kAssigned), std::end(kAssigned), [&](const CodePointRange& plane) {
      return plane.first <= ranges.back().first && ranges.back().last <= plane.last;
    });
    if (!in_full) return {};
  }
  return CodePointSet(ranges);
}

const CodePointSet& as_pcre2_has_it(std::size_t large) {
  static std::array<std::once_flag, kLarge.size()> once;
  static std::array<CodePointSet, kLarge.size()> sets;
  std::call_once(once[large], [large] { sets[large] = probe(kLarge[large].second); });
  return sets[large];
}

void append_code_point(std::string& out, char32_t c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string digits;
  do {
    digits.insert(digits.begin(), kDigits[c % 16]);
    c /= 16;
  } while (c != 0);
  out.append("\\x{").append(digits).append("}");
}

std::string items(CodePointSet set, bool name_categories) {
  std::string out;
  if (name_categories && set.size() > 20) {
    set.add(kSurrogates.first, kSurrogates.last);  // in no text
    CodePointSet named;
    for (std::size_t i = 0; i < kLarge.size(); ++i) {
      if (!set.contains(regex_properties::of_category(kLarge[i].first))) continue;
      const CodePointSet& theirs = as_pcre2_has_it(i);
      if (theirs.empty() || !set.contains(theirs)) continue;
      out.append("\\p{").append(kLarge[i].second).append("}");
      named.add(theirs);
    }
    set = set.intersection(named.complement());
  }
  // The engine tries one range after another: those that many characters fall in come first.
  std::vector<CodePointRange> ranges(set.ranges().begin(), set.ranges().end());
  std::stable_sort(ranges.begin(), ranges.end(), [](const CodePointRange& a, const CodePointRange& b) {
    return a.last - a.first > b.last - b.first;
  });
  for (CodePointRange range : ranges) {
    if (range.first >= kSurrogates.first && range.first <= kSurrogates.last) range.first = kSurrogates.last + 1;
    if (range.last >= kSurrogates.first && range.last <= kSurrogates.last) range.last = kSurrogates.first - 1;
    if (range.first > range.last) continue;
    append_code_point(out, range.first);
    if (range.first < range.last) append_code_point(out.append("-"), range.last);
  }
  return out;
}

}  // namespace

std::string pcre2_class(const CodePointSet& set, bool negated, bool fold) {
  const CodePointSet everything = CodePointSet().complement();
  if (set.empty() || set == everything) return set.empty() == negated ? "(?s:.)" : "(?!)";
  if (fold) return concat(negated ? "(?i:[^" : "(?i:[", items(set, false), "])");
  // What unassigned code points are in is said shorter by what is not.
  const bool outside = set.size() > 20 && set.contains(regex_properties::of_category(Category::kCn));
  return concat(negated != outside ? "[^" : "[", items(outside ? set.complement() : set, true), "]");
}

}  // namespace sememe
