#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tokenize/pipeline.h"

/// Components as a reader of another format knows them: as they would stand in a tokenizer.json.
namespace sememe {

std::unique_ptr<const Normalizer> normalizer_of(std::string_view json, const std::string& where);
std::unique_ptr<const PreTokenizer> pre_tokenizer_of(std::string_view json, const std::string& where);
std::unique_ptr<const PostProcessor> post_processor_of(std::string_view json, const std::string& where);
std::unique_ptr<const Decoder> decoder_of(std::string_view json, const std::string& where);

/// A string as it stands in JSON, with its quotes.
std::string json_text(std::string_view text);

/// Sets the post-processor of a pipeline that has model and added tokens: "[CLS]:0 $A:0 [SEP]:0" for one text, for two
/// with $B, the digits being type ids. Throws kCorrupt, naming the source, if a token has no id.
void set_template(Pipeline& pipeline, std::string_view single, std::string_view pair);

/// The id of a token, added or the model's; throws kCorrupt, naming the source, if it has none.
std::int32_t special_id(const Pipeline& pipeline, std::string_view token);

}  // namespace sememe
