#pragma once

#include "io/json.h"
#include "tokenize/formats/tokenizer_config.h"
#include "tokenize/pipeline.h"

namespace sememe {

/// The pipeline that a tokenizer.json (version "1.0") describes; `switches` win over a BertNormalizer of its own.
/// Errors  kCorrupt: names the key; kUnsupported: names the component and its place.
Pipeline read_tokenizer_json(const Json& root, const NormalizerSwitches& switches);

/// Single components; their type is in "type".
std::unique_ptr<const Normalizer> read_normalizer(const Json& json, const NormalizerSwitches& switches);
std::unique_ptr<const PreTokenizer> read_pre_tokenizer(const Json& json);
std::unique_ptr<const TokenModel> read_model(const Json& json);
std::unique_ptr<const PostProcessor> read_post_processor(const Json& json);
std::unique_ptr<const Decoder> read_decoder(const Json& json);

/// Throws kUnsupported: "<place>: <what> '<name>' is not supported by this build".
[[noreturn]] void fail_unsupported(const Json& json, std::string_view what, std::string_view name);

/// An id, 0 to 2^31 - 2; throws kCorrupt otherwise.
std::int32_t read_id(const Json& json);

}  // namespace sememe
