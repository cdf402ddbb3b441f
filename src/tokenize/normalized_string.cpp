#include "tokenize/normalized_string.h"

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "base/fail.h"
#include "io/utf8.h"

namespace sememe {
namespace {

constexpr std::size_t kMostGrowth = 64, kSlack = 1 << 16;
constexpr std::size_t kMostKept = 1 << 16;  // bytes or spans, from one text to the next

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

void NormalizedString::release() {
  text_ = {};
  const auto forget_if_large = [](auto& buffer) {
    if (buffer.capacity() > kMostKept) std::remove_reference_t<decltype(buffer)>().swap(buffer);
  };
  forget_if_large(owned_);
  forget_if_large(next_text_);
  forget_if_large(spans_);
  forget_if_large(next_spans_);
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
  const int length = s.parallel() ? decode_utf8(text_, to_size(at)).length : 1;
  return {s.begin_of(at), s.end_of(at + length)};
}

Offset NormalizedString::range_to(std::int32_t at, std::size_t span) const {
  const Span& s = spans_[span];
  std::int32_t first = at;
  while (s.parallel() && first > s.begin && is_utf8_continuation(text_[to_size(first)])) --first;
  return {s.begin_of(first), s.end_of(at + 1)};
}

Offset NormalizedString::original(std::int32_t begin, std::int32_t end) const {
  const std::size_t first = spans_.size() == 1 ? 0 : span_at(begin);
  const std::size_t last = spans_.size() == 1 || end <= end_of(first) ? first : span_at(end - 1);
  return {shift_ + spans_[first].begin_of(begin), shift_ + spans_[last].end_of(end)};
}

void NormalizedString::narrow(std::int32_t begin, std::int32_t end) {
  if (begin == 0 && end == size()) return;
  if (begin == end) {
    text_ = {};
    spans_.clear();
    return;
  }
  if (spans_.size() == 1 && spans_[0].parallel()) {
    spans_[0].from += begin;
    text_ = text_.substr(to_size(begin), to_size(end - begin));
    return;
  }
  const std::size_t first = span_at(begin), last = span_at(end - 1);
  start_next();
  for (std::size_t span = first; span <= last; ++span) {
    copy_to_next(spans_[span], std::max(begin, spans_[span].begin), std::min(end, end_of(span)));
  }
  accept_next();
}

void NormalizedString::start_next() {
  next_text_.clear();
  next_spans_.clear();
}

void NormalizedString::append_span(std::int32_t from, std::int32_t to) {
  if (next_text_.size() > most_) fail_growth(most_);
  const auto begin = static_cast<std::int32_t>(next_text_.size());
  if (!next_spans_.empty() && next_spans_.back().to == to && next_spans_.back().goes_on(begin, from)) return;
  settle_last_span();
  next_spans_.push_back({begin, from, to});
}

/// Makes units of the last span and the one before, if they can be that.
void NormalizedString::settle_last_span() {
  if (next_spans_.size() < 2) return;
  const Span& last = next_spans_.back();
  Span& before = next_spans_[next_spans_.size() - 2];
  const std::int32_t width = static_cast<std::int32_t>(next_text_.size()) - last.begin, source = last.to - last.from;
  if (!last.one() || width < 1 || width > kMostInUnit || source < 1 || source > kMostInUnit) return;
  const std::int32_t kind = units(width, source, false);
  if (before.one() ? before.to == last.from && before.from == last.from - source && before.begin == last.begin - width
                   : before.to == kind && before.goes_on(last.begin, last.from)) {
    before.to = kind;
    next_spans_.pop_back();
  }
}

/// Appends bytes [begin, end) of `span` to the next form.
void NormalizedString::copy_to_next(const Span& span, std::int32_t begin, std::int32_t end) {
  const auto copy = [&](std::int32_t until, std::int32_t from, std::int32_t to) {
    append_span(from, to);
    next_text_.append(text_, to_size(begin), to_size(until - begin));
    begin = until;
  };
  if (span.parallel() || span.one()) return copy(end, span.begin_of(begin), span.to);
  // Of the unit that is cut, what remains.
  const std::int32_t next_unit = span.begin + (begin - span.begin + span.width() - 1) / span.width() * span.width();
  while (begin < std::min(next_unit, end)) copy(begin + 1, span.begin_of(begin), span.end_of(begin + 1));
  if (begin < end) copy(end, span.begin_of(begin), span.to);
}

void NormalizedString::accept_next() {
  if (next_text_.size() > most_) fail_growth(most_);
  owned_.swap(next_text_);
  spans_.swap(next_spans_);
  text_ = owned_;
  last_span_ = 0;
}

OriginWriter::OriginWriter(NormalizedString& string) : string_(string) { string_.start_next(); }

void OriginWriter::append(std::string_view part, std::size_t from) {
  std::string& text = string_.next_text_;
  const auto place = static_cast<std::int32_t>(from);
  if (!open_ || place != from_) {
    close_group(place);
    if (text.size() > string_.most_) fail_growth(string_.most_);
    begin_ = static_cast<std::int32_t>(text.size());
    from_ = place;
    open_ = true;
  }
  text.append(part);
}

/// What comes from the last place is known to come from what is up to `to`.
void OriginWriter::close_group(std::int32_t to) {
  if (!open_) return;
  open_ = false;
  std::vector<NormalizedString::Span>& spans = string_.next_spans_;
  const std::int32_t width = static_cast<std::int32_t>(text().size()) - begin_, source = to - from_;
  constexpr std::int32_t kMost = NormalizedString::kMostInUnit;
  if (width <= kMost && source >= 1 && source <= kMost) {
    const bool same = width == 1 && source == 1 && static_cast<unsigned char>(text()[to_size(begin_)]) < 0x80;
    const std::int32_t kind = same ? NormalizedString::kParallel : NormalizedString::units(width, source, true);
    if (spans.empty() || spans.back().to != kind || !spans.back().goes_on(begin_, from_))
      spans.push_back({begin_, from_, kind});
    return;
  }
  if (width > 1) spans.push_back({begin_, from_, from_});
  spans.push_back({begin_ + width - 1, from_, to});
}

std::size_t OriginWriter::truncate(std::size_t size) {
  const auto end = static_cast<std::int32_t>(size);
  string_.next_text_.resize(size);
  if (open_ && end >= begin_) {
    open_ = end > begin_;
    return to_size(from_);
  }
  std::vector<NormalizedString::Span>& spans = string_.next_spans_;
  while (spans.back().begin > end) spans.pop_back();
  const NormalizedString::Span& last = spans.back();
  from_ = last.begin_of(end);
  // Of a unit that is cut the rest comes from a place of its own.
  const std::int32_t rest = last.parallel() || last.one() ? 0 : (end - last.begin) % last.width();
  open_ = rest > 0;
  begin_ = end - rest;
  if (last.begin == begin_) spans.pop_back();
  return to_size(from_);
}

void OriginWriter::finish(std::size_t end) {
  close_group(static_cast<std::int32_t>(end));
  string_.accept_next();
}

Rewriter::Rewriter(NormalizedString& string) : string_(string) { string_.start_next(); }

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
      const std::int32_t end = std::min(at_, string_.end_of(kept_span_));
      string_.copy_to_next(string_.spans_[kept_span_], kept_, end);
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
  append_utf8(string_.next_text_, c);
  at_ += length;
  kept_ = at_;
}

void Rewriter::put(char32_t c, Offset alignment) {
  flush();
  string_.append_span(alignment.begin, alignment.end);
  append_utf8(string_.next_text_, c);
  kept_ = at_;
}

void Rewriter::put(std::string_view text, Offset alignment) {
  flush();
  if (text.empty()) return;
  string_.append_span(alignment.begin, alignment.end);
  string_.next_text_.append(text);
}

std::span<char> Rewriter::keep_for_change(std::int32_t end) {
  const std::size_t length = to_size(end - at_);
  at_ = end;
  flush();
  std::string& text = string_.next_text_;
  return {text.data() + (text.size() - length), length};
}

void Rewriter::commit() {
  if (!changed_ && done()) return;
  flush();
  string_.accept_next();
}

}  // namespace sememe
