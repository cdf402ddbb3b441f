#include "base/fail.h"
#include "tokenize/formats/components_json.h"
#include "tokenize/pre_tokenizers/character_splits.h"

namespace sememe {
namespace {

using PreTokenizerPtr = std::unique_ptr<const PreTokenizer>;

PreTokenizerPtr read_pre_tokenizer_sequence(const Json& json) {
  std::vector<PreTokenizerPtr> steps;
  for (const Json& step : json.at("pretokenizers").elements()) steps.push_back(read_pre_tokenizer(step));
  return std::make_unique<PreTokenizerSequence>(std::move(steps));
}

constexpr std::array<std::pair<std::string_view, SplitBehavior>, 5> kBehaviors{{
    {"Removed", SplitBehavior::kRemoved},
    {"Isolated", SplitBehavior::kIsolated},
    {"MergedWithPrevious", SplitBehavior::kMergedWithPrevious},
    {"MergedWithNext", SplitBehavior::kMergedWithNext},
    {"Contiguous", SplitBehavior::kContiguous},
}};

PreTokenizerPtr read_punctuation(const Json& json) {
  const std::string behavior = json.get_string("behavior", "Isolated");
  for (const auto& [name, value] : kBehaviors) {
    if (name == behavior) return std::make_unique<Punctuation>(value);
  }
  json.fail("unknown behavior " + quote(behavior));
}

PreTokenizerPtr read_digits(const Json& json) {
  return std::make_unique<Digits>(json.get_bool("individual_digits", false));
}

PreTokenizerPtr read_char_delimiter(const Json& json) {
  const std::string_view delimiter = json.at("delimiter").as_string();
  if (delimiter.empty() || static_cast<std::size_t>(decode_utf8(delimiter, 0).length) != delimiter.size()) {
    json.at("delimiter").fail("expected one character");
  }
  return std::make_unique<CharDelimiterSplit>(decode_utf8(delimiter, 0).value);
}

constexpr std::array<std::pair<std::string_view, Reader<PreTokenizer>>, 7> kPreTokenizers{{
    {"BertPreTokenizer", plain<PreTokenizer, BertPreTokenizer>},
    {"Sequence", read_pre_tokenizer_sequence},
    {"Whitespace", plain<PreTokenizer, Whitespace>},
    {"WhitespaceSplit", plain<PreTokenizer, WhitespaceSplit>},
    {"Punctuation", read_punctuation},
    {"Digits", read_digits},
    {"CharDelimiterSplit", read_char_delimiter},
}};

}  // namespace

std::unique_ptr<const PreTokenizer> read_pre_tokenizer(const Json& json) {
  return dispatch<PreTokenizer>(kPreTokenizers, "pre-tokenizer", json);
}

}  // namespace sememe
