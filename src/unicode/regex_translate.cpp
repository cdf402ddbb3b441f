#include "unicode/regex_translate.h"

#include <algorithm>
#include <array>

#include "unicode/regex_class.h"
#include "unicode/regex_properties.h"
#include "unicode/regex_reader.h"
#include "unicode/regex_tables.h"

namespace sememe {
namespace {

constexpr int kMaxDepth = 100;
constexpr std::size_t kMaxOutput = 1 << 20;
constexpr int kUnbounded = -1;

struct Options {
  bool fold = false;      // i
  bool dot_all = false;   // Oniguruma's m, Rust's s
  bool lines = false;     // Rust's m: ^ and $ at lines; always so in Oniguruma
  bool extended = false;  // x
};

struct Repeat {
  int low, high;
  bool lazy, possessive;
};

char32_t lower(char32_t c) {
  const unicode::Expansion lower = unicode::lower(c);
  return lower.size == 1 ? lower.values[0] : c;
}

/// A part of the translation and its quantifier.
struct Repeated {
  std::string item;
  Repeat repeat;
};

class Translator {
 public:
  Translator(std::string_view pattern, RegexSyntax syntax) : reader_(pattern, syntax) {}

  std::string run() {
    Options options;
    std::string out = alternatives(options, 0);
    if (!reader_.done()) reader_.corrupt("unmatched closing parenthesis");
    if (highest_reference_ > groups_) reader_.corrupt("a reference to a group that is not there");
    if (highest_reference_ > 0 && named_) reader_.unsupported("references by number beside named groups");
    return out;
  }

 private:
  /// Up to a closing parenthesis or the end.
  std::string alternatives(Options options, int depth) {
    if (depth > kMaxDepth) reader_.unsupported("groups nested too deep");
    std::string out;
    int items = 0;
    std::optional<Repeated> only;
    for (;;) {
      skip_blanks(options);
      if (reader_.done() || reader_.peek() == ')') {
        lone_ = items == 1 ? only : std::nullopt;
        return out;
      }
      if (out.size() > kMaxOutput) reader_.unsupported("a pattern of this size");
      if (reader_.accept("|")) {
        literals_.clear();
        out.append("|");
        items += 2;
        continue;
      }
      bool repeatable = true, whole = false;
      lone_.reset();
      std::string item = one(options, depth, repeatable, whole);
      only = whole ? std::nullopt : repeated(item, options, repeatable);
      ++items;
      out.append(item);
    }
  }

  void skip_blanks(const Options& options) {
    for (;;) {
      if (reader_.accept("(?#")) {
        while (!reader_.accept(")")) {
          if (reader_.accept("\\") && reader_.done()) break;
          reader_.next();
        }
      } else if (options.extended && !reader_.done() &&
                 std::u32string_view(U" \t\n\r\f").find(reader_.peek()) != std::u32string_view::npos) {
        reader_.next();
      } else if (options.extended && reader_.accept("#")) {
        while (!reader_.done() && reader_.next() != '\n') {
        }
      } else {
        return;
      }
    }
  }

  /// One character, set, group or anchor. whole: it is complete and takes no quantifier.
  std::string one(Options& options, int depth, bool& repeatable, bool& whole) {
    if (reader_.at("(")) return group(options, depth, repeatable, whole);
    const std::size_t start = reader_.position();
    if (interval()) reader_.corrupt("nothing to repeat");
    reader_.seek(start);
    const char32_t c = reader_.next();
    switch (c) {
      case '*':
      case '+':
      case '?':
        reader_.corrupt("nothing to repeat");
      case '^':
        repeatable = false;
        return reader_.fancy() && !options.lines ? "\\A" : "(?m:^)";
      case '$':
        repeatable = false;
        return reader_.fancy() && !options.lines ? "\\z" : "(?m:$)";
      case '.':
        literals_.clear();
        return options.dot_all ? "(?s:.)" : "[^\\n]";
      case '[': {
        literals_.clear();
        const RegexReader::Brackets brackets = reader_.brackets();
        if (options.fold && !reader_.fancy() && !brackets.negated) refuse_foldings(brackets.set);
        return pcre2_class(brackets.set, brackets.negated, options.fold);
      }
      case '\\':
        return escape(options, repeatable);
      default:
        return literal(c, options);
    }
  }

  std::string literal(char32_t c, const Options& options) {
    std::string out;
    if (!options.fold) {
      literals_.clear();
    } else if (!reader_.fancy()) {
      refuse_folding(c);
    }
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (plain || c >= 0x80) {
      append_utf8(out, c);
    } else {
      constexpr std::string_view kDigits = "0123456789abcdef";
      out.append("\\x").append(1, kDigits[c / 16]).append(1, kDigits[c % 16]);
    }
    return options.fold ? concat("(?i:", out, ")") : out;
  }

  // Oniguruma lets ss match U+00DF and the other way round; PCRE2 does not.
  void refuse_folding(char32_t c) {
    literals_.push_back(lower(c));
    if (literals_.size() > 3) literals_.erase(literals_.begin());
    const auto foldings = regex_tables::foldings();
    for (const regex_tables::Folding& folding : foldings) {
      if (folding.from == c || std::u32string_view(literals_).ends_with(folding.to)) {
        reader_.unsupported("characters without regard to case that fold to several");
      }
    }
  }
  void refuse_foldings(const CodePointSet& set) const {
    for (const regex_tables::Folding& folding : regex_tables::foldings()) {
      if (set.contains(folding.from))
        reader_.unsupported("a set without regard to case that folds to several characters");
    }
  }

  std::string escape(const Options& options, bool& repeatable) {
    if (reader_.done()) reader_.corrupt("the pattern ends with a backslash");
    if (const auto set = reader_.escaped_set(false)) {
      literals_.clear();
      return pcre2_class(*set, false, options.fold && reader_.fancy());
    }
    const char32_t c = reader_.peek();
    if (c >= '1' && c <= '9') return reference(options);
    if (const auto character = reader_.escaped_character(false)) return literal(*character, options);
    reader_.next();
    literals_.clear();
    repeatable = false;
    switch (c) {
      case 'A':
        return "\\A";
      case 'z':
        return "\\z";
      case 'Z':
        return reader_.fancy() ? "\\n*\\z" : "\\Z";
      case 'b':
      case 'B':
        return boundary(c == 'b');
      default:
        break;
    }
    repeatable = true;
    switch (c) {
      case 'R':
        return "(?>\\r\\n|[\\n\\x{b}\\x{c}\\r\\x{85}\\x{2028}\\x{2029}])";
      case 'N':
        return "[^\\n]";
      case 'O':
        return "(?s:.)";
      case 'G':
      case 'K':
      case 'X':
      case 'y':
      case 'Y':
      case 'k':
      case 'g': {
        std::string name = "\\";
        append_utf8(name, c);
        reader_.unsupported(name);
      }
      default:
        if (reader_.fancy()) reader_.corrupt("unknown escape");
        return literal(c, options);
    }
  }

  std::string reference(const Options& options) {
    std::uint32_t number = 0;
    reader_.digits(10, 9, number);
    if (number > 9 && number > static_cast<std::uint32_t>(groups_)) reader_.unsupported("an octal escape");
    if (options.fold) reader_.unsupported("a reference without regard to case");
    literals_.clear();
    highest_reference_ = std::max(highest_reference_, static_cast<int>(number));
    return concat("\\g{", number, "}");
  }

  std::string boundary(bool at_boundary) const {
    CodePointSet set = reader_.fancy() ? regex_properties::word() : regex_properties::word_outside_brackets();
    if (reader_.fancy()) set.add(0x200C, 0x200D);
    const std::string word = pcre2_class(set, false, false);
    return at_boundary ? concat("(?:(?<=", word, ")(?!", word, ")|(?<!", word, ")(?=", word, "))")
                       : concat("(?:(?<=", word, ")(?=", word, ")|(?<!", word, ")(?!", word, "))");
  }

  std::string group(Options& options, int depth, bool& repeatable, bool& whole) {
    reader_.accept("(");
    if (reader_.at("*") && !reader_.fancy()) reader_.unsupported("a callout");
    std::string open = "(";
    Options inner = options;
    if (reader_.accept("?")) {
      constexpr std::array<std::string_view, 6> kPlain = {":", "=", "!", ">", "<=", "<!"};
      const auto plain =
          std::find_if(kPlain.begin(), kPlain.end(), [&](std::string_view p) { return reader_.accept(p); });
      if (plain != kPlain.end()) {
        open.append("?").append(*plain);
        repeatable = *plain == ":" || *plain == ">";
      } else if (reader_.at("<") || reader_.at("'") || (reader_.fancy() && reader_.at("P<"))) {
        name();
      } else if (reader_.at("~") || reader_.at("{") || reader_.at("(")) {
        reader_.unsupported("an absent expression, callout or condition");
      } else {
        switches(inner);
        open = "(?:";
        if (reader_.accept(")")) {
          // Oniguruma: to the end of the group, alternatives included, as a group of their own. Rust: from here on.
          if (reader_.fancy()) {
            options = inner;
            whole = true;
            return "";
          }
          whole = true;
          return concat("(?:", alternatives(inner, depth + 1), ")");
        }
        if (!reader_.accept(":")) reader_.corrupt("unknown group option");
      }
    } else {
      ++groups_;
    }
    std::string out = open;
    out.append(alternatives(inner, depth + 1)).append(")");
    if (!reader_.accept(")")) reader_.corrupt("a group without end");
    if (!open.ends_with(":")) lone_.reset();
    return out;
  }

  void name() {
    named_ = true;
    reader_.accept("P");
    const char32_t close = reader_.next() == '<' ? U'>' : U'\'';
    if (reader_.peek() == close) reader_.corrupt("an empty group name");
    for (char32_t c = reader_.next(); c != close; c = reader_.next()) {
      if (c == ')' || c == '(') reader_.corrupt("invalid group name");
    }
    ++groups_;
  }

  void switches(Options& options) {
    bool on = true, any = false;
    while (!reader_.done() && reader_.peek() != ')' && reader_.peek() != ':') {
      any = true;
      const char32_t c = reader_.next();
      if (c == '-' && on) {
        on = false;
      } else if (c == 'i') {
        options.fold = on;
      } else if (c == 'x') {
        options.extended = on;
      } else if (c == 'm') {
        (reader_.fancy() ? options.lines : options.dot_all) = on;
      } else if (c == 's' && reader_.fancy()) {
        options.dot_all = on;
      } else if (std::u32string_view(U"WDSPyCILuUR").find(c) != std::u32string_view::npos) {
        reader_.unsupported("a group option");
      } else {
        reader_.corrupt("unknown group option");
      }
    }
    if (reader_.done()) reader_.corrupt("a group without end");
    if (!any) reader_.corrupt("unknown group option");
  }

  /// {n}, {n,}, {n,m} and Oniguruma's {,n} here; anything else that begins with a brace is not one.
  std::optional<Repeat> interval() {
    const std::size_t start = reader_.position();
    if (!reader_.accept("{")) return std::nullopt;
    std::uint32_t low = 0, high = 0;
    const bool has_low = reader_.digits(10, 9, low) > 0;
    Repeat out{static_cast<int>(low), static_cast<int>(low), false, false};
    bool valid = has_low;
    if (reader_.accept(",")) {
      const bool has_high = reader_.digits(10, 9, high) > 0;
      out.high = has_high ? static_cast<int>(high) : kUnbounded;
      valid = has_low || (has_high && !reader_.fancy());
    }
    if (!valid || !reader_.accept("}")) {
      reader_.seek(start);
      return std::nullopt;
    }
    if (low > 100'000 || high > 100'000) reader_.corrupt("too big a number of repetitions");
    if (low > 65'535 || high > 65'535) reader_.unsupported("more than 65535 repetitions");
    if (out.high != kUnbounded && out.high < out.low) {
      if (reader_.fancy()) reader_.corrupt("a repetition from more to fewer");
      std::swap(out.low, out.high);
      out.possessive = true;
    }
    return out;
  }

  /// A quantifier here, with what makes it lazy or possessive.
  std::optional<Repeat> quantifier() {
    std::optional<Repeat> out;
    bool fixed = false, braces = false;
    if (reader_.accept("*")) {
      out = Repeat{0, kUnbounded, false, false};
    } else if (reader_.accept("+")) {
      out = Repeat{1, kUnbounded, false, false};
    } else if (reader_.accept("?")) {
      out = Repeat{0, 1, false, false};
    } else {
      out = interval();
      if (!out) return out;
      braces = true;
      fixed = out->low == out->high;
    }
    // In Oniguruma {n}? is {n} and then ?, {n,m}+ is {n,m} and then +.
    if (!out->possessive && (reader_.fancy() || !fixed) && reader_.accept("?")) {
      out->lazy = true;
    } else if (!out->possessive && (reader_.fancy() || !braces) && reader_.accept("+")) {
      out->possessive = true;
    }
    return out;
  }

  static bool is_simple(const Repeat& r) {
    return !r.lazy && !r.possessive && r.low <= 1 && (r.high == kUnbounded || (r.low == 0 && r.high == 1));
  }

  /// Puts the quantifiers that follow behind `item`. If all that is one simple quantifier, tells of what.
  /// Of two simple ones it makes one, as the engine does: (?:a+)* and the like would take exponential time.
  std::optional<Repeated> repeated(std::string& item, const Options& options, bool repeatable) {
    std::optional<Repeated> last = std::move(lone_);
    lone_.reset();
    for (;;) {
      skip_blanks(options);
      const auto repeat = quantifier();
      if (!repeat) break;
      if (!repeatable) reader_.corrupt("an anchor cannot be repeated");
      if (item.size() > kMaxOutput) reader_.unsupported("a pattern of this size");
      if (last && is_simple(last->repeat) && is_simple(*repeat)) {
        last->repeat.low = std::min(last->repeat.low, repeat->low);
        if (last->repeat.high != kUnbounded) last->repeat.high = repeat->high;
      } else {
        last = Repeated{last ? concat("(?:", item, ")") : item, *repeat};
      }
      item = concat(last->item, text(last->repeat));
    }
    return last && is_simple(last->repeat) ? last : std::nullopt;
  }

  static std::string text(const Repeat& repeat) {
    std::string out;
    if (repeat.low == 0 && repeat.high == kUnbounded) {
      out = "*";
    } else if (repeat.low == 1 && repeat.high == kUnbounded) {
      out = "+";
    } else if (repeat.low == 0 && repeat.high == 1) {
      out = "?";
    } else if (repeat.high == kUnbounded) {
      out = concat("{", repeat.low, ",}");
    } else {
      out = concat("{", repeat.low, ",", repeat.high, "}");
    }
    return out.append(repeat.lazy ? "?" : repeat.possessive ? "+" : "");
  }

  RegexReader reader_;
  std::optional<Repeated> lone_;  // all that the last group held, if that is one thing with a simple quantifier
  std::u32string literals_;       // the last of a run of characters without regard to case, folded
  int groups_ = 0, highest_reference_ = 0;
  bool named_ = false;
};

}  // namespace

std::string translate_regex(std::string_view pattern, RegexSyntax syntax) { return Translator(pattern, syntax).run(); }

}  // namespace sememe
