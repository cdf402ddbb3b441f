#include "tokenize/encoding_ops.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/fail.h"

namespace sememe {
namespace {

/// member of each token's run.
template <class T, class Member>
std::vector<T> spread(const Encoding::Runs& runs, Member Encoding::Run::*member) {
  std::vector<T> out;
  out.reserve(runs.empty() ? 0 : runs.back().end);
  for (const Encoding::Run& run : runs) out.resize(run.end, static_cast<T>(run.*member));
  return out;
}

}  // namespace

void Encoding::Runs::push_back(const Run& run) {
  if (more_.empty() && count_ < first_.size()) {
    first_[count_++] = run;
  } else {
    if (more_.empty()) more_.assign(first_.begin(), first_.end());
    more_.push_back(run);
  }
}

const Encoding::Run& Encoding::run(std::size_t i) const {
  return *std::upper_bound(runs.begin(), runs.end(), i, [](std::size_t at, const Run& r) { return at < r.end; });
}
std::vector<std::int32_t> Encoding::type_ids() const { return spread<std::int32_t>(runs, &Run::type_id); }
std::vector<std::int32_t> Encoding::sequence_ids() const { return spread<std::int32_t>(runs, &Run::sequence_id); }
std::vector<std::uint8_t> Encoding::special() const { return spread<std::uint8_t>(runs, &Run::special); }
std::vector<std::uint8_t> Encoding::attention() const { return spread<std::uint8_t>(runs, &Run::attention); }

void append_run(Encoding::Runs& runs, std::size_t count, Encoding::Run run) {
  if (count == 0) return;
  const auto kind = [](const Encoding::Run& r) { return std::tie(r.type_id, r.sequence_id, r.special, r.attention); };
  run.end = (runs.empty() ? 0 : runs.back().end) + count;
  if (!runs.empty() && kind(runs.back()) == kind(run)) {
    runs.back().end = run.end;
  } else {
    runs.push_back(run);
  }
}

void append_runs(Encoding::Runs& runs, const Encoding::Runs& from, std::size_t begin, std::size_t end) {
  for (const Encoding::Run& run : from) {
    const std::size_t stop = std::min(run.end, end);
    if (stop <= begin) continue;
    append_run(runs, stop - begin, run);
    begin = stop;
  }
}

void append_token(Encoding& encoding, std::int32_t id, Offset offset, std::int32_t type_id, std::int32_t word_id,
                  std::int32_t sequence_id, bool special) {
  encoding.add(id, offset, word_id);
  append_run(encoding.runs, 1, {.type_id = type_id, .sequence_id = sequence_id, .special = special});
}

Encoding slice(const Encoding& encoding, std::size_t begin, std::size_t end) {
  Encoding out;
  out.append(encoding, begin, end);
  append_runs(out.runs, encoding.runs, begin, end);
  if (!encoding.tokens.empty()) {
    const auto at = [&](std::size_t i) { return encoding.tokens.begin() + static_cast<std::ptrdiff_t>(i); };
    out.tokens.assign(at(begin), at(end));
  }
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
  encoding.append(other, 0, other.size());
  encoding.tokens.insert(encoding.tokens.end(), other.tokens.begin(), other.tokens.end());
  encoding.overflowing = std::move(overflowing);
}

void append(Encoding& encoding, Encoding&& other) {
  if (encoding.size() >= other.size() || !encoding.overflowing.empty() || !other.overflowing.empty()) {
    return append(encoding, std::as_const(other));
  }
  append_runs(encoding.runs, other.runs, 0, other.size());
  other.runs = std::move(encoding.runs);
  other.insert(0, encoding.size());
  std::copy(encoding.ids.begin(), encoding.ids.end(), other.ids.begin());
  std::copy(encoding.offsets.begin(), encoding.offsets.end(), other.offsets.begin());
  std::copy(encoding.word_ids.begin(), encoding.word_ids.end(), other.word_ids.begin());
  other.tokens.insert(other.tokens.begin(), encoding.tokens.begin(), encoding.tokens.end());
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
  const auto count = static_cast<std::size_t>(missing), first = left ? 0 : encoding.size();
  if (!encoding.tokens.empty() || encoding.ids.empty())
    encoding.tokens.insert(left ? encoding.tokens.begin() : encoding.tokens.end(), count, padding.token);
  encoding.reserve(static_cast<std::size_t>(length));
  encoding.insert(first, count);
  std::fill_n(encoding.ids.begin() + first, count, padding.id);
  std::fill_n(encoding.offsets.begin() + first, count, Offset{0, 0});
  std::fill_n(encoding.word_ids.begin() + first, count, -1);
  const Encoding::Runs runs = std::exchange(encoding.runs, Encoding::Runs());
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
