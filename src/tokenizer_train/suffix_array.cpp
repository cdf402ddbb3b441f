#include "tokenizer_train/suffix_array.h"

#include <algorithm>

namespace sememe {
namespace {

constexpr std::int32_t kNone = -1;

/// One level of SA-IS. Positions are int32, read through at() to keep the index conversions in one place.
class InducedSort {
 public:
  using Text = std::span<const std::int32_t>;

  InducedSort(Text text, std::int32_t alphabet)
      : text_(text), size_(static_cast<std::int32_t>(text.size())), suffixes_(text.size(), kNone), small_(text.size()) {
    // A suffix is small if it comes before the one after it; the last one is not: the end counts as least.
    for (std::int32_t i = size_ - 2; i >= 0; --i)
      small_[at(i)] = value(i) < value(i + 1) || (value(i) == value(i + 1) && small_[at(i + 1)]);
    starts_.assign(at(alphabet) + 1, 0);
    for (const std::int32_t v : text) ++starts_[at(v) + 1];
    for (std::size_t v = 0; v + 1 < starts_.size(); ++v) starts_[v + 1] += starts_[v];
  }

  std::vector<std::int32_t> run() {
    std::vector<std::int32_t> leftmost;  // small suffixes after a large one
    for (std::int32_t i = 1; i < size_; ++i)
      if (is_leftmost(i)) leftmost.push_back(i);
    induce(leftmost);
    if (leftmost.size() > 1) {
      sort(leftmost);
      induce(leftmost);
    }
    return std::move(suffixes_);
  }

 private:
  static std::size_t at(std::int32_t i) { return static_cast<std::size_t>(i); }
  std::int32_t value(std::int32_t i) const { return text_[at(i)]; }
  bool is_leftmost(std::int32_t i) const { return i > 0 && small_[at(i)] && !small_[at(i - 1)]; }

  /// Puts `leftmost` at the ends of their buckets, in their order, and derives the places of all others.
  void induce(const std::vector<std::int32_t>& leftmost) {
    std::fill(suffixes_.begin(), suffixes_.end(), kNone);
    std::vector<std::int32_t> next(starts_.begin() + 1, starts_.end());  // ends of buckets
    for (std::size_t i = leftmost.size(); i-- > 0;) suffixes_[at(--next[at(value(leftmost[i]))])] = leftmost[i];
    next.assign(starts_.begin(), starts_.end() - 1);
    const auto put_large = [&](std::int32_t i) {
      if (i >= 0 && !small_[at(i)]) suffixes_[at(next[at(value(i))]++)] = i;
    };
    put_large(size_ - 1);
    for (std::int32_t i = 0; i < size_; ++i)
      if (suffixes_[at(i)] != kNone) put_large(suffixes_[at(i)] - 1);
    next.assign(starts_.begin() + 1, starts_.end());
    for (std::int32_t i = size_ - 1; i >= 0; --i) {
      const std::int32_t before = suffixes_[at(i)] - 1;
      if (before >= 0 && small_[at(before)]) suffixes_[at(--next[at(value(before))])] = before;
    }
  }

  /// Orders `leftmost` by their suffixes. Precondition: induce() has ordered their substrings up to the next of them.
  void sort(std::vector<std::int32_t>& leftmost) {
    std::vector<std::int32_t> number(text_.size(), kNone);  // in text order
    for (std::size_t i = 0; i < leftmost.size(); ++i) number[at(leftmost[i])] = static_cast<std::int32_t>(i);
    std::vector<std::int32_t> names(leftmost.size());
    std::int32_t name = 0, last = kNone;
    for (const std::int32_t i : suffixes_) {
      if (i == kNone || number[at(i)] == kNone) continue;
      if (last != kNone && !same_substring(last, i, number, leftmost)) ++name;
      names[at(number[at(i)])] = name;
      last = i;
    }
    const std::vector<std::int32_t> order = InducedSort(names, name + 1).run();
    std::vector<std::int32_t> sorted;
    sorted.reserve(order.size());
    for (const std::int32_t i : order) sorted.push_back(leftmost[at(i)]);
    leftmost.swap(sorted);
  }

  bool same_substring(std::int32_t a, std::int32_t b, const std::vector<std::int32_t>& number,
                      const std::vector<std::int32_t>& leftmost) const {
    const auto end_of = [&](std::int32_t i) {
      const std::size_t next = at(number[at(i)]) + 1;
      return next < leftmost.size() ? leftmost[next] : size_;
    };
    const std::int32_t a_end = end_of(a), b_end = end_of(b);
    if (a_end - a != b_end - b || a_end == size_ || b_end == size_) return false;
    for (; a <= a_end; ++a, ++b)
      if (value(a) != value(b)) return false;
    return true;
  }

  Text text_;
  std::int32_t size_;
  std::vector<std::int32_t> suffixes_, starts_;
  std::vector<bool> small_;
};

}  // namespace

std::vector<std::int32_t> suffix_array(std::span<const std::int32_t> text, std::int32_t alphabet) {
  if (text.empty()) return {};
  return InducedSort(text, alphabet).run();
}

std::vector<std::int32_t> common_prefixes(std::span<const std::int32_t> text, std::span<const std::int32_t> suffixes,
                                          std::int32_t boundary) {
  const std::size_t size = text.size();
  if (size < 2) return {};
  const auto at = [](std::int32_t i) { return static_cast<std::size_t>(i); };
  std::vector<std::int32_t> before(size, kNone);  // the suffix before this one, then the common prefix with it
  for (std::size_t i = 1; i < size; ++i) before[at(suffixes[i])] = suffixes[i - 1];
  std::size_t common = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (before[i] == kNone) {
      common = 0;
      continue;
    }
    const std::size_t other = at(before[i]);
    while (i + common < size && other + common < size && text[i + common] != boundary &&
           text[i + common] == text[other + common])
      ++common;
    before[i] = static_cast<std::int32_t>(common);
    common -= common > 0 ? 1 : 0;
  }
  std::vector<std::int32_t> out(size - 1);
  for (std::size_t i = 1; i < size; ++i) out[i - 1] = before[at(suffixes[i])];
  return out;
}

}  // namespace sememe
