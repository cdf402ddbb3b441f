#include "unicode/grapheme.h"

#include <cstdint>

#include "io/utf8.h"
#include "unicode/tables.h"

namespace sememe {
namespace {

/// In the order of tools/unicode/generate_tables.py, GRAPHEME.
enum class Break : std::uint8_t {
  kOther,
  kCr,
  kLf,
  kControl,
  kExtend,
  kLinker,
  kZwj,
  kRegionalIndicator,
  kPrepend,
  kSpacingMark,
  kL,
  kV,
  kT,
  kLv,
  kLvt,
  kPictographic,
  kConsonant
};

constexpr char32_t kZeroWidthNonJoiner = 0x200C;

Break break_of(char32_t c) {
  return static_cast<Break>(
      unicode::tables::two_stage(unicode::tables::kGraphemeStage1, unicode::tables::kGraphemeStage2, c));
}

bool is_control(Break b) { return b == Break::kCr || b == Break::kLf || b == Break::kControl; }

/// What the rules have to know of a cluster so far.
class Cluster {
 public:
  Cluster(char32_t c, Break b) { take(c, b); }

  bool joins(Break next) const {
    if (last_ == Break::kCr && next == Break::kLf) return true;  // GB3
    if (is_control(last_) || is_control(next)) return false;     // GB4, GB5
    switch (next) {
      case Break::kExtend:
      case Break::kLinker:
      case Break::kZwj:
      case Break::kSpacingMark:
        return true;  // GB9, GB9a
      default:
        break;
    }
    if (last_ == Break::kPrepend) return true;  // GB9b
    switch (next) {
      case Break::kL:
      case Break::kLv:
      case Break::kLvt:
        return last_ == Break::kL;  // GB6
      case Break::kV:
        return last_ == Break::kL || last_ == Break::kLv || last_ == Break::kV;  // GB6, GB7
      case Break::kT:
        return last_ >= Break::kV && last_ <= Break::kLvt;  // GB7, GB8
      case Break::kConsonant:
        return conjunct_ == Conjunct::kLinked;  // GB9c
      case Break::kPictographic:
        return last_ == Break::kZwj && pictograph_;  // GB11
      case Break::kRegionalIndicator:
        return last_ == Break::kRegionalIndicator && odd_;  // GB12, GB13
      default:
        return false;  // GB999
    }
  }

  void take(char32_t c, Break b) {
    const bool extends = b == Break::kExtend || b == Break::kLinker;
    if (b == Break::kConsonant) {
      conjunct_ = Conjunct::kConsonant;
    } else if (b == Break::kLinker && conjunct_ != Conjunct::kNone) {
      conjunct_ = Conjunct::kLinked;
    } else if (!(extends || b == Break::kZwj) || c == kZeroWidthNonJoiner) {
      conjunct_ = Conjunct::kNone;
    }
    if (b == Break::kPictographic) {
      pictograph_ = true;
    } else if (last_ == Break::kZwj || !(extends || b == Break::kZwj)) {
      pictograph_ = false;
    }
    odd_ = b == Break::kRegionalIndicator && !(last_ == Break::kRegionalIndicator && odd_);
    last_ = b;
  }

 private:
  enum class Conjunct { kNone, kConsonant, kLinked };

  Break last_ = Break::kOther;
  Conjunct conjunct_ = Conjunct::kNone;  // a consonant, then extenders, a linker among them
  bool pictograph_ = false;              // a pictograph, then extenders, maybe a joiner
  bool odd_ = false;                     // an odd number of regional indicators
};

}  // namespace

std::size_t grapheme_end(std::string_view text, std::size_t at) noexcept {
  const CodePoint first = decode_utf8(text, at);
  at += static_cast<std::size_t>(first.length);
  Cluster cluster(first.value, break_of(first.value));
  while (at < text.size()) {
    const CodePoint next = decode_utf8(text, at);
    const Break b = break_of(next.value);
    if (!cluster.joins(b)) break;
    cluster.take(next.value, b);
    at += static_cast<std::size_t>(next.length);
  }
  return at;
}

}  // namespace sememe
