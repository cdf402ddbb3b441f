#include "tokenize/post_processors/post_processor.h"

#include <algorithm>
#include <utility>

#include "base/fail.h"
#include "tokenize/encoding_ops.h"
#include "tokenize/post_processors/trim_offsets.h"

namespace sememe {
namespace {

Encoding special_tokens(const std::vector<std::int32_t>& ids, const std::vector<std::string>& tokens,
                        std::int32_t type_id, bool keep_tokens) {
  Encoding out;
  for (const std::int32_t id : ids) append_token(out, id, {0, 0}, type_id, -1, -1, true);
  if (keep_tokens) out.tokens = tokens;
  return out;
}

Encoding special_token(const SpecialToken& token, std::int32_t type_id) {
  return special_tokens({token.id}, {token.text}, type_id, true);
}

/// Puts special tokens around an encoding and what overflows of it.
void wrap(Encoding& encoding, const SpecialToken* before, const SpecialToken& after, std::int32_t type_id,
          bool keep_tokens) {
  Encoding out;
  if (before != nullptr) out = special_tokens({before->id}, {before->text}, type_id, keep_tokens);
  const std::size_t total = encoding.tokens_total;
  append(out, std::move(encoding));
  append(out, special_tokens({after.id}, {after.text}, type_id, keep_tokens));
  out.tokens_total = total;
  encoding = std::move(out);
}

void set_types(Encoding& encoding, std::int32_t type_id) {
  for (Encoding::Run& run : encoding.runs) run.type_id = type_id;
}

}  // namespace

void BertProcessing::process(std::vector<Encoding>& encodings, const Texts&, const TokenizeOptions& options) const {
  if (!options.add_special_tokens) return;
  for (Encoding& encoding : encodings) {
    const bool first = &encoding == encodings.data();
    wrap(encoding, first ? &cls_ : nullptr, sep_, first ? 0 : 1, options.keep_tokens);
  }
}

std::optional<PostProcessor::Affixes> BertProcessing::single_affixes() const {
  return Affixes{special_token(cls_, 0), special_token(sep_, 0), std::nullopt};
}

std::string BertProcessing::describe() const { return concat("BertProcessing(", cls_.text, " $A ", sep_.text, ")"); }

void RobertaProcessing::process(std::vector<Encoding>& encodings, const Texts& texts,
                                const TokenizeOptions& options) const {
  for (Encoding& encoding : encodings) {
    if (trim_offsets_) trim_offsets(encoding, texts, add_prefix_space_);
    set_types(encoding, 0);
    if (!options.add_special_tokens) continue;
    for (Encoding& piece : encoding.overflowing) set_types(piece, 0);
    wrap(encoding, &encoding == encodings.data() ? &cls_ : &sep_, sep_, 0, options.keep_tokens);
  }
}

std::optional<PostProcessor::Affixes> RobertaProcessing::single_affixes() const {
  return Affixes{special_token(cls_, 0), special_token(sep_, 0), 0};
}

std::string RobertaProcessing::describe() const {
  return concat("RobertaProcessing(", cls_.text, " $A ", sep_.text, trim_offsets_ ? ", trim_offsets)" : ")");
}

void ByteLevelProcessing::process(std::vector<Encoding>& encodings, const Texts& texts, const TokenizeOptions&) const {
  if (!trim_offsets_) return;
  for (Encoding& encoding : encodings) trim_offsets(encoding, texts, add_prefix_space_);
}

std::int64_t TemplateProcessing::added_tokens(bool pair) const {
  std::int64_t count = 0;
  for (const Part& part : pair ? pair_ : single_) count += static_cast<std::int64_t>(part.ids.size());
  return count;
}

void TemplateProcessing::process(std::vector<Encoding>& encodings, const Texts&, const TokenizeOptions& options) const {
  if (encodings.size() > 2) {
    fail(ErrorCode::kUnsupported, "post-processor: a template over the ", encodings.size(),
         " parts that the steps before it made; at most 2");
  }
  std::vector<Encoding> out;
  const std::vector<Part>& parts = encodings.size() > 1 ? pair_ : single_;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Part& part = parts[i];
    if (part.sequence >= 0) {
      const bool again = std::any_of(parts.begin() + static_cast<std::ptrdiff_t>(i) + 1, parts.end(),
                                     [&](const Part& later) { return later.sequence == part.sequence; });
      Encoding& encoding = encodings[static_cast<std::size_t>(part.sequence)];
      out.push_back(again ? encoding : std::move(encoding));
      // As in the reference: what overflows keeps the types that it had.
      set_types(out.back(), part.type_id);
    } else if (options.add_special_tokens) {
      out.push_back(special_tokens(part.ids, part.tokens, part.type_id, options.keep_tokens));
    }
  }
  encodings = std::move(out);
}

std::optional<PostProcessor::Affixes> TemplateProcessing::single_affixes() const {
  Affixes affixes;
  int texts = 0;
  for (const Part& part : single_) {
    if (part.sequence >= 0) {
      ++texts;
      affixes.type_id = part.type_id;
    } else {
      append(texts == 0 ? affixes.before : affixes.after, special_tokens(part.ids, part.tokens, part.type_id, true));
    }
  }
  return texts == 1 ? std::optional(std::move(affixes)) : std::nullopt;
}

std::string TemplateProcessing::describe() const {
  std::string out;
  for (const Part& part : single_) {
    if (part.sequence >= 0) out.append(out.empty() ? "$A" : " $A");
    for (const std::string& token : part.tokens) out.append(out.empty() ? "" : " ").append(token);
  }
  return "TemplateProcessing(" + out + ")";
}

std::int64_t PostProcessorSequence::added_tokens(bool pair) const {
  std::int64_t count = 0;
  for (const auto& step : steps_) count += step->added_tokens(pair);
  return count;
}

bool PostProcessorSequence::needs_tokens() const {
  return std::any_of(steps_.begin(), steps_.end(), [](const auto& step) { return step->needs_tokens(); });
}

void PostProcessorSequence::process(std::vector<Encoding>& encodings, const Texts& texts,
                                    const TokenizeOptions& options) const {
  for (const auto& step : steps_) step->process(encodings, texts, options);
}

// After a step that adds something, a later one may take what was added for a text of its own.
std::optional<PostProcessor::Affixes> PostProcessorSequence::single_affixes() const {
  Affixes out;
  bool added = false;
  for (const auto& step : steps_) {
    std::optional<Affixes> affixes = step->single_affixes();
    if (!affixes) return std::nullopt;
    const bool adds = affixes->before.size() + affixes->after.size() > 0;
    if (added && (adds || affixes->type_id)) return std::nullopt;
    if (!affixes->type_id) affixes->type_id = out.type_id;
    if (!added) out = std::move(*affixes);
    added = added || adds;
  }
  return out;
}

std::string PostProcessorSequence::describe() const {
  std::string out;
  for (const auto& step : steps_) out.append(out.empty() ? "" : ", ").append(step->describe());
  return "Sequence(" + out + ")";
}

}  // namespace sememe
