#include "tokenize/formats/byte_level_folder.h"

#include <array>
#include <utility>

#include "base/fail.h"
#include "io/file.h"
#include "io/json.h"
#include "io/utf8.h"
#include "tokenize/formats/component_text.h"
#include "tokenize/formats/special_tokens.h"
#include "tokenize/formats/tokenizer_class.h"
#include "tokenize/formats/tokenizer_config.h"
#include "tokenize/models/bpe.h"
#include "tokenize/pre_tokenizers/patterns.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMostMergeBytes = std::int64_t{1} << 28;

Vocabulary read_vocab(const fs::path& path) {
  const JsonDocument document = JsonDocument::load(path);
  Vocabulary::Builder builder(path.string());
  document.root().each_member([&](std::string_view token, const Json& id) { builder.add(token, id.as_int()); });
  return builder.build();
}

/// Two tokens a line; a first line that begins with # tells the version.
void read_merges(std::string_view text, const std::string& where, Bpe::Merges& out) {
  for (std::int64_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || (number == 1 && line.starts_with("#version"))) continue;
    const std::size_t space = line.find(' ');
    if (space == 0 || space == std::string_view::npos || space + 1 == line.size() ||
        line.find(' ', space + 1) != std::string_view::npos) {
      fail(ErrorCode::kCorrupt, where, ": line ", number, ": expected two tokens with a space between them, found ",
           quote(line, 40));
    }
    out.add(line.substr(0, space), line.substr(space + 1));
  }
}

enum class Kind { kGpt2, kRoberta, kClip, kWhisper, kQwen2 };

struct Class {
  std::string_view name, model_type;
  Kind kind;
};
constexpr std::array<Class, 8> kClasses{{
    {"GPT2Tokenizer", "gpt2", Kind::kGpt2},
    {"CodeGenTokenizer", "codegen", Kind::kGpt2},
    {"RobertaTokenizer", "roberta", Kind::kRoberta},
    {"BartTokenizer", "bart", Kind::kRoberta},
    {"LongformerTokenizer", "longformer", Kind::kRoberta},
    {"CLIPTokenizer", "clip", Kind::kClip},
    {"WhisperTokenizer", "whisper", Kind::kWhisper},
    {"Qwen2Tokenizer", "qwen2", Kind::kQwen2},
}};

Kind find_kind(const fs::path& folder, const SpecialTokens& tokens) {
  const TokenizerClass found = read_tokenizer_class(folder, tokens);
  if (!found.named()) return Kind::kGpt2;
  for (const Class& known : kClasses) {
    if (found.is(known.name, known.model_type)) return known.kind;
  }
  fail(ErrorCode::kUnsupported, folder.string(), ": vocab.json and merges.txt of ", found.describe(),
       " are not supported by this build without a tokenizer.json");
}

/// Tokens that the class has if no file names them. It makes its own of those that are plain strings, most as ones that
/// are looked for in the normalized text.
void set_defaults(SpecialTokens& tokens, Kind kind) {
  const bool normalized = kind == Kind::kGpt2 || kind == Kind::kRoberta || kind == Kind::kClip;
  for (const char* const name : {"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token"}) {
    if (kind == Kind::kClip && std::string_view(name) == "pad_token") continue;
    tokens.change_plain(name, [&](AddedToken& token) { token.normalized = normalized; });
  }
  const auto set = [&](std::initializer_list<std::pair<const char*, const char*>> defaults) {
    for (const auto& [name, content] : defaults)
      tokens.set_default(name, special_token(content, {.normalized = normalized}));
  };
  constexpr const char* kEnd = "<|endoftext|>";
  switch (kind) {
    case Kind::kRoberta:
      set({{"bos_token", "<s>"},
           {"eos_token", "</s>"},
           {"unk_token", "<unk>"},
           {"sep_token", "</s>"},
           {"pad_token", "<pad>"},
           {"cls_token", "<s>"}});
      tokens.change_plain("mask_token", [](AddedToken& token) { token.lstrip = true; });
      tokens.set_default("mask_token", special_token("<mask>", {.lstrip = true}));
      break;
    case Kind::kClip:
      set({{"bos_token", "<|startoftext|>"}, {"eos_token", kEnd}, {"unk_token", kEnd}});
      break;
    case Kind::kQwen2:
      set({{"eos_token", kEnd}, {"unk_token", kEnd}, {"pad_token", kEnd}});
      break;
    default:
      set({{"bos_token", kEnd}, {"eos_token", kEnd}, {"unk_token", kEnd}});
      break;
  }
}

std::string byte_level(bool add_prefix_space, bool use_regex) {
  return concat(R"({"type":"ByteLevel","add_prefix_space":)", add_prefix_space ? "true" : "false",
                R"(,"trim_offsets":true,"use_regex":)", use_regex ? "true" : "false", "}");
}

std::string sequence_of_split(std::string_view pattern, std::string_view behavior, bool invert, std::string_view then) {
  return concat(R"({"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":)", json_text(pattern),
                R"(},"behavior":")", behavior, R"(","invert":)", invert ? "true" : "false", "},", then, "]}");
}

void set_steps(Pipeline& pipeline, Kind kind, const SpecialTokens& tokens) {
  const std::string& where = pipeline.source;
  const bool prefix = tokens.flag("add_prefix_space", false);
  pipeline.decoder = decoder_of(byte_level(true, true), where);
  if (kind == Kind::kClip) {
    // CLIPTokenizerFast.decode(): ends of words become spaces, and those around the text go.
    pipeline.decoder = decoder_of(concat(R"({"type":"Sequence","decoders":[)", byte_level(true, true),
                                         R"(,{"type":"Replace","pattern":{"String":"</w>"},"content":" "},)",
                                         R"({"type":"Strip","content":" ","start":1000000000,"stop":1000000000}]})"),
                                  where);
    pipeline.normalizer = normalizer_of(
        R"({"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Replace","pattern":{"Regex":"\\s+"},"content":" "},{"type":"Lowercase"}]})",
        where);
    pipeline.pre_tokenizer =
        pre_tokenizer_of(sequence_of_split(R"('s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)", "Removed",
                                           true, byte_level(false, true)),
                         where);
  } else if (kind == Kind::kQwen2) {
    pipeline.normalizer = normalizer_of(R"({"type":"NFC"})", where);
    pipeline.pre_tokenizer =
        pre_tokenizer_of(sequence_of_split(patterns::kQwen2, "Isolated", false, byte_level(prefix, false)), where);
  } else {
    pipeline.pre_tokenizer = pre_tokenizer_of(byte_level(prefix, true), where);
  }
}

void set_roberta_processing(Pipeline& pipeline, const std::string& cls, const std::string& sep, bool prefix,
                            bool trim_offsets) {
  pipeline.post_processor = post_processor_of(
      concat(R"({"type":"RobertaProcessing","sep":[)", json_text(sep), ",", special_id(pipeline, sep), R"(],"cls":[)",
             json_text(cls), ",", special_id(pipeline, cls), R"(],"trim_offsets":)", trim_offsets ? "true" : "false",
             R"(,"add_prefix_space":)", prefix ? "true" : "false", "}"),
      pipeline.source);
}

void set_post_processor(Pipeline& pipeline, Kind kind, const SpecialTokens& tokens) {
  const std::string bos = tokens.content("bos_token"), eos = tokens.content("eos_token");
  const bool prefix = tokens.flag("add_prefix_space", false);
  switch (kind) {
    case Kind::kRoberta:
      return set_roberta_processing(pipeline, tokens.content("cls_token"), tokens.content("sep_token"), prefix,
                                    tokens.flag("trim_offsets", true));
    case Kind::kClip:
      return set_roberta_processing(pipeline, bos, eos, false, false);
    case Kind::kWhisper: {
      // English models know no language; the others take what their files say, here nothing.
      const std::string begin = tokens.flag("predict_timestamps", false) ? "<|startoftranscript|>:0"
                                                                         : "<|startoftranscript|>:0 <|notimestamps|>:0";
      return set_template(pipeline, concat(begin, " $A:0 ", eos, ":0"), concat(begin, " $A:0 $B:1 ", eos, ":1"));
    }
    case Kind::kGpt2:
      if (tokens.flag("add_bos_token", false)) {
        return set_template(pipeline, concat(bos, ":0 $A:0"), concat(bos, ":0 $A:0 $B:1"));
      }
      break;
    case Kind::kQwen2:
      break;
  }
  pipeline.post_processor = post_processor_of(
      R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true})", pipeline.source);
}

}  // namespace

Pipeline read_byte_level_folder(const fs::path& folder) {
  SpecialTokens tokens(folder);
  const Kind kind = find_kind(folder, tokens);
  set_defaults(tokens, kind);
  const fs::path merges_path = folder / "merges.txt";
  const std::string merges_text = read_file(merges_path, kMostMergeBytes);
  if (const auto bad = find_invalid_utf8(merges_text)) {
    fail(ErrorCode::kCorrupt, merges_path.string(), ": not UTF-8 at byte ", *bad);
  }
  Pipeline pipeline;
  pipeline.source = (folder / "vocab.json").string();
  Bpe::Options options;
  if (kind == Kind::kClip) {
    options.unk_token = tokens.content("unk_token");
    options.end_suffix = "</w>";
  }
  Vocabulary vocabulary = read_vocab(folder / "vocab.json");
  Bpe::Merges merges(vocabulary, options.continuing_prefix, pipeline.source);
  read_merges(merges_text, merges_path.string(), merges);
  pipeline.model = std::make_unique<Bpe>(std::move(vocabulary), std::move(merges), std::move(options), pipeline.source);
  set_steps(pipeline, kind, tokens);
  pipeline.added = AddedTokens(tokens.added_tokens({}), *pipeline.model, pipeline.normalizer.get());
  set_post_processor(pipeline, kind, tokens);
  pipeline.model_max_length = read_tokenizer_config(folder).model_max_length;
  return pipeline;
}

}  // namespace sememe
