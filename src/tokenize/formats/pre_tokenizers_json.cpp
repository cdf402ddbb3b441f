#include "base/fail.h"
#include "tokenize/formats/components_json.h"
#include "tokenize/pre_tokenizers/byte_level.h"
#include "tokenize/pre_tokenizers/character_splits.h"
#include "tokenize/pre_tokenizers/fixed_length.h"
#include "tokenize/pre_tokenizers/metaspace.h"
#include "tokenize/pre_tokenizers/split.h"
#include "tokenize/pre_tokenizers/unicode_scripts.h"

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

SplitBehavior read_behavior(const Json& json) {
  for (const auto& [name, value] : kBehaviors) {
    if (name == json.as_string()) return value;
  }
  json.fail("unknown behavior " + quote(json.as_string()));
}

PreTokenizerPtr read_punctuation(const Json& json) {
  const auto behavior = json.find("behavior");
  return std::make_unique<Punctuation>(behavior ? read_behavior(*behavior) : SplitBehavior::kIsolated);
}

PreTokenizerPtr read_digits(const Json& json) {
  return std::make_unique<Digits>(json.at("individual_digits").as_bool());
}

char32_t read_character(const Json& json) {
  const std::string_view text = json.as_string();
  if (text.empty() || static_cast<std::size_t>(decode_utf8(text, 0).length) != text.size()) {
    json.fail("expected one character");
  }
  return decode_utf8(text, 0).value;
}

PreTokenizerPtr read_char_delimiter(const Json& json) {
  return std::make_unique<CharDelimiterSplit>(read_character(json.at("delimiter")));
}

PreTokenizerPtr read_byte_level(const Json& json) {
  json.at("trim_offsets").as_bool();  // the post-processor's business, yet the reference wants it here as well
  return std::make_unique<ByteLevel>(ByteLevel::Options{.add_prefix_space = json.at("add_prefix_space").as_bool(),
                                                        .use_regex = json.get_bool("use_regex", true)});
}

Metaspace::Prepend read_prepend_scheme(const Json& json) {
  if (json.as_string() == "always") return Metaspace::Prepend::kAlways;
  if (json.as_string() == "first") return Metaspace::Prepend::kFirst;
  if (json.as_string() == "never") return Metaspace::Prepend::kNever;
  json.fail("unknown prepend_scheme " + quote(json.as_string()) + ": expected always, first or never");
}

PreTokenizerPtr read_metaspace(const Json& json) {
  Metaspace::Options options{.replacement = read_character(json.at("replacement"))};
  if (const auto scheme = json.find("prepend_scheme")) options.prepend = read_prepend_scheme(*scheme);
  // Older files have add_prefix_space alone, and may say no only where the scheme does.
  if (!json.get_bool("add_prefix_space", true) && options.prepend != Metaspace::Prepend::kNever) {
    json.at("add_prefix_space").fail("does not match prepend_scheme: expected \"prepend_scheme\": \"never\"");
  }
  options.split = json.get_bool("split", true);
  return std::make_unique<Metaspace>(options);
}

PreTokenizerPtr read_split(const Json& json) {
  const Json pattern = json.at("pattern");
  const auto text = pattern.find("String"), regex = pattern.find("Regex");
  if (pattern.size() != 1 || (!text && !regex)) pattern.fail("expected one member, String or Regex");
  const SplitBehavior behavior = read_behavior(json.at("behavior"));
  const bool invert = json.at("invert").as_bool();
  if (text) return std::make_unique<Split>(Split::Kind::kString, text->as_string(), behavior, invert);
  try {
    return std::make_unique<Split>(Split::Kind::kRegex, regex->as_string(), behavior, invert);
  } catch (const Error& error) {
    fail(error.code(), regex->where(), ": ", error.what());
  }
}

PreTokenizerPtr read_fixed_length(const Json& json) {
  const std::int64_t length = json.get_int("length", 5);
  if (length < 1) json.at("length").fail("expected at least 1");
  return std::make_unique<FixedLength>(length);
}

constexpr std::array<std::pair<std::string_view, Reader<PreTokenizer>>, 12> kPreTokenizers{{
    {"BertPreTokenizer", plain<PreTokenizer, BertPreTokenizer>},
    {"Sequence", read_pre_tokenizer_sequence},
    {"Whitespace", plain<PreTokenizer, Whitespace>},
    {"WhitespaceSplit", plain<PreTokenizer, WhitespaceSplit>},
    {"Punctuation", read_punctuation},
    {"Digits", read_digits},
    {"CharDelimiterSplit", read_char_delimiter},
    {"ByteLevel", read_byte_level},
    {"Metaspace", read_metaspace},
    {"Split", read_split},
    {"UnicodeScripts", plain<PreTokenizer, UnicodeScripts>},
    {"FixedLength", read_fixed_length},
}};

}  // namespace

std::unique_ptr<const PreTokenizer> read_pre_tokenizer(const Json& json) {
  return dispatch<PreTokenizer>(kPreTokenizers, "pre-tokenizer", json);
}

}  // namespace sememe
