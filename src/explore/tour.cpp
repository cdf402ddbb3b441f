#include "explore/tour.h"

#include <algorithm>
#include <array>

#include "base/fail.h"
#include "io/json_writer.h"
#include "io/utf8.h"
#include "model/text_trace.h"
#include "model/word_in_text.h"
#include "sememe/similarity.h"

namespace sememe {
namespace {

constexpr std::int64_t kRowValues = 16;  // of a table row and a vector that are shown
constexpr std::string_view kWord = "bank";
constexpr std::array<std::string_view, 4> kSentences = {
    "She sat on the bank of the river.", "They fished from the grassy bank of the stream.",
    "He opened an account at the bank.", "The bank approved her loan."};

TextTrace follow(const Encoder& encoder, const AttentionProbe& probe, std::string_view text) {
  require_utf8(text, "the text");
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    fail(ErrorCode::kInvalidArgument, "tour: the text is empty; type some words");
  // Before the trace, whose attention grows with the square of them.
  const std::size_t tokens = encoder.tokenizer().encode(text).ids.size();
  if (tokens > static_cast<std::size_t>(std::min(Tour::kMostTokens, encoder.info().max_tokens)))
    fail(ErrorCode::kInvalidArgument, "tour: expected a text of at most ",
         std::min(Tour::kMostTokens, encoder.info().max_tokens), " tokens, found ", tokens);
  return trace_text(encoder, probe, text);
}

void write(JsonWriter& json, const TextTrace& traced, std::span<const float> shares, const Tokenizer& tokenizer) {
  json.begin_object()
      .member("text", traced.text)
      .member("normalized", traced.steps.normalized)
      .key("tokens")
      .begin_array();
  const auto shown = [](std::span<const float> row) {
    return row.subspan(0, static_cast<std::size_t>(std::min<std::int64_t>(kRowValues, std::ssize(row))));
  };
  for (std::size_t t = 0; t < traced.last.ids.size(); ++t) {
    const std::int32_t id = traced.last.ids[t];
    json.begin_object()
        .member("token", replace_invalid_utf8(tokenizer.id_to_token(id).value_or("")))
        .member("id", id)
        .member("special", traced.steps.encoding.run(t).special)
        .key("row")
        .numbers(shown(traced.inside.table_rows.row(static_cast<std::int64_t>(t))));
    json.key("share");
    shares.empty() ? json.null() : json.value(shares[t]);
    json.end_object();
  }
  json.end_array().member("heads", traced.inside.heads).key("attention").begin_array();
  for (const std::vector<float>& layer : traced.inside.attention) json.numbers(layer);
  json.end_array().key("vector").numbers(traced.vector.row(0)).end_object();
}

void write_lesson(JsonWriter& json, const Encoder& encoder, const AttentionProbe& probe, std::string_view text,
                  std::string_view other) {
  const TextTrace one = follow(encoder, probe, text), two = follow(encoder, probe, other);
  json.begin_object().key("texts").begin_array();
  write(json, one, cosine_shares(one, two), encoder.tokenizer());
  write(json, two, cosine_shares(two, one), encoder.tokenizer());
  json.end_array().member("cosine", cosine_similarity(one.vector.row(0), two.vector.row(0))).end_object();
}

void write_bank(JsonWriter& json, const Encoder& encoder, const AttentionProbe& probe) {
  std::vector<std::vector<float>> fixed, contextual;
  for (const std::string_view sentence : kSentences) {
    const TextTrace traced = follow(encoder, probe, sentence);
    const Offset where = find_word(sentence, kWord).value();
    fixed.push_back(mean_of_word(traced.steps.encoding, traced.inside.table_rows, where));
    contextual.push_back(mean_of_word(traced.steps.encoding, traced.last.vectors, where));
  }
  json.begin_object().member("word", kWord).key("sentences").begin_array();
  for (const std::string_view sentence : kSentences) json.value(sentence);
  json.end_array();
  for (const auto& [name, vectors] : {std::pair{"static", &fixed}, std::pair{"contextual", &contextual}}) {
    json.key(name).begin_array();
    for (const std::vector<float>& a : *vectors) {
      std::vector<float> row;
      for (const std::vector<float>& b : *vectors) row.push_back(cosine_similarity(a, b));
      json.numbers(row);
    }
    json.end_array();
  }
  json.end_object();
}

}  // namespace

std::string Tour::lesson(std::string_view text, std::string_view other) const {
  JsonWriter json;
  write_lesson(json, encoder_, probe_, text, other);
  return json.take();
}

std::string Tour::bank() const {
  JsonWriter json;
  write_bank(json, encoder_, probe_);
  return json.take();
}

std::string Tour::document(std::string_view text, std::string_view other) const {
  const EncoderInfo& info = encoder_.info();
  JsonWriter json;
  json.begin_object()
      .member("model", info.name)
      .member("layers", info.layers)
      .member("vocabulary", info.vocab_size)
      .member("dimensions", encoder_.dimensions())
      .key("modules")
      .begin_array();
  for (const std::string& module : info.modules) json.value(module);
  json.end_array().key("lesson");
  write_lesson(json, encoder_, probe_, text, other);
  json.key("bank");
  write_bank(json, encoder_, probe_);
  json.end_object();
  return json.take();
}

}  // namespace sememe
