#include "tokenize/normalizers/precompiled.h"

#include <utility>

#include "io/utf8.h"
#include "tokenize/normalizers/character_normalizer.h"
#include "tokenize/seam.h"
#include "unicode/ascii.h"
#include "unicode/grapheme.h"
#include "unicode/unicode.h"

namespace sememe {
namespace {

constexpr std::size_t kWholeGrapheme = 6;  // bytes from which on each character is looked up alone

std::int32_t count_code_points(std::string_view text) {
  std::int32_t count = 0;
  for (const char c : text) count += !is_utf8_continuation(c) ? 1 : 0;
  return count;
}

}  // namespace

Precompiled::Precompiled(Charsmap map) : map_(std::move(map)) {
  keeps_ascii_ = true;
  keeps_punctuation_seams_ = true;
  for (int i = ' '; i < 0x7F; ++i) {
    const char c = static_cast<char>(i);
    keeps_ascii_ = keeps_ascii_ && !map_.shortest_prefix({&c, 1});
    const bool letter_or_digit = (i >= '0' && i <= '9') || ((i | 0x20) >= 'a' && (i | 0x20) <= 'z');
    if (i != ' ' && !letter_or_digit) keeps_punctuation_seams_ = keeps_punctuation_seams_ && map_.keeps_something_of(c);
  }
  keeps_seams_ = map_.keeps_something_of(' ');
  keeps_steady_ = keeps_steady_characters();
}

bool Precompiled::keeps_steady_characters() const {
  std::string character;
  for (char32_t c = 0x21; c < 0xD7A4; ++c) {
    if (!is_steady(c)) continue;
    character.clear();
    append_utf8(character, c);
    const auto match = map_.shortest_prefix(character);
    if (!match) continue;
    char32_t last = U' ';
    for (std::size_t at = 0; at < match->replacement.size(); at += static_cast<std::size_t>(utf8_length(last))) {
      last = decode_utf8(match->replacement, at).value;
    }
    if (unicode::has(last, unicode::kWhitespace | unicode::kOther)) return false;
  }
  return true;
}

std::optional<std::string> Precompiled::seam_mark(std::string_view mark) const {
  if (!keeps_seams_ || !is_seam_mark(mark)) return std::nullopt;
  if (mark != " " && !map_.keeps_something_of(mark[0])) return std::nullopt;
  return keeps_steady_ && !map_.shortest_prefix(mark) ? std::string(mark) : "";
}

/// Turns the reference's list of (character, change) into steps of a Rewriter as it goes. A removal changes the entry
/// before it: if that one was an insertion, it becomes a replacement.
class Precompiled::Writer {
 public:
  Writer(Rewriter& out, std::string_view text) : out_(out), text_(text) {}

  /// The text up to `end` stays.
  void keep_to(std::size_t end) {
    if (read_ == end) return;
    settle();
    if (static_cast<std::size_t>(out_.position()) == read_) {
      out_.keep_to(static_cast<std::int32_t>(end));
    } else {
      for (std::size_t at = read_; at < end;) {
        const CodePoint c = decode_utf8(text_, at);
        out_.replace(c.value);
        at += static_cast<std::size_t>(c.length);
      }
    }
    read_ = end;
    empty_ = false;
  }

  /// `with` stands for the text up to `end`.
  void replace_to(std::size_t end, std::string_view with) {
    const std::int32_t before = count_code_points(text_.substr(read_, end - read_));
    const std::int32_t after = count_code_points(with);
    read_ = end;
    std::int32_t inserted_from = after <= before ? after : before;
    std::int32_t index = 0;
    for (std::size_t at = 0; at < with.size(); ++index) {
      const CodePoint c = decode_utf8(with, at);
      at += static_cast<std::size_t>(c.length);
      settle();
      if (index < inserted_from) {
        out_.replace(c.value);
      } else {
        pending_ = c.value;
      }
      empty_ = false;
    }
    for (std::int32_t i = after; i < before && !empty_; ++i) remove_one();
  }

  void finish() { settle(); }

 private:
  void settle() {
    if (pending_) out_.insert(*pending_);
    pending_.reset();
  }

  void remove_one() {
    if (pending_) {
      out_.replace(*pending_);
      pending_.reset();
    } else {
      out_.skip();
    }
  }

  Rewriter& out_;
  std::string_view text_;
  std::size_t read_ = 0;             // may be ahead of what out_ consumed
  std::optional<char32_t> pending_;  // the last entry, if it is an insertion
  bool empty_ = true;                // the list is
};

/// End of what surely has no rule: ASCII before more ASCII is a grapheme of its own.
std::size_t Precompiled::plain_end(std::string_view text, std::size_t at) const {
  if (!keeps_ascii_) return at;
  const std::size_t end = printable_ascii_end(text, at);
  const bool alone = end == text.size() || static_cast<unsigned char>(text[end]) < 0x80;
  return alone || end == at ? end : end - 1;
}

void Precompiled::normalize(NormalizedString& text) const {
  Rewriter out(text);
  const std::string_view from = text.text();
  Writer writer(out, from);
  for (std::size_t at = 0; at < from.size();) {
    if (const std::size_t end = plain_end(from, at); end > at) {
      writer.keep_to(end);
      at = end;
      continue;
    }
    const std::size_t end = grapheme_end(from, at);
    if (end - at < kWholeGrapheme) {
      if (const auto match = map_.shortest_prefix(from.substr(at, end - at))) {
        writer.replace_to(end, match->replacement);
        at = end;
        continue;
      }
    }
    while (at < end) {
      const std::size_t next = at + static_cast<std::size_t>(decode_utf8(from, at).length);
      if (const auto match = map_.shortest_prefix(from.substr(at, next - at))) {
        writer.replace_to(next, match->replacement);
      } else {
        writer.keep_to(next);
      }
      at = next;
    }
  }
  writer.finish();
  out.commit();
}

}  // namespace sememe
