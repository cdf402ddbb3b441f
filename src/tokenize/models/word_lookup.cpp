#include "tokenize/models/word_lookup.h"

#include <algorithm>
#include <array>

#include "base/fail.h"
#include "io/utf8.h"
#include "unicode/unicode.h"

namespace sememe {
namespace {

using unicode::Category;

constexpr char32_t kCapitalSigma = 0x3A3, kFinalSigma = 0x3C2;

bool is_cased(char32_t c) { return unicode::in(c, unicode::category_set(Category::kLu, Category::kLl, Category::kLt)); }

bool is_case_ignorable(char32_t c) {
  constexpr std::array<char32_t, 17> kOthers{0x27,   0x2E,   0x3A,   0xB7,   0x387,  0x55F,  0x5F4,  0x2018, 0x2019,
                                             0x2024, 0x2027, 0xFE13, 0xFE52, 0xFE55, 0xFF07, 0xFF0E, 0xFF1A};
  return unicode::in(
             c, unicode::category_set(Category::kMn, Category::kMe, Category::kCf, Category::kLm, Category::kSk)) ||
         std::find(kOthers.begin(), kOthers.end(), c) != kOthers.end();
}

/// Whether the last character before `at`, and the first from `after` on, that are not ignored have case: yes and no.
bool ends_word(std::string_view text, std::size_t at, std::size_t after) {
  bool cased_before = false;
  while (at > 0) {
    do --at;
    while (is_utf8_continuation(text[at]));
    const char32_t c = decode_utf8(text, at).value;
    if (is_case_ignorable(c)) continue;
    cased_before = is_cased(c);
    break;
  }
  if (!cased_before) return false;
  while (after < text.size()) {
    const CodePoint c = decode_utf8(text, after);
    if (!is_case_ignorable(c.value)) return !is_cased(c.value);
    after += static_cast<std::size_t>(c.length);
  }
  return true;
}

bool is_ascii_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

}  // namespace

void append_lower(std::string_view text, std::string& out) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_utf8(text, at);
    const std::size_t next = at + static_cast<std::size_t>(c.length);
    if (c.value == kCapitalSigma && ends_word(text, at, next)) {
      append_utf8(out, kFinalSigma);
    } else {
      const unicode::Expansion lower = unicode::lower(c.value);
      for (int i = 0; i < lower.size; ++i) append_utf8(out, lower.values[i]);
    }
    at = next;
  }
}

struct WordLookup::Buffer final : TokenModel::Scratch {
  std::string key;
};

std::unique_ptr<TokenModel::Scratch> WordLookup::make_scratch() const { return std::make_unique<Buffer>(); }

void WordLookup::tokenize(std::string_view word, Scratch* scratch, std::vector<ModelToken>& out) const {
  std::string& key = static_cast<Buffer&>(*scratch).key;
  std::size_t begin = 0, end = word.size();
  /// Whether it is settled what becomes of the word.
  const auto look = [&] {
    if (stop_words_.contains(key)) return true;
    const std::int32_t id = vocabulary_.find(key);
    if (id == Vocabulary::kNone) return false;
    out.push_back({id, static_cast<std::int32_t>(begin), static_cast<std::int32_t>(end)});
    return true;
  };
  key = word;
  if (look()) return;
  while (begin < end && is_ascii_punctuation(word[begin])) ++begin;
  while (begin < end && is_ascii_punctuation(word[end - 1])) --end;
  key = word.substr(begin, end - begin);
  if (key.empty() || look()) return;
  const std::string stripped = key;
  key.clear();
  append_lower(stripped, key);
  look();
}

std::string WordLookup::describe() const {
  return concat("WordLookup(", vocabulary_.size(), ", ", stop_words_.size(), " stop words)");
}

}  // namespace sememe
