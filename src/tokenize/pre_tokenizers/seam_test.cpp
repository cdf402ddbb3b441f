// What each pre-tokenizer promises of seams (seam.h), held against texts that are cut there.
#include "tokenize/seam.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "support/random_text.h"
#include "tokenize/pre_tokenizers/byte_level.h"
#include "tokenize/pre_tokenizers/character_splits.h"
#include "tokenize/pre_tokenizers/fixed_length.h"
#include "tokenize/pre_tokenizers/metaspace.h"
#include "tokenize/pre_tokenizers/split.h"
#include "tokenize/pre_tokenizers/unicode_scripts.h"
#include "unicode/unicode.h"

namespace sememe {
namespace {

using Steps = std::vector<std::unique_ptr<const PreTokenizer>>;

std::string text_with_spaces(test::RandomText& random_text) {
  return random_text(5).append(" ").append(random_text(5)).append(" ").append(random_text(3));
}

bool is_of_kind(std::string_view text, std::size_t seam, SeamKind kind) {
  return (text[seam] == ' ') == (kind == SeamKind::kSpace);
}

std::vector<std::size_t> seams_of(std::string_view text, SeamKind kind) {
  std::vector<std::size_t> out;
  for (std::size_t at = next_seam(text, 0, true); at < text.size(); at = next_seam(text, at, true)) {
    if (is_of_kind(text, at, kind)) out.push_back(at);
  }
  return out;
}

Seam promise_of(const PreTokenizer& pre_tokenizer, SeamKind kind) {
  return kind == SeamKind::kSpace ? pre_tokenizer.seam() : pre_tokenizer.seam_at_punctuation();
}

/// A piece: its text and where it stands.
struct Part {
  std::string text;
  std::int32_t begin, end;
  bool operator==(const Part&) const = default;
};

std::vector<Part> parts_of(const PreTokenizer& pre_tokenizer, std::string_view text, std::size_t shift) {
  NormalizedString string;
  string.assign(text, static_cast<std::int32_t>(shift));
  std::vector<Piece> pieces = {{0, string.size(), -1}};
  pre_tokenizer.split(string, pieces);
  std::vector<Part> out;
  for (const Piece& piece : pieces) {
    const Offset offset = string.original(piece.begin, piece.end);
    out.push_back({std::string(string.text().substr(static_cast<std::size_t>(piece.begin),
                                                    static_cast<std::size_t>(piece.end - piece.begin))),
                   offset.begin, offset.end});
  }
  return out;
}

std::string shown(const std::vector<Part>& parts) {
  std::string out;
  for (const Part& part : parts) {
    out.append("[").append(part.text).append(" ").append(std::to_string(part.begin)).append("]");
  }
  return out;
}

/// The parts of what follows a seam. Something stands before it, as what is put before a text is not put there. Nothing
/// if that does not come back as a part: then a text goes through whole.
std::optional<std::vector<Part>> parts_after(const PreTokenizer& pre_tokenizer, SeamKind kind, const std::string& text,
                                             std::size_t seam) {
  if (promise_of(pre_tokenizer, kind) == Seam::kKept)
    return parts_of(pre_tokenizer, std::string_view(text).substr(seam), seam);
  const std::string in_context = "x" + text.substr(seam);
  std::vector<Part> out = parts_of(pre_tokenizer, in_context, seam - 1);
  if (out.empty()) return std::nullopt;
  std::size_t before = 0;
  while (before < out.size() && out[before].begin < static_cast<std::int32_t>(seam)) ++before;
  if (before != 1) return std::nullopt;
  EXPECT_EQ(out.front().end, static_cast<std::int32_t>(seam)) << pre_tokenizer.describe() << ": " << in_context;
  out.erase(out.begin());
  return out;
}

/// kCut: the parts of the chunks are the parts of the whole. kKept: the same where a part of the whole may go on over
/// the seam.
void expect_promise(const PreTokenizer& pre_tokenizer, SeamKind kind, const std::string& text, std::size_t seam) {
  const std::vector<Part> whole = parts_of(pre_tokenizer, text, 0);
  std::vector<Part> chunks = parts_of(pre_tokenizer, std::string_view(text).substr(0, seam), 0);
  const auto after = parts_after(pre_tokenizer, kind, text, seam);
  if (!after) return;
  const std::vector<Part>& rest = *after;
  if (promise_of(pre_tokenizer, kind) == Seam::kKept && whole.size() + 1 == chunks.size() + rest.size()) {
    ASSERT_FALSE(chunks.empty() || rest.empty());
    chunks.back().text.append(rest.front().text);
    chunks.back().end = rest.front().end;
    chunks.insert(chunks.end(), rest.begin() + 1, rest.end());
  } else {
    chunks.insert(chunks.end(), rest.begin(), rest.end());
  }
  ASSERT_EQ(whole, chunks) << pre_tokenizer.describe() << ": " << text << " at " << seam << "\n"
                           << shown(whole) << "\n"
                           << shown(chunks);
}

template <class Step, class... Arguments>
void add(Steps& steps, Arguments&&... arguments) {
  steps.push_back(std::make_unique<Step>(std::forward<Arguments>(arguments)...));
}

Steps all_steps() {
  Steps out;
  const std::initializer_list<SplitBehavior> behaviors = {SplitBehavior::kRemoved, SplitBehavior::kIsolated,
                                                          SplitBehavior::kMergedWithPrevious,
                                                          SplitBehavior::kMergedWithNext, SplitBehavior::kContiguous};
  add<BertPreTokenizer>(out);
  add<Whitespace>(out);
  add<WhitespaceSplit>(out);
  add<UnicodeScripts>(out);
  add<FixedLength>(out, 5);
  for (const SplitBehavior behavior : behaviors) {
    add<Punctuation>(out, behavior);
    for (const bool invert : {false, true}) {
      for (const char* const text : {" ", "a", "the", "' ", ""})
        add<Split>(out, Split::Kind::kString, text, behavior, invert);
      for (const char* const pattern : {"[0-9]", "[0-9][0-9][0-9]", "\\p{N}{1,3}", "\\d", "\\s+", "\\w+"}) {
        add<Split>(out, Split::Kind::kRegex, pattern, behavior, invert);
      }
      for (const KnownPattern& known : known_patterns()) {
        if (known.syntax == RegexSyntax::kOniguruma) {
          add<Split>(out, Split::Kind::kRegex, known.pattern, behavior, invert);
        }
      }
    }
  }
  for (const bool on : {false, true}) {
    add<Digits>(out, on);
    add<CharDelimiterSplit>(out, on ? U' ' : U'a');
    for (const bool other : {false, true}) {
      add<ByteLevel>(out, ByteLevel::Options{.add_prefix_space = on, .use_regex = other});
      for (const char32_t replacement : {U'\u2581', U'a'}) {
        for (const auto prepend :
             {Metaspace::Prepend::kAlways, Metaspace::Prepend::kFirst, Metaspace::Prepend::kNever}) {
          if (other)
            add<Metaspace>(out, Metaspace::Options{.replacement = replacement, .prepend = prepend, .split = on});
        }
      }
    }
  }
  return out;
}

/// A step that another owns: to compile a pattern takes a while.
class Borrowed final : public PreTokenizer {
 public:
  explicit Borrowed(const PreTokenizer& step) : step_(step) {}
  void split(NormalizedString& text, std::vector<Piece>& pieces) const override { step_.split(text, pieces); }
  Seam seam() const override { return step_.seam(); }
  Seam seam_at_punctuation() const override { return step_.seam_at_punctuation(); }
  bool rewrites_spaces() const override { return step_.rewrites_spaces(); }
  bool adds_prefixes() const override { return step_.adds_prefixes(); }
  std::string describe() const override { return step_.describe(); }

 private:
  const PreTokenizer& step_;
};

class Seams : public testing::TestWithParam<SeamKind> {};

TEST_P(Seams, PromisesHoldForEveryPreTokenizer) {
  test::RandomText random_text(5);
  int checked = 0;
  const Steps steps = all_steps();
  for (int i = 0; i < 2000; ++i) {
    const std::string text = text_with_spaces(random_text);
    const std::vector<std::size_t> seams = seams_of(text, GetParam());
    if (seams.empty()) continue;
    const std::size_t seam = seams[static_cast<std::size_t>(random_text.pick(static_cast<int>(seams.size())))];
    for (const auto& step : steps) {
      if (promise_of(*step, GetParam()) == Seam::kJoined) continue;
      ASSERT_NO_FATAL_FAILURE(expect_promise(*step, GetParam(), text, seam));
      ++checked;
    }
  }
  EXPECT_GT(checked, 30'000);
}

TEST_P(Seams, PromisesHoldForSequences) {
  test::RandomText random_text(6);
  int checked = 0;
  const Steps all = all_steps();
  for (int i = 0; i < 3000; ++i) {
    Steps steps;
    for (int n = 2 + random_text.pick(2); n > 0; --n) {
      add<Borrowed>(steps, *all[static_cast<std::size_t>(random_text.pick(static_cast<int>(all.size())))]);
    }
    const PreTokenizerSequence sequence(std::move(steps));
    if (promise_of(sequence, GetParam()) == Seam::kJoined) continue;
    for (int k = 0; k < 20; ++k) {
      const std::string text = text_with_spaces(random_text);
      for (const std::size_t seam : seams_of(text, GetParam())) {
        ASSERT_NO_FATAL_FAILURE(expect_promise(sequence, GetParam(), text, seam));
        ++checked;
      }
    }
  }
  EXPECT_GT(checked, 3'000);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Seams, testing::Values(SeamKind::kSpace, SeamKind::kPunctuation),
                         [](const auto& test) { return test.param == SeamKind::kSpace ? "Space" : "Punctuation"; });

TEST(SeamsOfSequences, PromiseWhatTheFirstThatIsNotNeutralDoes) {
  const auto seam = [](auto... steps) {
    Steps list;
    (list.push_back(std::make_unique<decltype(steps)>(steps)), ...);
    return PreTokenizerSequence(std::move(list)).seam();
  };
  EXPECT_EQ(seam(Digits(true), Punctuation(SplitBehavior::kIsolated)), Seam::kKept);
  EXPECT_EQ(seam(Digits(true), WhitespaceSplit(), FixedLength(3)), Seam::kCut);
  EXPECT_EQ(seam(Digits(true), FixedLength(3), WhitespaceSplit()), Seam::kJoined);
  EXPECT_EQ(seam(Digits(true), Metaspace({.split = false})), Seam::kKept);
  EXPECT_EQ(seam(Metaspace({.split = false}), Digits(true)), Seam::kJoined) << "the space is no space any more";
}

TEST(SeamsOfPatterns, AreCuts) {
  EXPECT_EQ(ByteLevel({}).seam(), Seam::kCut);
  for (const KnownPattern& known : known_patterns()) {
    if (known.syntax != RegexSyntax::kOniguruma) continue;
    const SplitBehavior behavior = known.scanner.covers ? SplitBehavior::kIsolated : SplitBehavior::kRemoved;
    EXPECT_EQ(Split(Split::Kind::kRegex, known.pattern, behavior, !known.scanner.covers).seam(), Seam::kCut);
  }
}

}  // namespace
}  // namespace sememe
