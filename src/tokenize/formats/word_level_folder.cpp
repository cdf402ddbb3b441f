#include "tokenize/formats/word_level_folder.h"

#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/fail.h"
#include "io/bundle.h"
#include "io/json.h"
#include "io/utf8.h"
#include "tokenize/models/word_lookup.h"
#include "tokenize/pre_tokenizers/split_behavior.h"
#include "unicode/unicode.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;
constexpr const char* kWhitespace = "whitespacetokenizer_config.json";
constexpr const char* kPhrase = "phrasetokenizer_config.json";

/// The whole text in lower case.
class PythonLower final : public Normalizer {
 public:
  void normalize(NormalizedString& text) const override {
    // Character by character, so that each keeps its place; a sigma knows its neighbours.
    std::string lower;
    append_lower(text.text(), lower);
    Rewriter out(text);
    for (std::size_t at = 0; !out.done();) {
      const unicode::Expansion expansion = unicode::lower(out.peek());
      for (int i = 0; i < expansion.size; ++i) {
        const CodePoint c = decode_utf8(lower, at);
        at += static_cast<std::size_t>(c.length);
        if (i == 0) {
          out.replace(c.value);
        } else {
          out.insert(c.value);
        }
      }
    }
    out.commit();
  }
  std::string describe() const override { return "Lowercase(Python)"; }
};

/// At whitespace, which goes, in the sense of Python's str.split().
class PythonSplit final : public PreTokenizer {
 public:
  void split(NormalizedString& text, std::vector<Piece>& pieces) const override {
    split_pieces(text.text(), pieces, SplitBehavior::kRemoved, find_characters([](char32_t c) {
                   return unicode::has(c, unicode::kWhitespace) || (c >= 0x1C && c <= 0x1F);
                 }));
  }
  std::string describe() const override { return "WhitespaceSplit(Python)"; }
};

}  // namespace

std::optional<fs::path> find_word_level_config(const fs::path& folder) {
  for (const char* const name : {kWhitespace, kPhrase})
    if (file_exists(folder / name)) return folder / name;
  return std::nullopt;
}

Pipeline read_word_level_config(const fs::path& path) {
  if (path.filename() == kPhrase) {
    fail(ErrorCode::kUnsupported, path.string(),
         ": PhraseTokenizer splits texts with NLTK and is not supported by this build; WhitespaceTokenizer is");
  }
  const JsonDocument document = JsonDocument::load(path);
  const Json root = document.root();
  const std::vector<Json> words = root.at("vocab").elements();
  std::unordered_map<std::string_view, std::size_t> last;
  for (std::size_t i = 0; i < words.size(); ++i) last[words[i].as_string()] = i;
  Vocabulary::Builder builder(path.string());
  builder.reserve(words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i].as_string();
    if (last[word] == i) builder.add(word, static_cast<std::int64_t>(i));
  }
  std::unordered_set<std::string> stop_words;
  for (const Json& word : root.at("stop_words").elements()) stop_words.emplace(word.as_string());

  Pipeline pipeline;
  if (root.get_bool("do_lower_case", false)) pipeline.normalizer = std::make_unique<PythonLower>();
  pipeline.pre_tokenizer = std::make_unique<PythonSplit>();
  pipeline.model = std::make_unique<WordLookup>(builder.build(), std::move(stop_words));
  pipeline.source = path.string();
  return pipeline;
}

}  // namespace sememe
