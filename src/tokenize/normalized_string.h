#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/utf8.h"
#include "sememe/tokenizer.h"

namespace sememe {

/// A piece of text on its way through the normalizers: its present form, and the way back to the original. As long as
/// nothing changed it only borrows the original; what a step leaves alone is copied in whole stretches or not at all.
///
/// Threads  belongs to one at a time, const functions as well (the last lookup is remembered).
/// Errors   kUnsupported from the functions that change it: the text grows beyond 64 times the original.
/// Source   the alignment rules of Hugging Face tokenizers' NormalizedString: what replaces a character has that
///          character's range; what is inserted has the range of the byte before it.
class NormalizedString {
 public:
  NormalizedString() = default;
  NormalizedString(const NormalizedString&) = delete;
  NormalizedString& operator=(const NormalizedString&) = delete;

  /// Starts over with `original`, which begins at byte `shift` of the whole text and must outlive this object.
  void assign(std::string_view original, std::int32_t shift);

  /// Lets go of the text, and of memory that only long ones need; assign() comes next.
  void release();

  std::string_view text() const { return text_; }
  std::int32_t size() const { return static_cast<std::int32_t>(text_.size()); }

  /// Leaves only bytes [begin, end) of the text; both on code point boundaries.
  void narrow(std::int32_t begin, std::int32_t end);

  /// Range in the whole original text of bytes [begin, end) of text(); both on code point boundaries, begin < end.
  Offset original(std::int32_t begin, std::int32_t end) const;

 private:
  friend class Rewriter;
  friend class OriginWriter;

  /// A stretch of text up to the begin of the next one, of one of three kinds.
  ///   parallel  its characters stand in the original as they stand here, one after another and each as long;
  ///   one       each character comes from the same [from, to);
  ///   units     every `width` bytes come from the next `source` bytes of the original: each of them from all of those,
  ///             or (last_only) the last of them alone and those before from the empty range at the begin.
  /// Long runs of what a step writes in another way, as spaces, are units: else they would fill the memory.
  struct Span {
    std::int32_t begin, from, to;

    bool parallel() const { return to == kParallel; }
    bool one() const { return to >= 0; }
    std::int32_t width() const { return (kParallel - 1 - to) >> 9; }
    std::int32_t source() const { return (kParallel - 1 - to) >> 1 & 0xFF; }
    bool last_only() const { return ((kParallel - 1 - to) & 1) != 0; }

    /// Begin of what byte `at` comes from, and end of what bytes before `end` come from.
    std::int32_t begin_of(std::int32_t at) const {
      if (parallel()) return from + (at - begin);
      return one() ? from : from + (at - begin) / width() * source();
    }
    std::int32_t end_of(std::int32_t end) const {
      if (parallel()) return from + (end - begin);
      return one() ? to : from + (end - begin + (last_only() ? 0 : width() - 1)) / width() * source();
    }
    /// Whether it goes on at byte `at` with what comes from `source_at`.
    bool goes_on(std::int32_t at, std::int32_t source_at) const {
      if (one()) return source_at == from;
      return begin_of(at) == source_at && (parallel() || (at - begin) % width() == 0);
    }
  };
  static constexpr std::int32_t kParallel = -1, kMostInUnit = 0xFF;
  static constexpr std::int32_t units(std::int32_t width, std::int32_t source, bool last_only) {
    return kParallel - 1 - (width << 9 | source << 1 | (last_only ? 1 : 0));
  }

  std::int32_t end_of(std::size_t span) const { return span + 1 < spans_.size() ? spans_[span + 1].begin : size(); }
  std::size_t span_at(std::int32_t at) const;  ///< the one that byte `at` belongs to
  /// Of the character whose first byte is `at`, or whose last byte is `at`; `span` is span_at(at).
  Offset range_from(std::int32_t at, std::size_t span) const;
  Offset range_to(std::int32_t at, std::size_t span) const;
  void start_next();
  void append_span(std::int32_t from, std::int32_t to);  ///< for what will be appended to next_text_
  void settle_last_span();
  void copy_to_next(const Span& span, std::int32_t begin, std::int32_t end);
  void accept_next();

  std::string_view text_;
  std::int32_t shift_ = 0;
  std::size_t most_ = 0;  // bytes that any form may have
  std::vector<Span> spans_, next_spans_;
  std::string owned_, next_text_;
  mutable std::size_t last_span_ = 0;
};

/// Writes the next form of a NormalizedString that is still its original, for a normalizer that knows of each byte
/// where it comes from alone. Such places ascend; what a byte comes from ends where the next byte comes from, so that
/// of bytes with one place only the last has a range that is not empty.
class OriginWriter {
 public:
  explicit OriginWriter(NormalizedString& string);

  const std::string& text() const { return string_.next_text_; }
  /// Precondition: `part` is not empty.
  void append(std::string_view part, std::size_t from);
  void append(char c, std::size_t from) { append(std::string_view(&c, 1), from); }
  /// Takes back what is after `size` bytes. Returns where the first of it came from. Precondition: size <
  /// text().size().
  std::size_t truncate(std::size_t size);
  /// Puts the new form into force; `end` of the text that was read.
  void finish(std::size_t end);

 private:
  void close_group(std::int32_t to);

  NormalizedString& string_;
  std::int32_t begin_ = 0, from_ = 0;  // of the bytes that come from the last place, unless there are none
  bool open_ = false;
};

/// One pass over a NormalizedString, front to back, that builds its next form. Nothing is visible until commit(); what
/// was not consumed by then is gone. If everything was kept, commit() does nothing.
class Rewriter {
 public:
  explicit Rewriter(NormalizedString& string);

  bool done() const { return at_ == string_.size(); }
  char32_t peek() const { return decode_utf8(string_.text_, static_cast<std::size_t>(at_)).value; }
  std::int32_t position() const { return at_; }
  /// How many bytes the next form has so far.
  std::int32_t written() const { return static_cast<std::int32_t>(string_.next_text_.size()) + (at_ - kept_); }
  /// Range of the next code point; of the one before (0, 0 at the start).
  Offset next_alignment() const;
  Offset last_alignment() const;

  void skip() { skip_to(at_ + next_length()); }          ///< drops the next code point
  void keep() { at_ += next_length(); }                  ///< copies it
  void skip_to(std::int32_t end);                        ///< drops what is before `end`
  void keep_to(std::int32_t end) { at_ = end; }          ///< copies it
  void replace(char32_t c);                              ///< puts c in the place of the next code point
  void insert(char32_t c) { put(c, last_alignment()); }  ///< puts c after what was consumed so far
  void put(char32_t c, Offset alignment);                ///< puts c with a range of the caller's choice
  void put(std::string_view text, Offset alignment);     ///< every code point of `text` has that range
  /// Copies what is before `end` for the caller to change at once, characters to others of the same length.
  std::span<char> keep_for_change(std::int32_t end);

  void commit();

 private:
  int next_length() const { return decode_utf8(string_.text_, static_cast<std::size_t>(at_)).length; }
  void flush();

  NormalizedString& string_;
  std::int32_t at_ = 0;
  std::int32_t kept_ = 0;  // [kept_, at_) is to be copied: put off until something else changes
  bool changed_ = false;
  std::size_t kept_span_ = 0;                          // not after the one that kept_ belongs to
  mutable std::size_t next_span_ = 0, last_span_ = 0;  // the same for at_ and at_ - 1
};

}  // namespace sememe
