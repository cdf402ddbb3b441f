#include "tokenize/formats/component_text.h"

#include <algorithm>
#include <utility>

#include "base/fail.h"
#include "io/json_writer.h"
#include "tokenize/formats/tokenizer_json.h"

namespace sememe {
namespace {

std::vector<TemplateProcessing::Part> read_template(std::string_view text, const Pipeline& pipeline) {
  std::vector<TemplateProcessing::Part> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    TemplateProcessing::Part part;
    if (word.size() > 2 && word[word.size() - 2] == ':') {
      part.type_id = word.back() - '0';
      word.remove_suffix(2);
    }
    if (word == "$A" || word == "$B") {
      part.sequence = word == "$A" ? 0 : 1;
    } else {
      part.ids.push_back(special_id(pipeline, word));
      part.tokens.emplace_back(word);
    }
    out.push_back(std::move(part));
  }
  return out;
}

}  // namespace

std::unique_ptr<const Normalizer> normalizer_of(std::string_view json, const std::string& where) {
  const JsonDocument document = JsonDocument::parse(json, where);
  return read_normalizer(document.root(), {});
}

std::unique_ptr<const PreTokenizer> pre_tokenizer_of(std::string_view json, const std::string& where) {
  const JsonDocument document = JsonDocument::parse(json, where);
  return read_pre_tokenizer(document.root());
}

std::unique_ptr<const PostProcessor> post_processor_of(std::string_view json, const std::string& where) {
  const JsonDocument document = JsonDocument::parse(json, where);
  return read_post_processor(document.root());
}

std::unique_ptr<const Decoder> decoder_of(std::string_view json, const std::string& where) {
  const JsonDocument document = JsonDocument::parse(json, where);
  return read_decoder(document.root());
}

std::string json_text(std::string_view text) {
  JsonWriter json;
  json.value(text);
  return json.take();
}

void set_template(Pipeline& pipeline, std::string_view single, std::string_view pair) {
  pipeline.post_processor =
      std::make_unique<TemplateProcessing>(read_template(single, pipeline), read_template(pair, pipeline));
}

std::int32_t special_id(const Pipeline& pipeline, std::string_view token) {
  if (const auto id = pipeline.added.id(token)) return *id;
  if (const auto id = pipeline.model->token_to_id(token)) return *id;
  fail(ErrorCode::kCorrupt, pipeline.source, ": the special token ", quote(token),
       " is neither in the vocabulary nor among the added tokens");
}

}  // namespace sememe
