#include "tokenize/post_processors/post_processor.h"

#include <algorithm>

#include "base/fail.h"
#include "tokenize/encoding_ops.h"

namespace sememe {
namespace {

Encoding special_tokens(const std::vector<std::int32_t>& ids, const std::vector<std::string>& tokens,
                        std::int32_t type_id, bool keep_tokens) {
  Encoding out;
  for (const std::int32_t id : ids) append_token(out, id, {0, 0}, type_id, -1, -1, true);
  if (keep_tokens) out.tokens = tokens;
  return out;
}

}  // namespace

void BertProcessing::process(std::vector<Encoding>& encodings, const TokenizeOptions& options) const {
  if (!options.add_special_tokens) return;
  std::vector<Encoding> out;
  out.push_back(special_tokens({cls_.id}, {cls_.text}, 0, options.keep_tokens));
  for (std::size_t i = 0; i < encodings.size(); ++i) {
    out.push_back(std::move(encodings[i]));
    out.push_back(special_tokens({sep_.id}, {sep_.text}, static_cast<std::int32_t>(i), options.keep_tokens));
  }
  encodings = std::move(out);
}

std::string BertProcessing::describe() const { return concat("BertProcessing(", cls_.text, " $A ", sep_.text, ")"); }

std::int64_t TemplateProcessing::added_tokens(bool pair) const {
  std::int64_t count = 0;
  for (const Part& part : pair ? pair_ : single_) count += static_cast<std::int64_t>(part.ids.size());
  return count;
}

void TemplateProcessing::process(std::vector<Encoding>& encodings, const TokenizeOptions& options) const {
  std::vector<Encoding> out;
  for (const Part& part : encodings.size() > 1 ? pair_ : single_) {
    if (part.sequence >= 0) {
      Encoding encoding = encodings[static_cast<std::size_t>(part.sequence)];
      const auto set_type = [&](Encoding& e) { std::fill(e.type_ids.begin(), e.type_ids.end(), part.type_id); };
      set_type(encoding);
      for (Encoding& piece : encoding.overflowing) set_type(piece);
      out.push_back(std::move(encoding));
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
    if (part.sequence >= 0) ++texts;
    auto& ids = texts == 0 ? affixes.before : affixes.after;
    ids.insert(ids.end(), part.ids.begin(), part.ids.end());
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

}  // namespace sememe
