#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/utf8.h"
#include "sememe/tokenizer.h"

namespace sememe {

/// A piece of text on its way through the normalizers: its present form, and for each byte of it the bytes of the
/// original that it came from. As long as nothing changed it only borrows the original.
///
/// Source  the alignment rules of Hugging Face tokenizers' NormalizedString: what replaces a character has that
///         character's range; what is inserted has the range of the byte before it.
class NormalizedString {
 public:
  NormalizedString() = default;
  NormalizedString(const NormalizedString&) = delete;
  NormalizedString& operator=(const NormalizedString&) = delete;

  /// Starts over with `original`, which begins at byte `shift` of the whole text and must outlive this object.
  void assign(std::string_view original, std::int32_t shift);

  std::string_view text() const { return text_; }
  std::int32_t size() const { return static_cast<std::int32_t>(text_.size()); }

  /// Range in the whole original text of bytes [begin, end) of text(); both on code point boundaries, begin < end.
  Offset original(std::int32_t begin, std::int32_t end) const;

 private:
  friend class Rewriter;
  Offset alignment_at_start(std::int32_t at) const;  ///< of the code point that starts at `at`

  std::string_view text_;
  bool identity_ = true;  // text_ is the original itself; the vectors below are unused
  std::int32_t shift_ = 0;
  std::string owned_, next_;
  std::vector<Offset> alignment_, next_alignment_;  // a byte of text_ each; relative to the original
};

/// One pass over a NormalizedString, front to back, that builds its next form. Nothing is visible until commit().
class Rewriter {
 public:
  explicit Rewriter(NormalizedString& string);

  bool done() const { return at_ == string_.size(); }
  char32_t peek() const { return decode_utf8(string_.text_, static_cast<std::size_t>(at_)).value; }
  std::int32_t position() const { return at_; }
  /// Range of the next code point; of the one before (0, 0 at the start).
  Offset next_alignment() const { return string_.alignment_at_start(at_); }
  Offset last_alignment() const { return last_; }

  void skip();                                ///< drops the next code point
  void keep();                                ///< copies it
  void replace(char32_t c);                   ///< puts c in its place
  void insert(char32_t c) { put(c, last_); }  ///< puts c after what was consumed so far
  void put(char32_t c, Offset alignment);     ///< puts c with a range of the caller's choice

  void commit();

 private:
  NormalizedString& string_;
  std::int32_t at_ = 0;
  Offset last_;
};

}  // namespace sememe
