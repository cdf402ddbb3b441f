#include "tokenize/formats/gguf_file.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/fail.h"
#include "io/gguf.h"
#include "tokenize/decoders/sentencepiece_decoder.h"
#include "tokenize/formats/component_text.h"
#include "tokenize/models/bpe.h"
#include "tokenize/models/sentencepiece_bpe.h"
#include "tokenize/models/sentencepiece_unigram.h"
#include "tokenize/models/wordpiece.h"
#include "tokenize/normalizers/bert_normalizer.h"
#include "tokenize/normalizers/sentencepiece_normalizer.h"
#include "tokenize/pre_tokenizers/patterns.h"

namespace sememe {
namespace {

constexpr std::string_view kMark = "\xE2\x96\x81";  // U+2581
constexpr std::size_t kMostTokens = std::size_t{1} << 23;

/// What all models have.
struct Vocab {
  const GgufFile& file;
  std::vector<std::string_view> tokens;
  std::vector<std::int64_t> types;  // a token each: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte

  std::int64_t type(std::size_t id) const { return types.empty() ? 1 : types[id]; }
  /// Text of the token that a key names.
  std::optional<std::string_view> token(std::string_view key) const {
    const auto id = file.integer(key);
    if (!id || *id < 0 || std::cmp_greater_equal(*id, tokens.size())) return std::nullopt;
    return tokens[static_cast<std::size_t>(*id)];
  }
};

Vocab read_vocab(const GgufFile& file) {
  Vocab out{file, file.texts("tokenizer.ggml.tokens"), file.integers("tokenizer.ggml.token_type")};
  if (out.tokens.empty()) fail(ErrorCode::kCorrupt, file.name(), ": no vocabulary (tokenizer.ggml.tokens) is in it");
  if (out.tokens.size() > kMostTokens) {
    fail(ErrorCode::kUnsupported, file.name(), ": a vocabulary of ", out.tokens.size(), " tokens; at most ",
         kMostTokens);
  }
  if (!out.types.empty() && out.types.size() != out.tokens.size()) {
    fail(ErrorCode::kCorrupt, file.name(), ": ", out.tokens.size(), " tokens, but ", out.types.size(), " token types");
  }
  return out;
}

void set_added_tokens(Pipeline& pipeline, const Vocab& vocab) {
  std::vector<AddedToken> added;
  for (std::size_t id = 0; id < vocab.tokens.size(); ++id) {
    const bool control = vocab.type(id) == 3;
    if (!control && vocab.type(id) != 4) continue;
    added.push_back({std::string(vocab.tokens[id]), false, false, false, false, control});
  }
  pipeline.added = AddedTokens(added, *pipeline.model, pipeline.normalizer.get());
}

/// Beginning and end of each text, as the file wants them.
void set_bos_eos(Pipeline& pipeline, const Vocab& vocab, bool bos_default, bool eos_default) {
  const auto bos = vocab.token("tokenizer.ggml.bos_token_id"), eos = vocab.token("tokenizer.ggml.eos_token_id");
  const bool begin = vocab.file.flag("tokenizer.ggml.add_bos_token").value_or(bos_default) && bos;
  const bool end = vocab.file.flag("tokenizer.ggml.add_eos_token").value_or(eos_default) && eos;
  if (!begin && !end) return;
  const auto text = [&](std::string_view sequence, std::string_view type) {
    return concat(begin ? concat(*bos, type, " ") : "", sequence, type, end ? concat(" ", *eos, type) : "");
  };
  set_template(pipeline, text("$A", ":0"), text("$A", ":0") + " " + text("$B", ":1"));
}

/// llama.cpp marks the begin of words instead of what goes on: "\u2581word", "ing" for "word", "##ing".
void read_bert(Pipeline& pipeline, const Vocab& vocab, std::optional<bool> lowercase) {
  Vocabulary::Builder builder(pipeline.source);
  builder.reserve(vocab.tokens.size());
  for (std::size_t id = 0; id < vocab.tokens.size(); ++id) {
    const std::string_view token = vocab.tokens[id];
    const auto number = static_cast<std::int64_t>(id);
    if (token.starts_with(kMark)) {
      builder.add(token.substr(kMark.size()), number);
    } else if (token.starts_with('[') && token.ends_with(']')) {
      builder.add(token, number);
    } else {
      builder.add(concat("##", token), number);
    }
  }
  WordPiece::Options options;
  options.unk_token = vocab.token("tokenizer.ggml.unknown_token_id").value_or("[UNK]");
  pipeline.model = std::make_unique<WordPiece>(builder.build(), options, pipeline.source);
  BertNormalizer::Options normalizer;
  normalizer.lowercase = lowercase.value_or(true);
  pipeline.normalizer = std::make_unique<BertNormalizer>(normalizer);
  pipeline.pre_tokenizer = pre_tokenizer_of(R"({"type":"BertPreTokenizer"})", pipeline.source);
  pipeline.decoder = decoder_of(R"({"type":"WordPiece","prefix":"##","cleanup":true})", pipeline.source);
  set_added_tokens(pipeline, vocab);
  auto cls = vocab.token("tokenizer.ggml.cls_token_id");
  if (!cls) cls = vocab.token("tokenizer.ggml.bos_token_id");
  // The key was misspelt once, and files have it either way.
  auto sep = vocab.token("tokenizer.ggml.separator_token_id");
  if (!sep) sep = vocab.token("tokenizer.ggml.seperator_token_id");
  if (cls && sep) {
    set_template(pipeline, concat(*cls, ":0 $A:0 ", *sep, ":0"),
                 concat(*cls, ":0 $A:0 ", *sep, ":0 $B:1 ", *sep, ":1"));
  }
}

struct Pattern {
  std::string_view name, regex;
  bool ignore_merges;
};
constexpr std::array<Pattern, 20> kPatterns{{
    {"gpt-2", patterns::kGpt2, false},       {"phi-2", patterns::kGpt2, false},
    {"jina-es", patterns::kGpt2, false},     {"jina-de", patterns::kGpt2, false},
    {"jina-v1-en", patterns::kGpt2, false},  {"jina-v2-code", patterns::kGpt2, false},
    {"jina-v2-es", patterns::kGpt2, false},  {"jina-v2-de", patterns::kGpt2, false},
    {"gigachat", patterns::kGpt2, false},    {"roberta-bpe", patterns::kGpt2, false},
    {"mpt", patterns::kGpt2, false},         {"olmo", patterns::kGpt2, false},
    {"llama-bpe", patterns::kLlama3, true},  {"llama3", patterns::kLlama3, true},
    {"llama-v3", patterns::kLlama3, true},   {"dbrx", patterns::kLlama3, false},
    {"smaug-bpe", patterns::kLlama3, false}, {"qwen2", patterns::kQwen2, false},
    {"stablelm2", patterns::kQwen2, false},  {"gpt-4o", patterns::kO200k, false},
}};

void read_gpt2(Pipeline& pipeline, const Vocab& vocab) {
  const std::string_view name = vocab.file.text("tokenizer.ggml.pre").value_or("gpt-2");
  const auto* const pattern =
      std::find_if(kPatterns.begin(), kPatterns.end(), [&](const Pattern& known) { return known.name == name; });
  if (pattern == kPatterns.end()) {
    fail(ErrorCode::kUnsupported, pipeline.source, ": tokenizer.ggml.pre ", quote(name),
         " is not supported by this build");
  }
  Vocabulary::Builder builder(pipeline.source);
  builder.reserve(vocab.tokens.size());
  for (std::size_t id = 0; id < vocab.tokens.size(); ++id) {
    builder.add(vocab.tokens[id], static_cast<std::int64_t>(id));
  }
  Vocabulary vocabulary = builder.build();
  Bpe::Options options;
  options.ignore_merges = pattern->ignore_merges;
  Bpe::Merges merges(vocabulary, options.continuing_prefix, pipeline.source);
  for (const std::string_view merge : vocab.file.texts("tokenizer.ggml.merges")) {
    const std::size_t space = merge.find(' ', 1);
    if (space == std::string_view::npos) {
      fail(ErrorCode::kCorrupt, pipeline.source, ": tokenizer.ggml.merges: expected two tokens, found ", quote(merge));
    }
    merges.add(merge.substr(0, space), merge.substr(space + 1));
  }
  pipeline.model = std::make_unique<Bpe>(std::move(vocabulary), std::move(merges), std::move(options), pipeline.source);
  pipeline.pre_tokenizer = pre_tokenizer_of(
      concat(R"({"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":)", json_text(pattern->regex),
             R"(},"behavior":"Isolated","invert":false},)", R"({"type":"ByteLevel","add_prefix_space":)",
             vocab.file.flag("tokenizer.ggml.add_space_prefix").value_or(false) ? "true" : "false",
             R"(,"trim_offsets":true,"use_regex":false}]})"),
      pipeline.source);
  pipeline.decoder = decoder_of(R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true})",
                                pipeline.source);
  set_added_tokens(pipeline, vocab);
  set_bos_eos(pipeline, vocab, false, false);
}

std::vector<SentencePiece> read_pieces(const Vocab& vocab) {
  const std::vector<float> scores = vocab.file.floats("tokenizer.ggml.scores");
  if (scores.size() != vocab.tokens.size()) {
    fail(ErrorCode::kCorrupt, vocab.file.name(), ": ", vocab.tokens.size(), " tokens, but ", scores.size(), " scores");
  }
  std::vector<SentencePiece> out;
  out.reserve(scores.size());
  const auto first = [&] {
    std::size_t id = 0;
    while (id < scores.size() && vocab.type(id) != 2) ++id;
    return id;
  };
  const auto named = vocab.file.integer("tokenizer.ggml.unknown_token_id");
  const std::size_t unknown = named ? static_cast<std::size_t>(*named) : first();
  for (std::size_t id = 0; id < scores.size(); ++id) {
    const std::int64_t type = vocab.type(id);
    if (type < 1 || type > 6) {
      fail(ErrorCode::kCorrupt, vocab.file.name(), ": token ", id, ": expected a type from 1 to 6, found ", type);
    }
    auto kind = static_cast<SentencePiece::Type>(type);
    // Converters call fillers unknown, too.
    if (kind == SentencePiece::Type::kUnknown && id != unknown) kind = SentencePiece::Type::kUnused;
    out.push_back({vocab.tokens[id], scores[id], kind});
  }
  return out;
}

void read_sentencepiece(Pipeline& pipeline, const Vocab& vocab, bool unigram) {
  std::vector<SentencePiece> pieces = read_pieces(vocab);
  const bool bytes = std::any_of(pieces.begin(), pieces.end(),
                                 [](const SentencePiece& piece) { return piece.type == SentencePiece::Type::kByte; });
  SentencePieceNormalizer::Options options;
  options.add_dummy_prefix = vocab.file.flag("tokenizer.ggml.add_space_prefix").value_or(true);
  options.remove_extra_whitespaces =
      unigram && vocab.file.flag("tokenizer.ggml.remove_extra_whitespaces").value_or(false);
  const std::string_view charsmap = unigram ? vocab.file.bytes("tokenizer.ggml.precompiled_charsmap") : "";
  if (unigram) {
    pipeline.model = std::make_unique<SentencePieceUnigram>(pieces, bytes, pipeline.source);
  } else {
    pipeline.model = std::make_unique<SentencePieceBpe>(pieces, bytes, pipeline.source);
  }
  pipeline.normalizer = std::make_unique<SentencePieceNormalizer>(options, charsmap, pieces, pipeline.source);
  SentencePieceDecoder::Options decoder{options.add_dummy_prefix, options.remove_extra_whitespaces, " \xE2\x81\x87 "};
  pipeline.decoder = std::make_unique<SentencePieceDecoder>(std::move(decoder), pieces, nullptr);
  set_added_tokens(pipeline, vocab);
  set_bos_eos(pipeline, vocab, !unigram, unigram);
}

}  // namespace

Pipeline read_gguf_file(const std::filesystem::path& path, std::optional<bool> lowercase) {
  const GgufFile file(path);
  Pipeline pipeline;
  pipeline.source = file.name();
  const Vocab vocab = read_vocab(file);
  const std::string_view model = file.text("tokenizer.ggml.model").value_or("");
  if (model == "bert") {
    read_bert(pipeline, vocab, lowercase);
  } else if (model == "gpt2") {
    read_gpt2(pipeline, vocab);
  } else if (model == "llama" || model == "t5") {
    read_sentencepiece(pipeline, vocab, model == "t5");
  } else {
    fail(ErrorCode::kUnsupported, pipeline.source, ": tokenizer.ggml.model ", quote(model),
         "; expected bert, gpt2, llama or t5");
  }
  return pipeline;
}

}  // namespace sememe
