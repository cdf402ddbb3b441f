#include "base/fail.h"
#include "tokenize/formats/components_json.h"
#include "tokenize/post_processors/post_processor.h"

namespace sememe {
namespace {

using PostProcessorPtr = std::unique_ptr<const PostProcessor>;

PostProcessorPtr read_bert_processing(const Json& json) {
  const auto token = [&](const char* key) {
    const Json pair = json.at(key);
    const std::vector<Json> parts = pair.elements();
    if (parts.size() != 2) pair.fail("expected a token and its id");
    return BertProcessing::Token{std::string(parts[0].as_string()), read_id(parts[1])};
  };
  return std::make_unique<BertProcessing>(token("cls"), token("sep"));
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

constexpr std::array<std::pair<std::string_view, Reader<PostProcessor>>, 2> kPostProcessors{{
    {"BertProcessing", read_bert_processing},
    {"TemplateProcessing", read_template_processing},
}};

}  // namespace

std::unique_ptr<const PostProcessor> read_post_processor(const Json& json) {
  return dispatch<PostProcessor>(kPostProcessors, "post-processor", json);
}

}  // namespace sememe
