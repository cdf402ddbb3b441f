#include "tokenizer_train/word_counter.h"

#include <gtest/gtest.h>

#include <map>

#include "base/rng.h"
#include "io/json.h"
#include "tokenize/formats/tokenizer_json.h"
#include "tokenizer_train/component_names.h"

namespace sememe {
namespace {

using Counts = std::map<std::string, std::int64_t>;

struct Steps {
  explicit Steps(std::string_view normalizer_spec, std::string_view pre_tokenizer_spec) {
    const JsonDocument first = JsonDocument::parse(normalizer_json(normalizer_spec), "normalizer");
    const JsonDocument second = JsonDocument::parse(pre_tokenizer_json(pre_tokenizer_spec), "pre_tokenizer");
    if (!first.root().is_null()) normalizer = read_normalizer(first.root(), {});
    if (!second.root().is_null()) pre_tokenizer = read_pre_tokenizer(second.root());
  }
  std::unique_ptr<const Normalizer> normalizer;
  std::unique_ptr<const PreTokenizer> pre_tokenizer;
};

Counts count(const Steps& steps, const std::vector<std::string>& texts, int threads = 1,
             std::int64_t max_words = 1 << 20, std::int64_t epoch_bytes = 1 << 16) {
  ThreadPool pool(threads);
  WordCounter counter(steps.normalizer.get(), steps.pre_tokenizer.get(), pool, max_words, epoch_bytes);
  for (std::size_t i = 0; i < texts.size();) {  // in calls of several sizes
    const std::size_t end = std::min(texts.size(), i + 1 + i % 7 * static_cast<std::size_t>(threads));
    counter.add(std::vector<std::string_view>(texts.begin() + static_cast<std::ptrdiff_t>(i),
                                              texts.begin() + static_cast<std::ptrdiff_t>(end)));
    i = end;
  }
  Counts out;
  for (const CountedWord& word : counter.finish()) EXPECT_TRUE(out.emplace(word.text, word.count).second) << word.text;
  return out;
}

/// Every text through the steps as a whole.
Counts count_plainly(const Steps& steps, const std::vector<std::string>& texts) {
  Counts out;
  for (const std::string& text : texts) {
    NormalizedString normalized;
    normalized.assign(text, 0);
    if (steps.normalizer) steps.normalizer->normalize(normalized);
    std::vector<Piece> pieces;
    if (normalized.size() > 0) pieces.push_back({0, normalized.size(), -1});
    if (steps.pre_tokenizer) steps.pre_tokenizer->split(normalized, pieces);
    for (const Piece& piece : pieces)
      ++out[std::string(normalized.text().substr(static_cast<std::size_t>(piece.begin),
                                                 static_cast<std::size_t>(piece.end - piece.begin)))];
  }
  return out;
}

std::vector<std::string> random_texts() {
  const std::vector<std::string> parts = {
      " ",      " ",      " ",      " ",  "a",  "the",    "Cat",    "it's",         "don't",   ",",
      ".",      "'",      "  ",     "\t", "\n", "\u3000", "\u00a0", "\u0301",       "e\u0301", "\u0130",
      "\u4e2d", "\u200d", "\u00ad", "7",  "12", "_",      "\u2581", "\u0433\u043e", "x\u0001", "\u0939\u093f"};
  const CounterRng rng(5, 0);
  std::uint64_t drawn = 0;
  std::vector<std::string> texts = {"", " ", "one two three", "one  two", " one two ", "a b"};
  for (int i = 0; i < 500; ++i) {
    std::string& text = texts.emplace_back();
    for (std::uint32_t k = rng.below(drawn++, 24); k > 0; --k)
      text.append(parts[rng.below(drawn++, static_cast<std::uint32_t>(parts.size()))]);
  }
  return texts;
}

TEST(WordCounter, CountsInChunksAreThoseOfWholeTexts) {
  const std::vector<std::string> texts = random_texts();
  for (const std::string normalizer : {"none", "bert", "bert-cased", "lowercase", "nfc", "nfd", "strip",
                                       "nfd,lowercase,strip-accents", R"({"type":"Prepend","prepend":"_"})"}) {
    for (const std::string pre_tokenizer :
         {"none", "bert", "bytelevel", "metaspace", "whitespace", "whitespace-split", "digits", "whitespace,digits",
          R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true})",
          R"({"type":"Metaspace","replacement":"_","prepend_scheme":"first","split":true})"}) {
      SCOPED_TRACE(normalizer + " | " + pre_tokenizer);
      const Steps steps(normalizer, pre_tokenizer);
      const Counts expected = count_plainly(steps, texts);
      EXPECT_EQ(count(steps, texts), expected);
      EXPECT_EQ(count(steps, texts, 3), expected);
    }
  }
}

TEST(WordCounter, MostFrequentWordsComeFirst) {
  const Steps steps("none", "whitespace-split");
  ThreadPool pool(1);
  WordCounter counter(nullptr, steps.pre_tokenizer.get(), pool, 100);
  counter.add(std::vector<std::string_view>{"a b b c c c"});
  const std::vector<CountedWord> words = counter.finish();
  ASSERT_EQ(words.size(), 3u);
  EXPECT_EQ(words[0].text, "c");
  EXPECT_EQ(words[2].text, "a");
}

TEST(WordCounter, RareWordsAreForgottenInRoundsWhenThereAreTooMany) {
  const Steps steps("none", "whitespace-split");
  std::vector<std::string> texts;
  for (int i = 0; i < 50; ++i) texts.push_back("often " + std::string(i % 5 == 0 ? "some" : "") + std::to_string(i));
  texts.emplace_back("twice twice some some some");
  for (const int threads : {1, 3})
    EXPECT_EQ(count(steps, texts, threads, 3), (Counts{{"often", 50}, {"some", 3}, {"twice", 2}})) << threads;
  EXPECT_EQ(count(steps, texts, 1, 2), (Counts{{"often", 50}, {"some", 3}}));
  ThreadPool pool(1);
  WordCounter counter(nullptr, steps.pre_tokenizer.get(), pool, 2);
  counter.add(std::vector<std::string_view>(texts.begin(), texts.end()));
  counter.finish();
  EXPECT_EQ(counter.dropped_words(), 51);
  EXPECT_EQ(counter.dropped_occurrences(), 52);
}

TEST(WordCounter, EpochsEndAfterTheSameTextsHoweverTheyCome) {
  // What is forgotten after an epoch depends on where it ends.
  const Steps steps("none", "whitespace-split");
  std::vector<std::string> texts;
  for (int i = 0; i < 130; ++i) texts.push_back("w" + std::to_string(i % 70) + " w" + std::to_string(i % 11));
  const Counts expected = count(steps, texts, 1, 10, 300);
  EXPECT_EQ(count(steps, texts, 3, 10, 300), expected);
  EXPECT_NE(count(steps, texts, 1, 10, 400), expected);
  ThreadPool pool(2);
  WordCounter counter(nullptr, steps.pre_tokenizer.get(), pool, 10, 300);
  counter.add(std::vector<std::string_view>(texts.begin(), texts.end()));
  Counts at_once;
  for (const CountedWord& word : counter.finish()) at_once.emplace(word.text, word.count);
  EXPECT_EQ(at_once, expected);
}

TEST(ComponentNames, AreJoinedOrTakenAsJson) {
  EXPECT_EQ(normalizer_json("none"), "null");
  EXPECT_EQ(normalizer_json("nfc"), R"({"type":"NFC"})");
  EXPECT_EQ(normalizer_json("nfc,lowercase"),
            R"({"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Lowercase"}]})");
  EXPECT_EQ(pre_tokenizer_json(" {\"x\":1}"), " {\"x\":1}");
  EXPECT_ANY_THROW(pre_tokenizer_json("nfc"));
  EXPECT_ANY_THROW(pre_tokenizer_json("whitespace,"));
  const JsonDocument document = JsonDocument::parse(pre_tokenizer_json("whitespace,digits"), "x");
  EXPECT_TRUE(find_component(document.root(), "Digits").has_value());
  EXPECT_FALSE(find_component(document.root(), "ByteLevel").has_value());
}

}  // namespace
}  // namespace sememe
