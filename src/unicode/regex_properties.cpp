#include "unicode/regex_properties.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "unicode/regex_tables.h"

namespace sememe::regex_properties {
namespace {

using unicode::Category, unicode::category_set, unicode::CategorySet;

constexpr int kCategories = 30;

/// Every code point's category, turned round.
std::array<CodePointSet, kCategories> sets_of_categories() {
  std::array<std::vector<CodePointRange>, kCategories> ranges;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    auto& of = ranges[static_cast<std::size_t>(unicode::category(c))];
    if (!of.empty() && of.back().last + 1 == c) {
      of.back().last = c;
    } else {
      of.push_back({c, c});
    }
  }
  std::array<CodePointSet, kCategories> out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = CodePointSet(ranges[i]);
  return out;
}

constexpr std::array<std::pair<std::string_view, CategorySet>, 77> kCategoryNames = {{
    {"l", unicode::kCategoryL},
    {"letter", unicode::kCategoryL},
    {"lu", category_set(Category::kLu)},
    {"uppercaseletter", category_set(Category::kLu)},
    {"ll", category_set(Category::kLl)},
    {"lowercaseletter", category_set(Category::kLl)},
    {"lt", category_set(Category::kLt)},
    {"titlecaseletter", category_set(Category::kLt)},
    {"lc", category_set(Category::kLu, Category::kLl, Category::kLt)},
    {"casedletter", category_set(Category::kLu, Category::kLl, Category::kLt)},
    {"lm", category_set(Category::kLm)},
    {"modifierletter", category_set(Category::kLm)},
    {"lo", category_set(Category::kLo)},
    {"otherletter", category_set(Category::kLo)},
    {"m", unicode::kCategoryM},
    {"mark", unicode::kCategoryM},
    {"combiningmark", unicode::kCategoryM},
    {"mn", category_set(Category::kMn)},
    {"nonspacingmark", category_set(Category::kMn)},
    {"mc", category_set(Category::kMc)},
    {"spacingmark", category_set(Category::kMc)},
    {"me", category_set(Category::kMe)},
    {"enclosingmark", category_set(Category::kMe)},
    {"n", unicode::kCategoryN},
    {"number", unicode::kCategoryN},
    {"nd", category_set(Category::kNd)},
    {"decimalnumber", category_set(Category::kNd)},
    {"digit", category_set(Category::kNd)},
    {"nl", category_set(Category::kNl)},
    {"letternumber", category_set(Category::kNl)},
    {"no", category_set(Category::kNo)},
    {"othernumber", category_set(Category::kNo)},
    {"p", unicode::kCategoryP},
    {"punctuation", unicode::kCategoryP},
    {"punct", unicode::kCategoryP},
    {"pc", category_set(Category::kPc)},
    {"connectorpunctuation", category_set(Category::kPc)},
    {"pd", category_set(Category::kPd)},
    {"dashpunctuation", category_set(Category::kPd)},
    {"ps", category_set(Category::kPs)},
    {"openpunctuation", category_set(Category::kPs)},
    {"pe", category_set(Category::kPe)},
    {"closepunctuation", category_set(Category::kPe)},
    {"pi", category_set(Category::kPi)},
    {"initialpunctuation", category_set(Category::kPi)},
    {"pf", category_set(Category::kPf)},
    {"finalpunctuation", category_set(Category::kPf)},
    {"po", category_set(Category::kPo)},
    {"otherpunctuation", category_set(Category::kPo)},
    {"s", unicode::kCategoryS},
    {"symbol", unicode::kCategoryS},
    {"sm", category_set(Category::kSm)},
    {"mathsymbol", category_set(Category::kSm)},
    {"sc", category_set(Category::kSc)},
    {"currencysymbol", category_set(Category::kSc)},
    {"sk", category_set(Category::kSk)},
    {"modifiersymbol", category_set(Category::kSk)},
    {"so", category_set(Category::kSo)},
    {"othersymbol", category_set(Category::kSo)},
    {"z", unicode::kCategoryZ},
    {"separator", unicode::kCategoryZ},
    {"zs", category_set(Category::kZs)},
    {"spaceseparator", category_set(Category::kZs)},
    {"zl", category_set(Category::kZl)},
    {"lineseparator", category_set(Category::kZl)},
    {"zp", category_set(Category::kZp)},
    {"paragraphseparator", category_set(Category::kZp)},
    {"c", unicode::kCategoryC},
    {"other", unicode::kCategoryC},
    {"cc", category_set(Category::kCc)},
    {"control", category_set(Category::kCc)},
    {"cf", category_set(Category::kCf)},
    {"format", category_set(Category::kCf)},
    {"co", category_set(Category::kCo)},
    {"privateuse", category_set(Category::kCo)},
    {"cn", category_set(Category::kCn)},
    {"unassigned", category_set(Category::kCn)},
}};

const CodePointSet& category_set_of(Category category) {
  static const std::array<CodePointSet, kCategories> sets = sets_of_categories();
  return sets[static_cast<std::size_t>(category)];
}

std::optional<CodePointSet> find_named(std::string_view name) {
  const auto sets = regex_tables::named_sets();
  const auto at = std::lower_bound(sets.begin(), sets.end(), name,
                                   [](const regex_tables::NamedSet& set, std::string_view n) { return set.name < n; });
  if (at == sets.end() || at->name != name) return std::nullopt;
  return CodePointSet(at->ranges);
}

CodePointSet ascii(std::initializer_list<CodePointRange> ranges) {
  return CodePointSet(std::span(ranges.begin(), ranges.size()));
}

CodePointSet with(CodePointSet set, std::string_view name) {
  set.add(*find_named(name));
  return set;
}

CodePointSet alphabetic() {
  return with(of_categories(unicode::kCategoryL | category_set(Category::kNl)), "+alphabetic");
}

/// White_Space, controls, surrogates and what is unassigned: not visible.
CodePointSet blank_or_none() {
  CodePointSet out = of_categories(category_set(Category::kCc, Category::kCs, Category::kCn));
  out.add(white_space());
  return out;
}

}  // namespace

const CodePointSet& of_category(Category category) { return category_set_of(category); }

CodePointSet of_categories(CategorySet categories) {
  CodePointSet out;
  for (int i = 0; i < kCategories; ++i) {
    if ((categories >> i & 1U) != 0) out.add(category_set_of(static_cast<Category>(i)));
  }
  return out;
}

CodePointSet white_space() {
  CodePointSet out = of_categories(unicode::kCategoryZ);
  out.add(ascii({{'\t', '\r'}, {0x85, 0x85}}));
  return out;
}

CodePointSet word() {
  CodePointSet out = alphabetic();
  out.add(of_categories(unicode::kCategoryM | category_set(Category::kNd, Category::kPc)));
  return out;
}

CodePointSet word_outside_brackets() {
  CodePointSet out = word();
  out.add(ascii({{0xB2, 0xB3}, {0xB9, 0xB9}, {0xBC, 0xBE}}));
  return out;
}

std::optional<CodePointSet> find_posix(std::string_view name) {
  if (name == "alpha") return alphabetic();
  if (name == "digit") return of_category(Category::kNd);
  if (name == "alnum") {
    CodePointSet out = alphabetic();
    out.add(of_category(Category::kNd));
    return out;
  }
  if (name == "upper") return with(of_category(Category::kLu), "+uppercase");
  if (name == "lower") return with(of_category(Category::kLl), "+lowercase");
  if (name == "punct") return of_categories(unicode::kCategoryP | unicode::kCategoryS);
  if (name == "space") return white_space();
  if (name == "blank") {
    CodePointSet out = of_category(Category::kZs);
    out.add('\t', '\t');
    return out;
  }
  if (name == "cntrl") return of_category(Category::kCc);
  if (name == "graph") return blank_or_none().complement();
  if (name == "print") {
    CodePointSet out = blank_or_none().complement();
    out.add(of_category(Category::kZs));
    return out;
  }
  if (name == "xdigit") return ascii({{'0', '9'}, {'A', 'F'}, {'a', 'f'}});
  if (name == "ascii") return ascii({{0, 0x7F}});
  if (name == "word") return word();
  return std::nullopt;
}

std::optional<CodePointSet> find(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c == ' ' || c == '-' || c == '_') continue;
    plain.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c);
  }
  for (const auto& [known, categories] : kCategoryNames) {
    if (known == plain) return of_categories(categories);
  }
  if (plain == "any") return ascii({{0, 0x10FFFF}});
  if (plain == "assigned") return of_category(Category::kCn).complement();
  if (plain == "whitespace") return white_space();
  if (plain == "alphabetic") return alphabetic();
  if (plain == "uppercase") return find_posix("upper");
  if (plain == "lowercase") return find_posix("lower");
  if (plain.starts_with('+')) return std::nullopt;
  if (plain == "word") return word_outside_brackets();
  if (auto set = find_posix(plain)) return set;
  return find_named(plain);
}

}  // namespace sememe::regex_properties
