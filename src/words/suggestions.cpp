#include <algorithm>
#include <array>
#include <utility>

#include "words/folded.h"
#include "words/state.h"

namespace sememe {
namespace {

constexpr std::size_t kLongest = 48, kMostEdits = 2;

/// Insertions, deletions, substitutions and swaps of neighbours that make b of a; kMostEdits + 1 stands for all that
/// are more.
/// Source  optimal string alignment; Damerau 1964, Wagner & Lowrance 1975.
std::size_t few_edits(std::u32string_view a, std::u32string_view b) {
  using Row = std::array<std::size_t, kLongest + kMostEdits + 1>;
  Row before{}, above{}, row{};  // rows i - 2, i - 1, i
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > kMostEdits) return kMostEdits + 1;
    before = std::exchange(above, row);
  }
  return std::min(above[b.size()], kMostEdits + 1);
}

}  // namespace

std::vector<std::string> WordVectors::suggestions(std::string_view word, std::int64_t count) const {
  constexpr std::size_t kUtf8Bytes = 4;
  if (word.size() > kLongest * kUtf8Bytes) return {};
  const std::u32string asked = folded(word);
  if (asked.size() > kLongest) return {};
  const std::size_t most = asked.size() < 3 ? 0 : asked.size() < 6 ? 1 : kMostEdits;  // three letters hold little else
  std::vector<std::pair<std::size_t, std::int64_t>> near;                             // edits, id
  for (std::int64_t id = 0; id < size(); ++id) {
    const std::string_view other = this->word(id);
    if (other.size() > (asked.size() + kMostEdits) * kUtf8Bytes) continue;
    const std::u32string known = folded(other);
    if (known.size() + most < asked.size() || known.size() > asked.size() + most) continue;
    const std::size_t edits = few_edits(asked, known);
    if (edits <= most) near.emplace_back(edits, id);
  }
  const std::size_t kept = std::min(near.size(), static_cast<std::size_t>(std::max<std::int64_t>(0, count)));
  std::partial_sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(kept), near.end());
  std::vector<std::string> out;
  for (std::size_t i = 0; i < kept; ++i) out.emplace_back(this->word(near[i].second));
  return out;
}

}  // namespace sememe
