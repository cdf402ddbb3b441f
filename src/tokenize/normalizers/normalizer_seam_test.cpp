// What each normalizer promises of seams (tokenize/seam.h), held against texts that are cut there.
#include <gtest/gtest.h>

#include <memory>

#include "support/charsmap_builder.h"
#include "support/random_text.h"
#include "support/sanitized.h"
#include "tokenize/normalizers/bert_normalizer.h"
#include "tokenize/normalizers/precompiled.h"
#include "tokenize/normalizers/replace.h"
#include "tokenize/normalizers/text_normalizers.h"
#include "tokenize/seam.h"

namespace sememe {
namespace {

using Step = std::unique_ptr<const Normalizer>;

template <class... Steps>
Step sequence(Steps... steps) {
  std::vector<Step> list;
  (list.push_back(std::move(steps)), ...);
  return std::make_unique<NormalizerSequence>(std::move(list));
}

Step form(NormalForm which) { return std::make_unique<UnicodeNormalizer>(which); }
Step replace(std::string pattern, std::string content) {
  return std::make_unique<ReplaceString>(std::move(pattern), std::move(content));
}
Step replace_regex(std::string pattern, std::string content) {
  return std::make_unique<ReplaceRegex>(std::move(pattern), std::move(content));
}
Step precompiled(const std::map<std::string, std::string>& rules) {
  return std::make_unique<Precompiled>(Charsmap(test::CharsmapBuilder(rules).bytes(), "test"));
}
Step lowercase() { return std::make_unique<Lowercase>(); }
Step bert() { return std::make_unique<BertNormalizer>(BertNormalizer::Options{}); }
Step strip(bool left, bool right) { return std::make_unique<Strip>(left, right); }
Step prepend(std::string text) { return std::make_unique<Prepend>(std::move(text)); }

/// Rules that end no common character in a space or in nothing, so that what follows them in a sequence sees the seams.
const std::map<std::string, std::string> kGentleRules = {
    {"\u00E9", "e\u0301"}, {"\u3000", " "}, {"\x1C", ""}, {"<\u0338", "\u226E"}, {"\u00C9", "E!"}};
const std::map<std::string, std::string> kRules = {{"\u00E9", "e\u0301"}, {"\u3000", " "}, {"\x1C", ""},
                                                   {"<\u0338", "\u226E"}, {"\u0301", ""},  {"\u00C9", "E!"}};

/// All that keep seams of kind kSpace.
std::vector<Step> keepers() {
  std::vector<Step> out;
  for (const NormalForm which : {NormalForm::kNfc, NormalForm::kNfd, NormalForm::kNfkc, NormalForm::kNfkd}) {
    out.push_back(form(which));
  }
  out.push_back(lowercase());
  out.push_back(bert());
  out.push_back(std::make_unique<StripAccents>());
  out.push_back(std::make_unique<Nmt>());
  out.push_back(std::make_unique<ByteLevelNormalizer>());
  out.push_back(strip(true, true));
  out.push_back(prepend("\u2581"));
  out.push_back(precompiled(kRules));
  out.push_back(replace(" ", "\u2581"));
  out.push_back(replace("a", ""));
  out.push_back(replace("  ", "_"));
  out.push_back(replace(" a", "x"));
  out.push_back(replace("ab", " "));
  for (const char* pattern : {"\\s", "\\s+", " ", " +", " {2,}", "  +", "\\s{2,}", "\\s\\s+", "^ ", "^ +", "^\\s+",
                              " +$", "\\s+$", "\\n", "\\n+"}) {
    for (const char* content : {"", " ", "\u2581", "ab"}) out.push_back(replace_regex(pattern, content));
  }
  out.push_back(sequence());
  out.push_back(sequence(prepend("\u2581"), replace(" ", "\u2581")));
  out.push_back(sequence(form(NormalForm::kNfc), replace_regex("\\s+", " "), lowercase()));
  out.push_back(sequence(replace("``", "\""), replace("''", "\""), form(NormalForm::kNfkd),
                         std::make_unique<StripAccents>(), lowercase(), precompiled(kGentleRules),
                         replace_regex(" {2,}", " ")));
  out.push_back(sequence(precompiled(kGentleRules), strip(false, true), replace_regex(" {2,}", "\u2581")));
  out.push_back(sequence(std::make_unique<Nmt>(), form(NormalForm::kNfkc), strip(true, true),
                         replace_regex(" {2,}", " "), prepend("> "), replace(" ", "\u2581")));
  out.push_back(sequence(bert(), form(NormalForm::kNfkc), replace_regex("\\s+", " ")));
  out.push_back(sequence(form(NormalForm::kNfkc), lowercase(), std::make_unique<ByteLevelNormalizer>()));
  out.push_back(sequence(replace(" ", "\u2581"), form(NormalForm::kNfkd), replace("x", "yz")));
  return out;
}

/// Code points with their ranges in the original, but those of neighbours.
std::string shown(const Normalizer& normalizer, std::string_view text, std::int32_t shift, std::int32_t begin,
                  std::int32_t end) {
  NormalizedString string;
  string.assign(text, shift);
  normalizer.normalize(string);
  std::string out;
  for (std::int32_t at = 0; at < string.size();) {
    const std::int32_t next = at + decode_utf8(string.text(), static_cast<std::size_t>(at)).length;
    const Offset offset = string.original(at, next);
    if (offset.begin >= begin && offset.end <= end && offset.begin < offset.end) {
      out.append(string.text().substr(static_cast<std::size_t>(at), static_cast<std::size_t>(next - at)));
      out.append(std::to_string(offset.begin)).append("-").append(std::to_string(offset.end)).append(" ");
    }
    at = next;
  }
  return out;
}

/// Whether the end of `text` is still known to be there: a charsmap that drops the first of all loses count, as the
/// reference's does.
bool keeps_count(const Normalizer& normalizer, std::string_view text) {
  NormalizedString string;
  string.assign(text, 0);
  normalizer.normalize(string);
  return string.size() > 0 && string.original(string.size() - 1, string.size()).end == static_cast<int>(text.size());
}

/// The text as the pipeline cuts it: each chunk between neighbours, as in TextTokenizer, and whole if the one behind
/// comes back from another place.
std::string in_chunks(const Normalizer& normalizer, const std::string& text, bool punctuation) {
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = next_seam(text, begin, punctuation);
    const std::string_view before = begin > 0 ? "x" : "", after = end < text.size() ? " x" : "";
    const std::string context = std::string(before) + text.substr(begin, end - begin) + std::string(after);
    if (!after.empty() && !keeps_count(normalizer, context))
      return shown(normalizer, text, 0, 0, static_cast<std::int32_t>(text.size()));
    const auto shift = static_cast<std::int32_t>(begin) - static_cast<std::int32_t>(before.size());
    out += shown(normalizer, context, shift, static_cast<std::int32_t>(begin), static_cast<std::int32_t>(end));
    begin = end;
  }
  return out;
}

std::string text_with_seams(test::RandomText& random_text) {
  std::string text = random_text(4);
  for (int i = 0; i < 4; ++i) {
    constexpr const char* kJoints[] = {" ",  "a ",       "e b", "\u00E9 \u0301", "a  ",
                                       "i,", "a\u0301 ", "1.",  "x<\u0338",      "ab \x1C"};
    text.append(kJoints[random_text.pick(10)]).append(random_text(3));
  }
  return text;
}

TEST(NormalizerSeams, ChunksBecomeWhatTheyBecomeInTheWhole) {
  test::RandomText random_text(7);
  const std::vector<Step> steps = keepers();
  for (const Step& step : steps) EXPECT_TRUE(step->keeps_seams()) << step->describe();
  int seams = 0;
  const int texts = test::kSanitized ? 600 : 4000;
  for (int i = 0; i < texts; ++i) {
    const std::string text = text_with_seams(random_text);
    seams += next_seam(text, 0, false) < text.size() ? 1 : 0;
    const auto size = static_cast<std::int32_t>(text.size());
    for (const Step& step : steps) {
      ASSERT_EQ(in_chunks(*step, text, false), shown(*step, text, 0, 0, size)) << step->describe() << ": " << text;
      if (!step->keeps_punctuation_seams()) continue;
      ASSERT_EQ(in_chunks(*step, text, true), shown(*step, text, 0, 0, size)) << step->describe() << ": " << text;
    }
  }
  EXPECT_GT(seams, texts * 3 / 4);
}

TEST(NormalizerSeams, NothingIsPromisedWhereAMatchMayReachOver) {
  EXPECT_FALSE(replace("a b", "x")->keeps_seams());
  EXPECT_FALSE(replace("a ", "x")->keeps_seams());
  EXPECT_FALSE(replace_regex("a?", "x")->keeps_seams());
  EXPECT_FALSE(replace_regex("", "x")->keeps_seams());
  EXPECT_FALSE(precompiled({{" ", ""}})->keeps_seams());
  EXPECT_FALSE(sequence(replace("a", " "), replace_regex(" {2,}", "_"))->keeps_seams()) << "it makes a second space";
  EXPECT_FALSE(sequence(replace("a", ""), lowercase())->keeps_seams());
  EXPECT_FALSE(sequence(replace(" ", "\u2581"), replace("a\u2581", "x"))->keeps_seams());
  EXPECT_FALSE(sequence(replace(" ", "\u0301"), form(NormalForm::kNfc))->keeps_seams());
  EXPECT_FALSE(sequence(std::make_unique<ByteLevelNormalizer>(), form(NormalForm::kNfkc))->keeps_seams());
  EXPECT_FALSE(sequence(std::make_unique<ByteLevelNormalizer>(), sequence(form(NormalForm::kNfkc)))->keeps_seams());
  EXPECT_FALSE(replace("a,", "x")->keeps_punctuation_seams());
  EXPECT_FALSE(replace("a\u226E", "x")->keeps_punctuation_seams());
  EXPECT_FALSE(sequence(replace(",", "x"), lowercase())->keeps_punctuation_seams());
  EXPECT_TRUE(sequence(replace("``", "\""), lowercase())->keeps_punctuation_seams());
}

TEST(NormalizerSeams, TheMarkIsWhatASpaceBecomes) {
  EXPECT_EQ(lowercase()->seam_mark(" "), " ");
  EXPECT_EQ(std::make_unique<Nmt>()->seam_mark("\u2581"), " ");
  EXPECT_EQ(sequence(prepend("\u2581"), replace(" ", "\u2581"))->seam_mark(" "), "\u2581");
  EXPECT_EQ(sequence(replace_regex("\\s+", "_"), lowercase())->seam_mark(" "), "_");
  EXPECT_EQ(std::make_unique<ByteLevelNormalizer>()->seam_mark(" "), "");
}

}  // namespace
}  // namespace sememe
