#include "unicode/regex_reader.h"

#include "unicode/regex_properties.h"

namespace sememe {
namespace {

constexpr int kMaxDepth = 64;

int digit_value(char32_t c) {
  if (c >= '0' && c <= '9') return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A') + 10;
  return 99;
}

CodePointSet negated_if(bool negated, const CodePointSet& set) { return negated ? set.complement() : set; }

bool is_letter_of_name(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

int RegexReader::digits(int base, int most, std::uint32_t& value) {
  int n = 0;
  value = 0;
  while (n < most && digit_value(peek()) < base) {
    if (value > 0x0FFFFFFF / static_cast<std::uint32_t>(base)) corrupt("number too big");
    value = value * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(digit_value(next()));
    ++n;
  }
  return n;
}

// \xE4\xB8\xAD is one character.
char32_t RegexReader::raw_bytes(std::uint32_t first) {
  if (first < 0x80) return first;
  std::string bytes(1, static_cast<char>(first));
  while (bytes.size() < 4 && find_invalid_utf8(bytes)) {
    std::uint32_t value = 0;
    if (!at("\\x")) corrupt("too few bytes of a character");
    at_ += 2;
    if (peek() == '{' || digits(16, 2, value) == 0) corrupt("too few bytes of a character");
    bytes.push_back(static_cast<char>(value));
  }
  if (find_invalid_utf8(bytes)) corrupt("bytes that are not UTF-8");
  return decode_utf8(bytes, 0).value;
}

std::optional<char32_t> RegexReader::escaped_character(bool in_brackets) {
  const std::size_t start = at_;
  const char32_t c = next();
  std::uint32_t value = 0;
  switch (c) {
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case 'v':
      return '\v';
    case 'f':
      return '\f';
    case 'r':
      return '\r';
    case 'a':
      return '\a';
    case 'e':
      return 0x1B;
    case 'b':
      if (in_brackets) return '\b';
      break;
    case 'x':
      if (accept("{")) {
        if (digits(16, 8, value) == 0 || value > 0x10FFFF) corrupt("invalid code point");
        if (!accept("}")) unsupported("several code points in one \\x{}");
        if (value >= 0xD800 && value <= 0xDFFF) unsupported("a surrogate");
        return value;
      }
      digits(16, 2, value);
      return raw_bytes(value);
    case 'u':
      if (digits(16, 4, value) != 4) corrupt("\\u without four digits");
      if (value >= 0xD800 && value <= 0xDFFF) unsupported("a surrogate");
      return value;
    case 'o':
    case 'c':
    case 'C':
    case 'M':
      unsupported("an octal, control or meta escape");
    case '0':
      if (fancy_) corrupt("octal escape");
      digits(8, 2, value);
      return value < 0x80 ? std::optional<char32_t>(value) : (unsupported("an octal escape"), std::nullopt);
    default:
      if (c >= '1' && c <= '9') {
        if (!in_brackets) break;
        unsupported("an octal escape");
      }
      // Other letters mean something, or nothing that can be relied on.
      if (!is_letter_of_name(c) && !(fancy_ && c == '<') && !(fancy_ && c == '>')) return c;
  }
  at_ = start;
  return std::nullopt;
}

std::optional<CodePointSet> RegexReader::escaped_set(bool in_brackets) {
  const char32_t c = peek();
  const bool negated = c >= 'A' && c <= 'Z';
  switch (c) {
    case 'd':
    case 'D':
      next();
      return negated_if(negated, regex_properties::of_category(unicode::Category::kNd));
    case 's':
    case 'S':
      next();
      return negated_if(negated, regex_properties::white_space());
    case 'w':
    case 'W': {
      next();
      CodePointSet word = in_brackets || fancy_ ? regex_properties::word() : regex_properties::word_outside_brackets();
      if (fancy_) word.add(0x200C, 0x200D);  // Join_Control, as UTS #18 has it
      return negated_if(negated, word);
    }
    case 'h':
    case 'H':
      next();
      return negated_if(negated, *regex_properties::find_posix("xdigit"));
    case 'p':
    case 'P':
      if (!fancy_ && pattern_.substr(at_ + 1, 1) != "{") return std::nullopt;  // a letter for itself
      next();
      return property(negated, in_brackets);
    default:
      return std::nullopt;
  }
}

CodePointSet RegexReader::property(bool negated, bool in_brackets) {
  std::string name;
  if (accept("{")) {
    if (accept("^")) negated = !negated;
    while (peek() != '}') {
      if (done() || peek() == '(' || peek() == ')' || peek() == '{' || peek() == '|') corrupt("\\p{ without }");
      append_utf8(name, next());
    }
    next();
  } else {
    append_utf8(name, next());
  }
  auto set = regex_properties::find(name);
  if (set == regex_properties::word_outside_brackets() && in_brackets) set = regex_properties::word();
  if (!set) unsupported(concat("the property ", quote(name)));
  return negated_if(negated, *set);
}

std::optional<CodePointSet> RegexReader::posix_bracket() {
  const std::size_t start = at_;
  if (accept(":")) {
    const bool negated = accept("^");
    std::string name;
    while (is_letter_of_name(peek())) append_utf8(name, next());
    if (!name.empty() && accept(":]")) {
      const auto set = regex_properties::find_posix(name);
      if (!set) corrupt("unknown POSIX bracket");
      return negated_if(negated, *set);
    }
  }
  at_ = start;
  return std::nullopt;
}

RegexReader::Brackets RegexReader::brackets(int depth) {
  if (depth > kMaxDepth) corrupt("brackets nested too deep");
  Brackets out{{}, accept("^")};
  std::optional<CodePointSet> intersection;  // of what stands before each &&
  CodePointSet set;
  // What the next '-' may make a range of: a character that was read but not yet added.
  enum class State { kStart, kCharacter, kSet, kRangeDone } state = State::kStart;
  char32_t pending = 0;
  const auto flush = [&] {
    if (state == State::kCharacter) set.add(pending, pending);
  };
  const auto take_character = [&](char32_t c) {
    flush();
    pending = c;
    state = State::kCharacter;
  };
  // A character or nullopt; the set that stood there instead has been added then.
  const auto read_item = [&]() -> std::optional<char32_t> {
    const char32_t c = next();
    if (c != '\\') return c;
    if (const auto escaped = escaped_set(true)) {
      flush();
      set.add(*escaped);
      state = State::kSet;
      return std::nullopt;
    }
    if (const auto character = escaped_character(true)) return character;
    if (fancy_ || peek() == 'o' || peek() == 'U') unsupported("an unknown escape in brackets");
    return next();  // a letter for itself
  };

  if (at("]") && pattern_.find(']', at_ + 1) == std::string_view::npos) corrupt("empty brackets");
  for (bool first = true;; first = false) {
    if (done()) corrupt("brackets without end");
    if (!first && accept("]")) break;
    if (accept("&&")) {
      flush();
      intersection = intersection ? intersection->intersection(set) : set;
      set = CodePointSet();
      state = State::kStart;
      continue;
    }
    if (fancy_ && (at("--") || at("~~"))) unsupported("a set operation");
    if (at("[")) {
      next();
      if (const auto posix = posix_bracket()) {
        flush();
        set.add(*posix);
        state = State::kSet;
      } else {
        flush();
        const Brackets inner = brackets(depth + 1);
        const CodePointRange beyond_ascii{0x80, 0x10FFFF};
        if (inner.negated && inner.set.contains(CodePointSet(std::span(&beyond_ascii, 1)))) {
          unsupported("a set without characters in brackets");  // of which Oniguruma makes something else
        }
        set.add(negated_if(inner.negated, inner.set));
        state = State::kRangeDone;
      }
      continue;
    }
    if (at("-") && state != State::kStart) {
      next();
      if (at("]") || at("&&") || state == State::kRangeDone) {
        take_character('-');  // [a-] and [0-9-a]
        continue;
      }
      if (state == State::kSet) corrupt("a range that begins with a set");
      if (at("[")) unsupported("a range that ends with brackets");
      const char32_t begin = pending;
      state = State::kRangeDone;
      const auto end = read_item();
      if (!end) corrupt("a range that ends with a set");
      if (*end < begin) corrupt("a range that ends before it begins");
      set.add(begin, *end);
      continue;
    }
    if (const auto character = read_item()) take_character(*character);
  }
  flush();
  out.set = intersection ? intersection->intersection(set) : set;
  return out;
}

}  // namespace sememe
