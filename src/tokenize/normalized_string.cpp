#include "tokenize/normalized_string.h"

namespace sememe {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

void NormalizedString::assign(std::string_view original, std::int32_t shift) {
  text_ = original;
  shift_ = shift;
  identity_ = true;
}

Offset NormalizedString::original(std::int32_t begin, std::int32_t end) const {
  if (identity_) return {shift_ + begin, shift_ + end};
  return {shift_ + alignment_[static_cast<std::size_t>(begin)].begin,
          shift_ + alignment_[static_cast<std::size_t>(end) - 1].end};
}

Offset NormalizedString::alignment_at_start(std::int32_t at) const {
  if (!identity_) return alignment_[static_cast<std::size_t>(at)];
  return {at, at + decode_utf8(text_, static_cast<std::size_t>(at)).length};
}

Rewriter::Rewriter(NormalizedString& string) : string_(string) {
  string_.next_.clear();
  string_.next_alignment_.clear();
}

void Rewriter::skip() {
  // The range of the last byte, as insert() wants it: bytes of one code point share one range but for slices.
  const auto text = string_.text_;
  std::int32_t end = at_ + 1;
  while (end < string_.size() && is_continuation(text[static_cast<std::size_t>(end)])) ++end;
  last_ = string_.identity_ ? Offset{at_, end} : string_.alignment_[static_cast<std::size_t>(end) - 1];
  at_ = end;
}

void Rewriter::keep() {
  const std::int32_t begin = at_;
  const Offset alignment = next_alignment();
  skip();
  string_.next_.append(string_.text_.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(at_ - begin)));
  string_.next_alignment_.insert(string_.next_alignment_.end(), static_cast<std::size_t>(at_ - begin), alignment);
}

void Rewriter::replace(char32_t c) {
  put(c, next_alignment());
  skip();
}

void Rewriter::put(char32_t c, Offset alignment) {
  const std::size_t before = string_.next_.size();
  append_utf8(string_.next_, c);
  string_.next_alignment_.insert(string_.next_alignment_.end(), string_.next_.size() - before, alignment);
}

void Rewriter::commit() {
  string_.owned_.swap(string_.next_);
  string_.alignment_.swap(string_.next_alignment_);
  string_.text_ = string_.owned_;
  string_.identity_ = false;
}

}  // namespace sememe
