#include "explore/tour.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/fail.h"
#include "io/json_writer.h"
#include "io/utf8.h"
#include "model/word_in_text.h"
#include "sememe/similarity.h"

namespace sememe {
namespace {

constexpr std::int64_t kRowValues = 16;  // of a table row and a vector that are shown
constexpr std::string_view kWord = "bank";
constexpr std::array<std::string_view, 4> kSentences = {
    "She sat on the bank of the river.", "They fished from the grassy bank of the stream.",
    "He opened an account at the bank.", "The bank approved her loan."};

/// The text alone, without the model's own prompt, so that its tokens are those of the text.
EncodeOptions plain() {
  EncodeOptions options;
  options.prompt = "";
  return options;
}

/// One text on its way.
struct Traced {
  std::string text;
  TokenizationSteps steps;
  TokenEmbeddings last;
  AttentionTrace inside;
  Matrix vector;              ///< (1, D)
  std::vector<float> shares;  ///< L, or none
};

Traced follow(const Encoder& encoder, const AttentionProbe& probe, std::string_view text) {
  require_utf8(text, "the text");
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    fail(ErrorCode::kInvalidArgument, "tour: the text is empty; type some words");
  Traced out;
  out.text = text;
  out.steps = encoder.tokenizer().explain(text);
  const std::string_view texts[] = {text};
  out.last = encoder.encode_tokens(texts, plain());
  const std::int64_t n = std::ssize(out.last.ids);
  if (n > Tour::kMostTokens || n != std::ssize(out.steps.encoding.ids))
    fail(ErrorCode::kInvalidArgument, "tour: expected a text of at most ", Tour::kMostTokens, " tokens, found ",
         out.steps.encoding.ids.size());
  out.inside = probe.trace(out.last.ids);
  out.vector = encoder.encode(texts, plain());
  return out;
}

/// What each token of `one` adds to its cosine with `other`: cos = sum over tokens of h . b / (L |mean h| |b|).
/// Nothing, where the model's vector does not point the way of the mean of its tokens.
std::vector<float> shares_of(const Traced& one, const Traced& other) {
  const Matrix& rows = one.last.vectors;
  if (rows.cols() != one.vector.cols()) return {};
  std::vector<float> mean(rows.cols());
  for (std::int64_t t = 0; t < rows.rows(); ++t)
    for (std::int64_t i = 0; i < rows.cols(); ++i) mean[i] += rows.row(t)[i] / static_cast<float>(rows.rows());
  if (!(cosine_similarity(mean, one.vector.row(0)) > 0.9999F)) return {};
  const float lengths = std::sqrt(similarity(mean, mean, Measure::kDot)) *
                        std::sqrt(similarity(other.vector.row(0), other.vector.row(0), Measure::kDot));
  std::vector<float> out;
  for (std::int64_t t = 0; t < rows.rows(); ++t)
    out.push_back(similarity(rows.row(t), other.vector.row(0), Measure::kDot) /
                  (lengths * static_cast<float>(rows.rows())));
  return out;
}

void write(JsonWriter& json, const Traced& traced, const Tokenizer& tokenizer) {
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
        .member("special", traced.steps.encoding.special[t] != 0)
        .key("row")
        .numbers(shown(traced.inside.table_rows.row(static_cast<std::int64_t>(t))));
    json.key("share");
    traced.shares.empty() ? json.null() : json.value(traced.shares[t]);
    json.end_object();
  }
  json.end_array().member("heads", traced.inside.heads).key("attention").begin_array();
  for (const std::vector<float>& layer : traced.inside.attention) json.numbers(layer);
  json.end_array().key("vector").numbers(traced.vector.row(0)).end_object();
}

void write_lesson(JsonWriter& json, const Encoder& encoder, const AttentionProbe& probe, std::string_view text,
                  std::string_view other) {
  Traced one = follow(encoder, probe, text), two = follow(encoder, probe, other);
  one.shares = shares_of(one, two);
  two.shares = shares_of(two, one);
  json.begin_object().key("texts").begin_array();
  write(json, one, encoder.tokenizer());
  write(json, two, encoder.tokenizer());
  json.end_array().member("cosine", cosine_similarity(one.vector.row(0), two.vector.row(0))).end_object();
}

void write_bank(JsonWriter& json, const Encoder& encoder, const AttentionProbe& probe) {
  std::vector<std::vector<float>> fixed, contextual;
  for (const std::string_view sentence : kSentences) {
    const Traced traced = follow(encoder, probe, sentence);
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
