#include "tokenize/encoding_ops.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/fail.h"

namespace sememe {
namespace {

template <class T>
std::vector<T> part(const std::vector<T>& from, std::size_t begin, std::size_t end) {
  if (from.empty()) return {};  // Encoding::tokens, unless asked for
  return {from.begin() + static_cast<std::ptrdiff_t>(begin), from.begin() + static_cast<std::ptrdiff_t>(end)};
}

/// Calls use(column of a, the same column of b) for each column of tokens.
template <class A, class B, class Use>
void for_each_column(A& a, B& b, const Use& use) {
  use(a.ids, b.ids);
  use(a.offsets, b.offsets);
  use(a.word_ids, b.word_ids);
  use(a.tokens, b.tokens);
}

/// member of each token's run.
template <class T, class Member>
std::vector<T> spread(const std::vector<Encoding::Run>& runs, Member Encoding::Run::*member) {
  std::vector<T> out;
  out.reserve(runs.empty() ? 0 : runs.back().end);
  for (const Encoding::Run& run : runs) out.resize(run.end, static_cast<T>(run.*member));
  return out;
}

}  // namespace

const Encoding::Run& Encoding::run(std::size_t i) const {
  return *std::upper_bound(runs.begin(), runs.end(), i, [](std::size_t at, const Run& r) { return at < r.end; });
}
std::vector<std::int32_t> Encoding::type_ids() const { return spread<std::int32_t>(runs, &Run::type_id); }
std::vector<std::int32_t> Encoding::sequence_ids() const { return spread<std::int32_t>(runs, &Run::sequence_id); }
std::vector<std::uint8_t> Encoding::special() const { return spread<std::uint8_t>(runs, &Run::special); }
std::vector<std::uint8_t> Encoding::attention() const { return spread<std::uint8_t>(runs, &Run::attention); }

void append_run(std::vector<Encoding::Run>& runs, std::size_t count, Encoding::Run run) {
  if (count == 0) return;
  const auto kind = [](const Encoding::Run& r) { return std::tie(r.type_id, r.sequence_id, r.special, r.attention); };
  run.end = (runs.empty() ? 0 : runs.back().end) + count;
  if (!runs.empty() && kind(runs.back()) == kind(run)) {
    runs.back().end = run.end;
  } else {
    runs.push_back(run);
  }
}

void append_runs(std::vector<Encoding::Run>& runs, const std::vector<Encoding::Run>& from, std::size_t begin,
                 std::size_t end) {
  for (const Encoding::Run& run : from) {
    const std::size_t stop = std::min(run.end, end);
    if (stop <= begin) continue;
    append_run(runs, stop - begin, run);
    begin = stop;
  }
}

void append_token(Encoding& encoding, std::int32_t id, Offset offset, std::int32_t type_id, std::int32_t word_id,
                  std::int32_t sequence_id, bool special) {
  encoding.ids.push_back(id);
  encoding.offsets.push_back(offset);
  encoding.word_ids.push_back(word_id);
  append_run(encoding.runs, 1, {.type_id = type_id, .sequence_id = sequence_id, .special = special});
}

Encoding slice(const Encoding& encoding, std::size_t begin, std::size_t end) {
  Encoding out;
  for_each_column(out, encoding, [&](auto& to, const auto& from) { to = part(from, begin, end); });
  append_runs(out.runs, encoding.runs, begin, end);
  return out;
}

void append(Encoding& encoding, const Encoding& other) {
  std::vector<Encoding> overflowing;
  const auto combine = [&](const Encoding& a, const Encoding& b) {
    Encoding both = slice(a, 0, a.size());
    append(both, slice(b, 0, b.size()));
    overflowing.push_back(std::move(both));
  };
  for (const Encoding& piece : encoding.overflowing) {
    combine(piece, other);
    for (const Encoding& other_piece : other.overflowing) combine(piece, other_piece);
  }
  for (const Encoding& other_piece : other.overflowing) combine(encoding, other_piece);

  append_runs(encoding.runs, other.runs, 0, other.size());
  for_each_column(encoding, other, [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); });
  encoding.overflowing = std::move(overflowing);
}

void append(Encoding& encoding, Encoding&& other) {
  if (encoding.size() >= other.size() || !encoding.overflowing.empty() || !other.overflowing.empty()) {
    return append(encoding, std::as_const(other));
  }
  append_runs(encoding.runs, other.runs, 0, other.size());
  other.runs = std::move(encoding.runs);
  for_each_column(encoding, other, [](const auto& from, auto& to) { to.insert(to.begin(), from.begin(), from.end()); });
  other.tokens_total = encoding.tokens_total;
  encoding = std::move(other);
}

void truncate(Encoding& encoding, std::int64_t max_length, std::int64_t stride, Direction direction,
              bool keep_overflow) {
  const auto size = static_cast<std::int64_t>(encoding.size());
  if (max_length >= size) return;
  if (max_length > 0 && (stride < 0 || stride >= max_length)) {
    fail(ErrorCode::kInvalidArgument, "truncation stride is ", stride, ", expected 0 to ", max_length - 1,
         ": less than the ", max_length, " tokens that remain of a text beside special tokens");
  }
  const std::int64_t step = std::max<std::int64_t>(max_length - stride, 1);
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
  if (max_length == 0) {
    ranges = {{0, 0}, {0, size}};
  } else if (direction == Direction::kRight) {
    for (std::int64_t begin = 0;; begin += step) {
      ranges.emplace_back(begin, std::min(begin + max_length, size));
      if (ranges.back().second == size) break;
    }
  } else {
    for (std::int64_t end = size;; end -= step) {
      ranges.emplace_back(std::max<std::int64_t>(end - max_length, 0), end);
      if (ranges.back().first == 0) break;
    }
  }
  Encoding first;
  for (const auto& [begin, end] : ranges) {
    Encoding piece = slice(encoding, static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
    if (begin == ranges[0].first && end == ranges[0].second) {
      first = std::move(piece);
      if (!keep_overflow) break;
    } else {
      first.overflowing.push_back(std::move(piece));
    }
  }
  first.tokens_total = encoding.tokens_total;
  encoding = std::move(first);
}

std::int64_t padded_length(const Padding& padding, std::int64_t longest) {
  if (padding.multiple_of < 1)
    fail(ErrorCode::kInvalidArgument, "padding to a multiple of ", padding.multiple_of, ": expected 1 or more");
  const std::int64_t length = padding.length > 0 ? padding.length : longest;
  const std::int64_t rest = length % padding.multiple_of;
  return rest == 0 ? length : length + padding.multiple_of - rest;
}

void pad(Encoding& encoding, std::int64_t length, const Padding& padding) {
  for (Encoding& piece : encoding.overflowing) pad(piece, length, padding);
  const auto missing = length - static_cast<std::int64_t>(encoding.size());
  if (missing <= 0) return;
  const bool left = padding.direction == Direction::kLeft;
  const auto fill = [&](auto& values, const auto& value) {
    values.insert(left ? values.begin() : values.end(), static_cast<std::size_t>(missing), value);
  };
  if (!encoding.tokens.empty() || encoding.ids.empty()) fill(encoding.tokens, padding.token);
  fill(encoding.ids, padding.id);
  fill(encoding.offsets, Offset{0, 0});
  fill(encoding.word_ids, -1);
  const std::vector<Encoding::Run> runs = std::exchange(encoding.runs, {});
  const auto put_padding = [&] {
    append_run(encoding.runs, static_cast<std::size_t>(missing),
               {.type_id = padding.type_id, .sequence_id = -1, .special = true, .attention = false});
  };
  if (left) put_padding();
  append_runs(encoding.runs, runs, 0, encoding.size());
  if (!left) put_padding();
}

void truncate(Encoding& first, Encoding* second, std::int64_t max_length, const Truncation& truncation,
              bool keep_overflow) {
  const auto cut = [&](Encoding& encoding, std::int64_t length) {
    truncate(encoding, length, truncation.stride, truncation.direction, keep_overflow);
  };
  auto n1 = static_cast<std::int64_t>(first.size());
  auto n2 = second == nullptr ? 0 : static_cast<std::int64_t>(second->size());
  if (max_length == 0) {
    cut(first, 0);
    if (second != nullptr) cut(*second, 0);
    return;
  }
  const std::int64_t excess = n1 + n2 - max_length;
  if (excess <= 0) return;
  if (truncation.strategy == TruncationStrategy::kLongestFirst) {
    if (second == nullptr) return cut(first, max_length);
    // The longer text gives way until both are equal, then both do.
    const bool swapped = n1 > n2;
    if (swapped) std::swap(n1, n2);
    n2 = n1 > max_length ? n1 : std::max(n1, max_length - n1);
    if (n1 + n2 > max_length) {
      n1 = max_length / 2;
      n2 = n1 + max_length % 2;
    }
    if (swapped) std::swap(n1, n2);
    cut(first, n1);
    cut(*second, n2);
    return;
  }
  const bool only_first = truncation.strategy == TruncationStrategy::kOnlyFirst;
  Encoding* const target = only_first ? &first : second;
  if (target == nullptr) {
    fail(ErrorCode::kInvalidArgument, "truncation only_second needs a second text");
  }
  const std::int64_t length = only_first ? n1 : n2;
  if (length <= excess) {
    fail(ErrorCode::kInvalidArgument, "truncation ", only_first ? "only_first" : "only_second", ": ", excess,
         " tokens would have to go, and that text has ", length);
  }
  cut(*target, length - excess);
}

}  // namespace sememe
