#include "tokenize/pre_tokenizers/scanners.h"

#include <algorithm>

#include "tokenize/pre_tokenizers/character_kinds.h"
#include "tokenize/pre_tokenizers/patterns.h"

namespace sememe {
namespace {

using scan::Byte;
using scan::Character;
using scan::kLetter, scan::kLower, scan::kMark, scan::kNewline, scan::kNumber, scan::kOther, scan::kUncased,
    scan::kUpper, scan::kWhite;
using scan::letter_run, scan::look, scan::run, scan::skip_ascii_letters;

enum class Case { kExact, kIgnored };

/// Length of 's 't 're 've 'm 'll 'd at p, 0 if there is none. With case ignored, U+017F folds to s.
template <Case kCase>
int contraction(const Byte* p, const Byte* end) {
  if (end - p < 2 || *p != '\'') return 0;
  const auto fold = [](Byte c) { return kCase == Case::kExact ? c : static_cast<Byte>(c | 0x20); };
  const bool two = end - p > 2;
  switch (fold(p[1])) {
    case 's':
    case 't':
    case 'm':
    case 'd':
      return 2;
    case 'r':
    case 'v':
      return two && fold(p[2]) == 'e' ? 3 : 0;
    case 'l':
      return two && fold(p[2]) == 'l' ? 3 : 0;
    default:
      return kCase == Case::kIgnored && two && p[1] == 0xC5 && p[2] == 0xBF ? 3 : 0;
  }
}

/// \s+(?!\S)|\s+ : whitespace leaves its last character to what follows, if it has another.
const Byte* whitespace(const Byte* p, const Byte* end) {
  const Byte* last = p;
  for (const Byte* q = p; q < end;) {
    const Character c = look(q);
    if ((c.kind & kWhite) == 0) return last == p ? q : last;
    last = q;
    q += c.length;
  }
  return end;
}

enum class Tail {
  kSplit,  // ...|\s*[\r\n]+|\s+(?!\S)|\s+ : whitespace at the end of the text is cut after its last newline
  kWhole,  // ...|\s++$|\s*[\r\n]|\s+(?!\S)|\s : and here it stays whole
};

/// As whitespace(), but a run that has newlines ends after the last of them.
template <Tail kTail>
const Byte* whitespace_lines(const Byte* p, const Byte* end) {
  const Byte* last = p;
  const Byte* newline = nullptr;
  const Byte* q = p;
  while (q < end) {
    const Character c = look(q);
    if ((c.kind & kWhite) == 0) break;
    last = q;
    q += c.length;
    if (c.kind == kNewline) newline = q;
  }
  if (kTail == Tail::kWhole && q == end) return end;
  if (newline != nullptr) return newline;
  return q == end || last == p ? q : last;
}

/// Up to `most` numbers; p is at one.
const Byte* numbers(const Byte* p, const Byte* end, int most) {
  for (; most > 0 && p < end; --most) {
    const Character c = look(p);
    if (c.kind != kNumber) break;
    p += c.length;
  }
  return p;
}

/// Each of the following gives the end of the match at p. Precondition: p < end.

struct Gpt2 {
  static constexpr bool kCovers = true;
  static const Byte* match(const Byte* p, const Byte* end) {
    if (const int length = contraction<Case::kExact>(p, end)) return p + length;
    const Byte* const q = *p == ' ' && p + 1 < end ? p + 1 : p;
    const Character c = look(q);
    if ((c.kind & kLetter) != 0) return letter_run(q + c.length, end);
    if (c.kind == kNumber) return run(q + c.length, end, kNumber);
    if ((c.kind & kWhite) == 0) return run(q + c.length, end, kOther | kMark);
    return whitespace(p, end);
  }
};

template <int kNumbers, Tail kTail>
struct Cl100k {
  static constexpr bool kCovers = true;
  static const Byte* match(const Byte* p, const Byte* end) {
    if (const int length = contraction<Case::kIgnored>(p, end)) return p + length;
    const Character first = look(p);
    if ((first.kind & kLetter) != 0) return letter_run(p + first.length, end);
    if (first.kind == kNumber) return numbers(p + first.length, end, kNumbers - 1);
    const Byte* const q = p + first.length;
    if (q < end && first.kind != kNewline) {
      const Character second = look(q);
      if ((second.kind & kLetter) != 0) return letter_run(q + second.length, end);
      if (*p == ' ' && (second.kind & (kOther | kMark)) != 0) {
        return run(run(q + second.length, end, kOther | kMark), end, kNewline);
      }
    }
    if ((first.kind & kWhite) == 0) return run(run(q, end, kOther | kMark), end, kNewline);
    return whitespace_lines<kTail>(p, end);
  }
};

template <int kNumbers, bool kContractions>
struct O200k {
  static constexpr bool kCovers = true;
  static constexpr unsigned kHead = kUpper | kUncased | kMark;
  static constexpr unsigned kBoth = kUncased | kMark;
  static constexpr unsigned kTail = kLower | kBoth;

  /// End of head* tail+ at p, nullptr if that does not match. The heads that are tails as well are given back.
  static const Byte* word(const Byte* p, const Byte* end) {
    const Byte* after_both = nullptr;
    while (p < end) {
      const Character c = look(p);
      if ((c.kind & kHead) == 0)
        return c.kind == kLower ? run(skip_ascii_letters<false>(p, end), end, kTail) : after_both;
      p += c.length;
      if ((c.kind & kBoth) != 0) after_both = p;
    }
    return after_both;
  }

  static const Byte* with_contraction(const Byte* p, const Byte* end) {
    return kContractions ? p + contraction<Case::kIgnored>(p, end) : p;
  }

  static const Byte* match(const Byte* p, const Byte* end) {
    const Character first = look(p);
    if (first.kind == kNumber) return numbers(p + first.length, end, kNumbers - 1);
    if ((first.kind & kLetter) != 0) {
      const Byte* const found = word(p, end);
      return with_contraction(found != nullptr ? found : run(p, end, kHead), end);
    }
    const Byte* const q = p + first.length;
    Character second{0, 0};
    if (q < end && first.kind != kNewline) {
      second = look(q);
      if ((second.kind & (kLetter | kMark)) != 0) {
        if (const Byte* const found = word(q, end)) return with_contraction(found, end);
        if (first.kind == kMark) return with_contraction(q, end);
        return with_contraction(run(q, end, kHead), end);
      }
    }
    if (first.kind == kMark) return with_contraction(q, end);
    if ((first.kind & kWhite) == 0) return symbols(q, end);
    if (*p == ' ' && second.kind == kOther) return symbols(q, end);
    return whitespace_lines<Tail::kSplit>(p, end);
  }

  static const Byte* symbols(const Byte* p, const Byte* end) {
    p = run(p, end, kOther | kMark);
    while (p < end && (*p == '\r' || *p == '\n' || *p == '/')) ++p;
    return p;
  }
};

struct Clip {
  static constexpr bool kCovers = false;  // whitespace is in no match
  static const Byte* match(const Byte* p, const Byte* end) {
    const std::string_view rest(reinterpret_cast<const char*>(p), static_cast<std::size_t>(end - p));
    if (*p == '<') {
      for (const std::string_view special : {"<|startoftext|>", "<|endoftext|>"}) {
        if (rest.starts_with(special)) return p + special.size();
      }
    }
    if (const int length = contraction<Case::kExact>(p, end)) return p + length;
    const Character c = look(p);
    if ((c.kind & kLetter) != 0) return letter_run(p + c.length, end);
    if (c.kind == kNumber) return p + c.length;
    return run(p, end, kOther | kMark);  // empty at whitespace
  }
};

template <class Pattern>
void scan_pattern(std::string_view text, const Piece& piece, std::vector<Piece>& out) {
  const auto* const begin = reinterpret_cast<const Byte*>(text.data());
  const Byte* const end = begin + piece.end;
  for (const Byte* p = begin + piece.begin; p < end;) {
    const Byte* const q = Pattern::match(p, end);
    if (Pattern::kCovers || q > p) {
      out.push_back({static_cast<std::int32_t>(p - begin), static_cast<std::int32_t>(q - begin), -1});
      p = q;
    } else {
      p += look(p).length;
    }
  }
}

template <class Pattern>
constexpr Scanner kScanner{scan_pattern<Pattern>, Pattern::kCovers};

constexpr RegexSyntax kOnig = RegexSyntax::kOniguruma, kFancy = RegexSyntax::kFancyRegex;

}  // namespace

const std::vector<KnownPattern>& known_patterns() {
  static const std::vector<KnownPattern> known = {
      {patterns::kGpt2, kOnig, kScanner<Gpt2>},
      {patterns::kGpt2, kFancy, kScanner<Gpt2>},
      {patterns::kGpt2Possessive, kOnig, kScanner<Gpt2>},
      {patterns::kGpt2Possessive, kFancy, kScanner<Gpt2>},
      {patterns::kGpt2Grouped, kOnig, kScanner<Gpt2>},
      {patterns::kGpt2Grouped, kFancy, kScanner<Gpt2>},
      {patterns::kLlama3, kOnig, kScanner<Cl100k<3, Tail::kSplit>>},
      {patterns::kLlama3, kFancy, kScanner<Cl100k<3, Tail::kSplit>>},
      {patterns::kQwen2, kOnig, kScanner<Cl100k<1, Tail::kSplit>>},
      {patterns::kQwen2, kFancy, kScanner<Cl100k<1, Tail::kSplit>>},
      {patterns::kCl100kOld, kOnig, kScanner<Cl100k<3, Tail::kSplit>>},
      {patterns::kCl100kOld, kFancy, kScanner<Cl100k<3, Tail::kSplit>>},
      {patterns::kCl100k, kFancy, kScanner<Cl100k<3, Tail::kWhole>>},
      {patterns::kO200k, kOnig, kScanner<O200k<3, true>>},
      {patterns::kO200k, kFancy, kScanner<O200k<3, true>>},
      {patterns::kTekken, kOnig, kScanner<O200k<1, false>>},
      {patterns::kClip, kOnig, kScanner<Clip>},
  };
  return known;
}

const Scanner* find_scanner(std::string_view pattern, RegexSyntax syntax) {
  for (const KnownPattern& known : known_patterns()) {
    if (known.pattern == pattern && known.syntax == syntax) return &known.scanner;
  }
  return nullptr;
}

const Scanner& gpt2_scanner() { return known_patterns().front().scanner; }

}  // namespace sememe
