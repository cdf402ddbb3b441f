#include "tokenize/formats/tokenizer_json.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/fail.h"
#include "base/log.h"
#include "tokenize/formats/special_tokens.h"

namespace sememe {
namespace {

Direction read_direction(const Json& json) {
  const std::string direction = json.get_string("direction", "Right");
  if (direction != "Right" && direction != "Left")
    json.fail("direction: expected Left or Right, found " + quote(direction));
  return direction == "Left" ? Direction::kLeft : Direction::kRight;
}

/// None, for a fixed length of 0, which lengthens nothing: so model2vec writes it.
std::optional<Padding> read_padding(const Json& json) {
  Padding out;
  const Json strategy = json.at("strategy");
  if (!strategy.is_string()) {
    out.length = strategy.at("Fixed").as_int();
    if (out.length < 0) strategy.fail("Fixed: expected 0 or more");
    if (out.length == 0) return std::nullopt;
  } else if (strategy.as_string() != "BatchLongest") {
    strategy.fail("expected BatchLongest or Fixed, found " + quote(strategy.as_string()));
  }
  if (const auto multiple = json.find("pad_to_multiple_of")) {
    out.multiple_of = std::max<std::int64_t>(multiple->as_int(), 1);  // 0 is none, as in the reference
  }
  out.direction = read_direction(json);
  out.id = read_id(json.at("pad_id"));
  out.type_id = read_id(json.at("pad_type_id"));
  out.token = json.at("pad_token").as_string();
  return out;
}

Truncation read_truncation(const Json& json) {
  Truncation out;
  out.max_length = json.at("max_length").as_int();
  out.stride = json.get_int("stride", 0);
  if (out.max_length < 0 || out.stride < 0) json.fail("max_length and stride must be 0 or more");
  const std::string strategy = json.get_string("strategy", "LongestFirst");
  if (strategy == "OnlyFirst") {
    out.strategy = TruncationStrategy::kOnlyFirst;
  } else if (strategy == "OnlySecond") {
    out.strategy = TruncationStrategy::kOnlySecond;
  } else if (strategy != "LongestFirst") {
    json.fail("strategy: expected LongestFirst, OnlyFirst or OnlySecond, found " + quote(strategy));
  }
  out.direction = read_direction(json);
  return out;
}

AddedTokens read_added_tokens(const Json& json, const Pipeline& pipeline) {
  std::vector<AddedToken> tokens;
  std::vector<std::int32_t> ids;
  for (const Json& element : json.elements()) {
    ids.push_back(read_id(element.at("id")));
    tokens.push_back(read_added_token(element, false));
  }
  AddedTokens added(tokens, *pipeline.model, pipeline.normalizer.get());
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto id = added.id(tokens[i].content);
    if (id && *id != ids[i]) {
      log_warning(json.where(), "[", i, "]: ", quote(tokens[i].content), " has id ", ids[i], " there, but ", *id,
                  " by the vocabulary; the latter holds");
    }
  }
  return added;
}

}  // namespace

void fail_unsupported(const Json& json, std::string_view what, std::string_view name) {
  fail(ErrorCode::kUnsupported, json.where(), ": ", what, " ", quote(name), " is not supported by this build");
}

std::int32_t read_id(const Json& json) {
  const std::int64_t id = json.as_int();
  if (id < 0 || id > std::numeric_limits<std::int32_t>::max() - 1) json.fail("expected a token id, 0 to 2147483646");
  return static_cast<std::int32_t>(id);
}

Pipeline read_tokenizer_json(const Json& root, const NormalizerSwitches& switches) {
  if (!root.is_object()) root.fail("expected an object: is this a tokenizer.json?");
  if (const std::string version = root.get_string("version", "1.0"); version != "1.0") {
    fail_unsupported(root.at("version"), "version", version);
  }
  Pipeline pipeline;
  if (const auto json = root.find("normalizer")) pipeline.normalizer = read_normalizer(*json, switches);
  if (const auto json = root.find("pre_tokenizer")) pipeline.pre_tokenizer = read_pre_tokenizer(*json);
  pipeline.model = read_model(root.at("model"));
  if (const auto json = root.find("post_processor")) pipeline.post_processor = read_post_processor(*json);
  if (const auto json = root.find("decoder")) pipeline.decoder = read_decoder(*json);
  if (const auto json = root.find("added_tokens")) pipeline.added = read_added_tokens(*json, pipeline);
  if (const auto json = root.find("truncation")) pipeline.truncation = read_truncation(*json);
  if (const auto json = root.find("padding")) pipeline.padding = read_padding(*json);
  return pipeline;
}

}  // namespace sememe
