#include "tokenize/normalized_string.h"

#include <algorithm>
#include <cstddef>

#include "base/fail.h"
#include "io/utf8.h"

namespace sememe {
namespace {

constexpr std::size_t kMostGrowth = 64, kSlack = 1 << 16;

std::size_t to_size(std::int32_t value) { return static_cast<std::size_t>(value); }

[[noreturn]] void fail_growth(std::size_t most) {
  fail(ErrorCode::kUnsupported, "a text becomes longer than ", most, " bytes, 64 times what it was, when it is ",
       "normalized; a normalizer of this tokenizer is broken");
}

}  // namespace

void NormalizedString::assign(std::string_view original, std::int32_t shift) {
  text_ = original;
  shift_ = shift;
  most_ = std::min<std::size_t>(original.size() * kMostGrowth + kSlack, INT32_MAX);
  last_span_ = 0;
  spans_.clear();
  if (!original.empty()) spans_.push_back({0, 0, kParallel});
}

std::size_t NormalizedString::span_at(std::int32_t at) const {
  std::size_t span = last_span_;
  if (span < spans_.size() && spans_[span].begin <= at) {
    for (int steps = 0; steps < 8; ++steps, ++span) {
      if (at < end_of(span)) return last_span_ = span;
    }
  }
  const auto after = std::upper_bound(spans_.begin(), spans_.end(), at,
                                      [](std::int32_t value, const Span& item) { return value < item.begin; });
  return last_span_ = static_cast<std::size_t>(after - spans_.begin()) - 1;
}

Offset NormalizedString::range_from(std::int32_t at, std::size_t span) const {
  const Span& s = spans_[span];
  if (!s.parallel()) return {s.from, s.to};
  const std::int32_t begin = s.from + (at - s.begin);
  return {begin, begin + decode_utf8(text_, to_size(at)).length};
}

Offset NormalizedString::range_to(std::int32_t at, std::size_t span) const {
  const Span& s = spans_[span];
  if (!s.parallel()) return {s.from, s.to};
  const std::int32_t end = s.from + (at + 1 - s.begin);
  std::int32_t first = at;
  while (first > s.begin && is_utf8_continuation(text_[to_size(first)])) --first;
  return {end - (at + 1 - first), end};
}

Offset NormalizedString::original(std::int32_t begin, std::int32_t end) const {
  const std::size_t first = spans_.size() == 1 ? 0 : span_at(begin);
  const std::size_t last = spans_.size() == 1 || end <= end_of(first) ? first : span_at(end - 1);
  const Span &b = spans_[first], &e = spans_[last];
  return {shift_ + (b.parallel() ? b.from + (begin - b.begin) : b.from),
          shift_ + (e.parallel() ? e.from + (end - e.begin) : e.to)};
}

void NormalizedString::narrow(std::int32_t begin, std::int32_t end) {
  if (begin == 0 && end == size()) return;
  if (begin == end) {
    text_ = {};
    spans_.clear();
    return;
  }
  const std::size_t first = span_at(begin), last = span_at(end - 1);
  spans_.erase(spans_.begin() + static_cast<std::ptrdiff_t>(last) + 1, spans_.end());
  spans_.erase(spans_.begin(), spans_.begin() + static_cast<std::ptrdiff_t>(first));
  if (spans_[0].parallel()) spans_[0].from += begin - spans_[0].begin;
  spans_[0].begin = begin;
  for (Span& span : spans_) span.begin -= begin;
  text_ = text_.substr(to_size(begin), to_size(end - begin));
  last_span_ = 0;
}

NormalizedString::Draft& NormalizedString::draft() {
  next_.text.clear();
  next_.alignment.clear();
  next_spans_.clear();
  return next_;
}

void NormalizedString::accept_draft() {
  const auto original_begin = [this](std::int32_t at) {
    if (at < size()) return range_from(at, span_at(at)).begin;
    return at == 0 ? 0 : range_to(at - 1, span_at(at - 1)).end;
  };
  std::string text;
  text.swap(next_.text);
  for (std::size_t at = 0; at < text.size(); ++at) {
    const Offset range = next_.alignment[at];
    const std::int32_t from = original_begin(range.begin), to = original_begin(range.end);
    const bool one_for_one = to - from == 1 && static_cast<unsigned char>(text[at]) < 0x80;
    append_span(from, one_for_one ? kParallel : to);
    next_.text.push_back(text[at]);
  }
  accept_next();
}

void NormalizedString::append_span(std::int32_t from, std::int32_t to) {
  if (next_.text.size() > most_) fail_growth(most_);
  const auto begin = static_cast<std::int32_t>(next_.text.size());
  if (!next_spans_.empty()) {
    const Span& last = next_spans_.back();
    if (last.to == to && (to == kParallel ? last.from + (begin - last.begin) : last.from) == from) return;
  }
  next_spans_.push_back({begin, from, to});
}

void NormalizedString::accept_next() {
  if (next_.text.size() > most_) fail_growth(most_);
  owned_.swap(next_.text);
  spans_.swap(next_spans_);
  text_ = owned_;
  last_span_ = 0;
}

Rewriter::Rewriter(NormalizedString& string) : string_(string) { string_.draft(); }

Offset Rewriter::next_alignment() const {
  while (string_.end_of(next_span_) <= at_) ++next_span_;
  return string_.range_from(at_, next_span_);
}

Offset Rewriter::last_alignment() const {
  if (at_ == 0) return {0, 0};
  while (string_.end_of(last_span_) < at_) ++last_span_;
  return string_.range_to(at_ - 1, last_span_);
}

void Rewriter::flush() {
  if (kept_ < at_) {
    while (string_.end_of(kept_span_) <= kept_) ++kept_span_;
    while (kept_ < at_) {
      const NormalizedString::Span& span = string_.spans_[kept_span_];
      const std::int32_t end = std::min(at_, string_.end_of(kept_span_));
      string_.append_span(span.parallel() ? span.from + (kept_ - span.begin) : span.from, span.to);
      string_.next_.text.append(string_.text_, to_size(kept_), to_size(end - kept_));
      kept_ = end;
      if (kept_ < at_) ++kept_span_;
    }
  }
  changed_ = true;
}

void Rewriter::skip_to(std::int32_t end) {
  if (end == at_) return;
  flush();
  at_ = kept_ = end;
}

void Rewriter::replace(char32_t c) {
  const Offset alignment = next_alignment();
  const int length = next_length();
  flush();
  const bool same_length = utf8_length(c) == length && alignment.end - alignment.begin == length;
  string_.append_span(alignment.begin, same_length ? NormalizedString::kParallel : alignment.end);
  append_utf8(string_.next_.text, c);
  at_ += length;
  kept_ = at_;
}

void Rewriter::put(char32_t c, Offset alignment) {
  flush();
  string_.append_span(alignment.begin, alignment.end);
  append_utf8(string_.next_.text, c);
  kept_ = at_;
}

void Rewriter::put(std::string_view text, Offset alignment) {
  flush();
  if (text.empty()) return;
  string_.append_span(alignment.begin, alignment.end);
  string_.next_.text.append(text);
}

std::span<char> Rewriter::keep_for_change(std::int32_t end) {
  const std::size_t length = to_size(end - at_);
  at_ = end;
  flush();
  std::string& text = string_.next_.text;
  return {text.data() + (text.size() - length), length};
}

void Rewriter::commit() {
  if (!changed_ && done()) return;
  flush();
  string_.accept_next();
}

}  // namespace sememe
