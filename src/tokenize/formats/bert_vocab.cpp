#include "tokenize/formats/bert_vocab.h"

#include <unordered_map>
#include <utility>

#include "base/fail.h"
#include "io/file.h"
#include "io/utf8.h"
#include "tokenize/decoders/text_decoders.h"
#include "tokenize/models/wordpiece.h"
#include "tokenize/normalizers/bert_normalizer.h"
#include "tokenize/pre_tokenizers/character_splits.h"
#include "unicode/unicode.h"

namespace sememe {
namespace {

std::string_view without_trailing_space(std::string_view line) {
  while (!line.empty()) {
    std::size_t last = line.size() - 1;
    while (last > 0 && is_utf8_continuation(line[last])) --last;
    if (!unicode::has(decode_utf8(line, last).value, unicode::kWhitespace)) break;
    line = line.substr(0, last);
  }
  return line;
}

Vocabulary read_lines(std::string_view text, const std::string& where) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(without_trailing_space(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  // A token that stands there twice has the later id, as in the reference.
  std::unordered_map<std::string_view, std::size_t> last;
  last.reserve(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) last[lines[i]] = i;
  Vocabulary::Builder builder(where);
  builder.reserve(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (last[lines[i]] == i) builder.add(lines[i], static_cast<std::int64_t>(i));
  }
  return builder.build();
}

}  // namespace

Pipeline read_bert_vocab(const std::filesystem::path& path, const TokenizerConfig& config) {
  const std::string where = path.string();
  const MappedFile file(path);
  if (const auto bad = find_invalid_utf8(file.text())) {
    fail(ErrorCode::kCorrupt, where, ": not UTF-8 at byte ", *bad, "; expected one token a line");
  }
  WordPiece::Options options;
  options.unk_token = config.unk.content;
  auto model = std::make_unique<const WordPiece>(read_lines(file.text(), where), options, where);

  const auto special = [&](const AddedToken& token) {
    const auto id = model->token_to_id(token.content);
    if (!id) {
      fail(ErrorCode::kCorrupt, where, ": the special token ", quote(token.content),
           " is not in it; tokenizer_config.json can name another");
    }
    return TemplateProcessing::Part{-1, 0, {*id}, {token.content}};
  };
  const TemplateProcessing::Part a{0, 0, {}, {}}, b{1, 1, {}, {}}, cls = special(config.cls), sep = special(config.sep);
  TemplateProcessing::Part last_sep = sep;
  last_sep.type_id = 1;

  Pipeline pipeline;
  BertNormalizer::Options normalizer;
  normalizer.lowercase = config.switches.lowercase.value_or(true);
  normalizer.strip_accents = config.switches.strip_accents;
  normalizer.handle_chinese_chars = config.switches.handle_chinese_chars.value_or(true);
  pipeline.normalizer = std::make_unique<BertNormalizer>(normalizer);
  pipeline.pre_tokenizer = std::make_unique<BertPreTokenizer>();
  pipeline.post_processor =
      std::make_unique<TemplateProcessing>(std::vector{cls, a, sep}, std::vector{cls, a, sep, b, last_sep});
  pipeline.decoder = std::make_unique<WordPieceDecoder>(options.continuing_prefix, true);

  // Padding and mask tokens that the vocabulary lacks would get ids that the model has no row for.
  std::vector<AddedToken> added = config.added_tokens;
  for (const AddedToken* token : {&config.unk, &config.sep, &config.pad, &config.cls, &config.mask}) {
    if (model->token_to_id(token->content)) added.push_back(*token);
  }
  pipeline.added = AddedTokens(added, *model, pipeline.normalizer.get());
  pipeline.model = std::move(model);
  pipeline.model_max_length = config.model_max_length;
  pipeline.source = where;
  return pipeline;
}

}  // namespace sememe
