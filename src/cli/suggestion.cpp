#include "cli/suggestion.h"

#include <algorithm>
#include <vector>

#include "base/fail.h"

namespace sememe::cli {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);  // rows i - 2, i - 1, i
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> choices) {
  if (word.size() > 64) return {};  // no name of ours is near that
  const std::string_view stem = word.substr(std::min(word.find_first_not_of('-'), word.size()));
  const auto extends = [&](std::string_view choice) { return choice.size() > word.size() && choice.starts_with(word); };
  if (stem.size() >= 2 && std::count_if(choices.begin(), choices.end(), extends) == 1)
    return *std::find_if(choices.begin(), choices.end(), extends);

  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, stem.size() / 3) + 1;
  for (const std::string_view choice : choices) {
    const std::size_t distance = edit_distance(word, choice);
    if (distance < best_distance && distance < choice.size()) best = choice, best_distance = distance;
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> choices) {
  const std::string_view best = nearest(word, choices);
  return best.empty() ? std::string() : concat("; did you mean '", best, "'?");
}

}  // namespace sememe::cli
