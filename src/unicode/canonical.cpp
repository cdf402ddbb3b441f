#include "unicode/canonical.h"

#include <algorithm>
#include <array>
#include <optional>

namespace sememe {

void sort_by_combining_class(std::vector<Decomposed>& run) {
  if (run.size() <= 32) {
    for (std::size_t i = 1; i < run.size(); ++i) {
      const Decomposed item = run[i];
      std::size_t j = i;
      for (; j > 0 && run[j - 1].combining_class > item.combining_class; --j) run[j] = run[j - 1];
      run[j] = item;
    }
    return;
  }
  std::array<std::size_t, 257> starts{};
  for (const Decomposed& item : run) ++starts[item.combining_class + 1U];
  for (std::size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
  std::vector<Decomposed> sorted(run.size());
  for (const Decomposed& item : run) sorted[starts[item.combining_class]++] = item;
  run.swap(sorted);
}

std::vector<Decomposed> compose_canonically(std::string_view text) {
  std::vector<Decomposed> out;
  std::optional<std::size_t> starter;      // index in out of the last one, which may still absorb
  std::optional<std::uint8_t> last_class;  // of what stands between it and the next, if anything does
  for_each_decomposed(text, [&](const Decomposed& item) {
    if (starter && (!last_class || *last_class < item.combining_class)) {
      if (const char32_t c = unicode::compose(out[*starter].value, item.value); c != 0) {
        out[*starter].value = c;
        out[*starter].change += item.change - 1;
        return;
      }
    }
    if (item.combining_class == 0) {
      starter = out.size();
      last_class.reset();
    } else if (starter) {
      last_class = item.combining_class;
    }
    out.push_back(item);
  });
  return out;
}

}  // namespace sememe
