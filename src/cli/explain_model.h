#pragma once

#include <span>
#include <string>

#include "io/json_writer.h"
#include "model/text_trace.h"

namespace sememe::cli {

/// What a transformer makes of the tokens of a text, for people: its table rows, what each layer does, its vector.
std::string trace_text_form(const TextTrace& trace, const EncoderInfo& model);

/// The cosine of two texts, and what each token adds to it, if the model's vectors are means of tokens.
std::string shares_text_form(const TextTrace& one, const TextTrace& other);

/// The same as members of the object of a text: "layers": [{"similarity": [L], "attention": [of each token, L]}],
/// "vector". A layer's similarity is the cosine of each token's state with what entered the first layer, its attention
/// the mean of its heads.
void write_trace(JsonWriter& json, const TextTrace& trace);

}  // namespace sememe::cli
