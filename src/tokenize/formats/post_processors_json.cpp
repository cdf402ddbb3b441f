#include "base/fail.h"
#include "tokenize/formats/components_json.h"
#include "tokenize/post_processors/post_processor.h"

namespace sememe {
namespace {

using PostProcessorPtr = std::unique_ptr<const PostProcessor>;

SpecialToken read_special_token(const Json& json, std::string_view key) {
  const auto [text, id] = json.at(key).pair();
  return {std::string(text.as_string()), read_id(id)};
}

/// The reference tells these two apart by their members alone, whatever the type says.
PostProcessorPtr read_bert_or_roberta(const Json& json) {
  SpecialToken cls = read_special_token(json, "cls"), sep = read_special_token(json, "sep");
  const auto trim = json.find("trim_offsets"), space = json.find("add_prefix_space");
  if (!trim || !space) return std::make_unique<BertProcessing>(std::move(cls), std::move(sep));
  return std::make_unique<RobertaProcessing>(std::move(cls), std::move(sep), trim->as_bool(), space->as_bool());
}

PostProcessorPtr read_byte_level(const Json& json) {
  return std::make_unique<ByteLevelProcessing>(json.at("trim_offsets").as_bool(),
                                               json.at("add_prefix_space").as_bool());
}

std::vector<TemplateProcessing::Part> read_template(const Json& json, const Json& special_tokens, int texts) {
  std::vector<TemplateProcessing::Part> out;
  for (const Json& element : json.elements()) {
    TemplateProcessing::Part part;
    if (const auto sequence = element.find("Sequence")) {
      const std::string_view id = sequence->at("id").as_string();
      part.sequence = id == "A" ? 0 : id == "B" ? 1 : -1;
      if (part.sequence < 0 || part.sequence >= texts) {
        sequence->fail(concat("id: expected ", texts == 1 ? "A" : "A or B", ", found ", quote(id)));
      }
      part.type_id = read_id(sequence->at("type_id"));
    } else {
      const Json special = element.at("SpecialToken");
      const std::string_view id = special.at("id").as_string();
      const auto token = special_tokens.find(id);
      if (!token) special.fail(concat("id: ", quote(id), " is not among special_tokens"));
      for (const Json& value : token->at("ids").elements()) part.ids.push_back(read_id(value));
      for (const Json& value : token->at("tokens").elements()) part.tokens.emplace_back(value.as_string());
      if (part.ids.size() != part.tokens.size()) token->fail("ids and tokens differ in number");
      part.type_id = read_id(special.at("type_id"));
    }
    out.push_back(std::move(part));
  }
  return out;
}

PostProcessorPtr read_template_processing(const Json& json) {
  const Json special_tokens = json.at("special_tokens");
  return std::make_unique<TemplateProcessing>(read_template(json.at("single"), special_tokens, 1),
                                              read_template(json.at("pair"), special_tokens, 2));
}

PostProcessorPtr read_sequence(const Json& json) {
  std::vector<PostProcessorPtr> steps;
  for (const Json& step : json.at("processors").elements()) steps.push_back(read_post_processor(step));
  return std::make_unique<PostProcessorSequence>(std::move(steps));
}

constexpr std::array<std::pair<std::string_view, Reader<PostProcessor>>, 5> kPostProcessors{{
    {"BertProcessing", read_bert_or_roberta},
    {"ByteLevel", read_byte_level},
    {"RobertaProcessing", read_bert_or_roberta},
    {"Sequence", read_sequence},
    {"TemplateProcessing", read_template_processing},
}};

}  // namespace

std::unique_ptr<const PostProcessor> read_post_processor(const Json& json) {
  if (!json.find("type")) {  // older files: the members tell
    if (json.find("cls")) return read_bert_or_roberta(json);
    if (json.find("single")) return read_template_processing(json);
  }
  return dispatch<PostProcessor>(kPostProcessors, "post-processor", json);
}

}  // namespace sememe
