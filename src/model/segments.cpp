#include "model/segments.h"

#include <algorithm>
#include <numeric>

#include "base/fail.h"

namespace sememe {
namespace {

[[noreturn]] void fail_too_long(std::int64_t total, const SegmentOptions& options) {
  fail(ErrorCode::kInvalidArgument, "has ", total, " tokens, more than the ", options.max_tokens,
       " that are read; shorten it, or let long texts be cut or split into windows");
}

/// For a static model. Its windows, weighted by their tokens, would have the mean of the whole: there are none.
void add_bag(const Tokenizer& tokenizer, std::string_view text, const SegmentOptions& options,
             SegmentMaker::Part& part) {
  const auto before = static_cast<std::ptrdiff_t>(part.ids.size());
  tokenizer.encode_ids(text, part.ids, {.add_special_tokens = false});
  if (options.leave_out)
    part.ids.erase(std::remove(part.ids.begin() + before, part.ids.end(), *options.leave_out), part.ids.end());
  const std::int64_t total = std::ssize(part.ids) - before;
  if (total > options.max_tokens && options.on_long == OnLong::kError) fail_too_long(total, options);
  const std::int64_t used = options.on_long == OnLong::kTruncate ? std::min(total, options.max_tokens) : total;
  part.ids.resize(static_cast<std::size_t>(before + used));
  part.lengths.push_back(used);
  part.counts.push_back(1);
  part.stats.push_back({static_cast<std::int32_t>(total), static_cast<std::int32_t>(used)});
}

void add_text(const Tokenizer& tokenizer, std::string_view text, const SegmentOptions& options,
              SegmentMaker::Part& part) {
  if (options.bag) return add_bag(tokenizer, text, options, part);
  const Truncation truncation{.max_length = options.max_tokens};
  const std::size_t before = part.ids.size();
  const std::int64_t total = tokenizer.encode_ids(text, part.ids, {.truncation = truncation});
  const auto used = static_cast<std::int64_t>(part.ids.size() - before);
  if (total <= used || options.on_long == OnLong::kTruncate) {
    part.lengths.push_back(used);
    part.counts.push_back(1);
    part.stats.push_back({static_cast<std::int32_t>(total), static_cast<std::int32_t>(used)});
    return;
  }
  if (options.on_long == OnLong::kError) fail_too_long(total, options);
  part.ids.resize(before);
  const Encoding encoding = tokenizer.encode(text, {.truncation = truncation, .keep_overflow = true});
  const auto add_window = [&](const Encoding& window) {
    part.ids.insert(part.ids.end(), window.ids.begin(), window.ids.end());
    part.lengths.push_back(static_cast<std::int64_t>(window.size()));
  };
  add_window(encoding);
  for (const Encoding& window : encoding.overflowing) add_window(window);
  part.counts.push_back(1 + static_cast<std::int64_t>(encoding.overflowing.size()));
  part.stats.push_back({static_cast<std::int32_t>(total), static_cast<std::int32_t>(total)});
}

}  // namespace

SegmentMaker::SegmentMaker(const Tokenizer& tokenizer, std::span<const std::string_view> texts, SegmentOptions options)
    : tokenizer_(&tokenizer),
      texts_(texts),
      options_(std::move(options)),
      parts_((texts.size() + kTextsPerJob - 1) / kTextsPerJob) {}

void SegmentMaker::run(std::int64_t job) {
  const std::size_t begin = static_cast<std::size_t>(job) * kTextsPerJob;
  const std::size_t end = std::min(begin + kTextsPerJob, texts_.size());
  std::string prompted;
  for (std::size_t i = begin; i < end; ++i) {
    std::string_view text = texts_[i];
    if (!options_.prompt.empty()) text = prompted.assign(options_.prompt).append(text);
    try {
      add_text(*tokenizer_, text, options_, parts_[static_cast<std::size_t>(job)]);
    } catch (const Error& e) {
      fail(e.code(), "text ", options_.first_text + static_cast<std::int64_t>(i), ": ", e.what());
    }
  }
}

Segments SegmentMaker::finish() {
  Segments all;
  all.offsets.push_back(0);
  all.first.push_back(0);
  for (const Part& part : parts_) {
    all.ids.insert(all.ids.end(), part.ids.begin(), part.ids.end());
    for (const std::int64_t length : part.lengths) all.offsets.push_back(all.offsets.back() + length);
    for (const std::int64_t count : part.counts) all.first.push_back(all.first.back() + count);
    all.stats.insert(all.stats.end(), part.stats.begin(), part.stats.end());
  }
  return all;
}

Segments make_segments(const Tokenizer& tokenizer, std::span<const std::string_view> texts,
                       const SegmentOptions& options, ThreadPool& pool) {
  SegmentMaker maker(tokenizer, texts, options);
  pool.run(maker.jobs(), [&](std::int64_t job, int) { maker.run(job); });
  return maker.finish();
}

std::vector<std::vector<std::int64_t>> make_groups(const Segments& segments, std::int64_t limit, std::int64_t threads) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(segments.count()));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t a, std::int64_t b) { return segments.length(a) > segments.length(b); });
  std::int64_t full = 0, room = -1;  // groups that are filled to the limit
  for (const std::int64_t s : order) {
    if (segments.length(s) > room) {
      ++full;
      room = limit;
    }
    room = std::max<std::int64_t>(0, room - segments.length(s));
  }
  std::int64_t left = (full + threads - 1) / threads * threads, tokens = segments.offsets.back(), used = 0;
  double share = 0;  // of what is left, for each group that is left
  std::vector<std::vector<std::int64_t>> groups;
  for (const std::int64_t s : order) {
    const std::int64_t length = segments.length(s);
    if (groups.empty() || used + length > limit ||
        static_cast<double>(used) + static_cast<double>(length) / 2 > share) {
      groups.emplace_back();
      share = static_cast<double>(tokens) / static_cast<double>(std::max<std::int64_t>(1, left--));
      used = 0;
    }
    groups.back().push_back(s);
    used += length;
    tokens -= length;
  }
  return groups;
}

}  // namespace sememe
