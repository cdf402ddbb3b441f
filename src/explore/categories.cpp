#include "explore/categories.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace sememe {
namespace {

/// By characters, but runs of digits by the number that they are: group 2 comes before group 10.
bool natural_less(std::string_view a, std::string_view b) {
  const auto digit = [](std::string_view text, std::size_t at) {
    return at < text.size() && text[at] >= '0' && text[at] <= '9';
  };
  const auto number = [&](std::string_view text, std::size_t& at) {
    while (digit(text, at) && text[at] == '0') ++at;
    const std::size_t begin = at;
    while (digit(text, at)) ++at;
    return text.substr(begin, at - begin);
  };
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (digit(a, i) && digit(b, j)) {
      const std::string_view x = number(a, i), y = number(b, j);
      if (x != y) return x.size() != y.size() ? x.size() < y.size() : x < y;
    } else {
      if (a[i] != b[j]) return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
      ++i, ++j;
    }
  }
  return a.size() - i < b.size() - j;
}

}  // namespace

Categories categorise(std::span<const std::string> values) {
  std::map<std::string_view, std::int64_t> counts;
  for (const std::string& value : values) ++counts[value];
  std::vector<std::pair<std::string_view, std::int64_t>> order(counts.begin(), counts.end());
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : natural_less(a.first, b.first);
  });
  Categories out;
  std::map<std::string_view, std::uint32_t> rank;
  for (const auto& [name, count] : order) {
    rank.emplace(name, static_cast<std::uint32_t>(rank.size()));
    out.names.emplace_back(name);
  }
  for (const std::string& value : values) out.codes.push_back(rank.find(value)->second);
  return out;
}

}  // namespace sememe
