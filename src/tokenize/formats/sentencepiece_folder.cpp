#include "tokenize/formats/sentencepiece_folder.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/fail.h"
#include "io/bundle.h"
#include "io/file.h"
#include "io/utf8.h"
#include "tokenize/formats/component_text.h"
#include "tokenize/formats/sentencepiece_proto.h"
#include "tokenize/formats/special_tokens.h"
#include "tokenize/formats/tokenizer_class.h"
#include "tokenize/formats/tokenizer_config.h"
#include "tokenize/models/bpe.h"
#include "tokenize/models/unigram.h"
#include "tokenize/normalizers/precompiled.h"
#include "tokenize/normalizers/text_normalizers.h"
#include "unicode/unicode.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;
using Proto = SentencePieceProto;

/// What a class of transformers makes of a SentencePiece model. Steps are as they stand in a tokenizer.json; "charsmap"
/// in a list of normalizers is the model's own.
struct Conversion {
  std::vector<std::pair<std::string, double>> vocab;
  std::int64_t unk_id = 0;
  bool byte_fallback = false;
  std::vector<std::string> normalizers;
  std::string pre_tokenizer, decoder;
  std::string single, pair;               ///< "[CLS]:0 $A:0 [SEP]:0"
  std::vector<std::string_view> special;  ///< user-defined pieces that are special tokens
  bool tabs_from_bytes = false;           ///< the piece for the byte 9 is the tab
};

constexpr std::string_view kCharsmap = "charsmap";

std::string replace(std::string_view kind, std::string_view pattern, std::string_view content) {
  return concat(R"({"type":"Replace","pattern":{")", kind, "\":", json_text(pattern), R"(},"content":)",
                json_text(content), "}");
}

std::string metaspace(std::string_view scheme, bool split = true) {
  return concat(R"({"type":"Metaspace","replacement":"\u2581","prepend_scheme":")", scheme, R"(","split":)",
                split ? "true" : "false", "}");
}

std::string prepend_scheme(const SpecialTokens& tokens, bool has_legacy) {
  if (!tokens.flag("add_prefix_space", true)) return "never";
  return has_legacy && !tokens.flag("legacy", true) ? "first" : "always";
}

void set_defaults(SpecialTokens& tokens,
                  std::initializer_list<std::pair<std::string_view, std::string_view>> defaults) {
  for (const auto& [key, content] : defaults) tokens.set_default(key, special_token(content), true);
}

/// The mask token takes the space before it along.
void set_mask(SpecialTokens& tokens, std::string_view content) {
  tokens.change_plain("mask_token", [](AddedToken& token) { token.lstrip = true; });
  tokens.set_default("mask_token", special_token(content, {.lstrip = true}));
}

Conversion plain(const Proto& proto, const SpecialTokens& tokens, bool has_legacy = false) {
  Conversion out;
  for (const SentencePiece& piece : proto.pieces) out.vocab.emplace_back(piece.text, piece.score);
  out.unk_id = proto.unk_id;
  out.normalizers = {std::string(kCharsmap), R"({"type":"Strip","strip_left":false,"strip_right":true})",
                     replace("Regex", " {2,}", "\xE2\x96\x81")};
  out.pre_tokenizer = out.decoder = metaspace(prepend_scheme(tokens, has_legacy));
  return out;
}

/// Puts other tokens in the place of the first `count` pieces.
void replace_front(Conversion& out, std::size_t count, std::initializer_list<std::string_view> front) {
  count = std::min(count, out.vocab.size());
  out.vocab.erase(out.vocab.begin(), out.vocab.begin() + static_cast<std::ptrdiff_t>(count));
  std::vector<std::pair<std::string, double>> tokens;
  for (const std::string_view text : front) tokens.emplace_back(text, 0.0);
  out.vocab.insert(out.vocab.begin(), tokens.begin(), tokens.end());
}

// ALBERT and XLNet make pieces that end in a digit and a comma unlikely.
bool ends_in_digit_comma(std::string_view piece) {
  if (piece.size() < 2 || piece.back() != ',') return false;
  std::size_t at = piece.size() - 2;
  while (at > 0 && is_utf8_continuation(piece[at])) --at;
  return unicode::category(decode_utf8(piece, at).value) == unicode::Category::kNd;
}

Conversion albert_like(const Proto& proto, const SpecialTokens& tokens, bool lowercase) {
  Conversion out = plain(proto, tokens);
  for (auto& [text, score] : out.vocab) {
    if (ends_in_digit_comma(text)) score -= 100;
  }
  out.normalizers = {replace("String", "``", "\""), replace("String", "''", "\"")};
  if (!tokens.flag("keep_accents", false)) {
    out.normalizers.insert(out.normalizers.end(), {R"({"type":"NFKD"})", R"({"type":"StripAccents"})"});
  }
  if (tokens.flag("do_lower_case", lowercase)) out.normalizers.push_back(R"({"type":"Lowercase"})");
  out.normalizers.insert(out.normalizers.end(), {std::string(kCharsmap), replace("Regex", " {2,}", " ")});
  return out;
}

Conversion convert_albert(const Proto& proto, SpecialTokens& tokens) {
  set_defaults(tokens, {{"bos_token", "[CLS]"},
                        {"eos_token", "[SEP]"},
                        {"unk_token", "<unk>"},
                        {"sep_token", "[SEP]"},
                        {"pad_token", "<pad>"},
                        {"cls_token", "[CLS]"}});
  set_mask(tokens, "[MASK]");
  Conversion out = albert_like(proto, tokens, true);
  out.single = "[CLS]:0 $A:0 [SEP]:0";
  out.pair = "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1";
  return out;
}

Conversion convert_xlnet(const Proto& proto, SpecialTokens& tokens) {
  set_defaults(tokens, {{"bos_token", "<s>"},
                        {"eos_token", "</s>"},
                        {"unk_token", "<unk>"},
                        {"sep_token", "<sep>"},
                        {"pad_token", "<pad>"},
                        {"cls_token", "<cls>"}});
  set_mask(tokens, "<mask>");
  tokens.add_more("<eop>");
  tokens.add_more("<eod>");
  Conversion out = albert_like(proto, tokens, false);
  out.single = "$A:0 <sep>:0 <cls>:2";
  out.pair = "$A:0 <sep>:0 $B:1 <sep>:1 <cls>:2";
  return out;
}

void set_fairseq_defaults(SpecialTokens& tokens) {
  set_defaults(tokens, {{"bos_token", "<s>"},
                        {"eos_token", "</s>"},
                        {"unk_token", "<unk>"},
                        {"sep_token", "</s>"},
                        {"pad_token", "<pad>"},
                        {"cls_token", "<s>"}});
  set_mask(tokens, "<mask>");
}

Conversion convert_xlm_roberta(const Proto& proto, SpecialTokens& tokens) {
  set_fairseq_defaults(tokens);
  Conversion out = plain(proto, tokens);
  replace_front(out, 3, {"<s>", "<pad>", "</s>", "<unk>"});
  out.vocab.emplace_back("<mask>", 0.0);
  out.unk_id = 3;
  out.single = "<s> $A </s>";
  out.pair = "<s> $A </s> </s> $B </s>";
  return out;
}

Conversion convert_camembert(const Proto& proto, SpecialTokens& tokens) {
  set_fairseq_defaults(tokens);
  for (const char* const name : {"<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"}) tokens.add_more(name);
  Conversion out = plain(proto, tokens);
  replace_front(out, 1, {"<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>", "<unk>NOTUSED"});
  out.vocab[4].second = -100;
  out.vocab.emplace_back("<mask>", 0.0);
  out.unk_id = 3;
  out.single = "<s> $A </s>";
  out.pair = "<s> $A </s> </s> $B </s>";
  return out;
}

constexpr std::array kMBartLanguages{"ar_AR", "cs_CZ", "de_DE", "en_XX", "es_XX", "et_EE", "fi_FI", "fr_XX", "gu_IN",
                                     "hi_IN", "it_IT", "ja_XX", "kk_KZ", "ko_KR", "lt_LT", "lv_LV", "my_MM", "ne_NP",
                                     "nl_XX", "ro_RO", "ru_RU", "si_LK", "tr_TR", "vi_VN", "zh_CN"};

Conversion convert_mbart(const Proto& proto, SpecialTokens& tokens) {
  set_fairseq_defaults(tokens);
  Conversion out = plain(proto, tokens);
  replace_front(out, 3, {"<s>", "<pad>", "</s>", "<unk>"});
  for (const char* const language : kMBartLanguages) {
    out.vocab.emplace_back(language, 0.0);
    tokens.add_more(language);
  }
  out.vocab.emplace_back("<mask>", 0.0);
  out.unk_id = 3;
  const std::string language = tokens.text("src_lang", "en_XX");
  out.single = "$A </s> " + language;
  out.pair = "$A $B </s> " + language;
  return out;
}

Conversion convert_t5(const Proto& proto, SpecialTokens& tokens) {
  set_defaults(tokens, {{"eos_token", "</s>"}, {"unk_token", "<unk>"}, {"pad_token", "<pad>"}});
  Conversion out = plain(proto, tokens, true);
  const std::int64_t extra = tokens.number("extra_ids", 100);
  if (extra < 0 || extra > 1000000) {
    fail(ErrorCode::kCorrupt, "tokenizer_config.json: extra_ids: expected 0 to 1000000, found ", extra);
  }
  for (std::int64_t i = extra; i-- > 0;) out.vocab.emplace_back(concat("<extra_id_", i, ">"), 0.0);
  for (std::int64_t i = 0; i < extra; ++i) tokens.add_more(concat("<extra_id_", i, ">"));
  out.single = "$A </s>";
  out.pair = "$A </s> $B </s>";
  return out;
}

Conversion convert_deberta_v2(const Proto& proto, SpecialTokens& tokens) {
  tokens.change_plain("unk_token", [](AddedToken& token) { token.normalized = true; });
  tokens.set_default("unk_token", special_token("[UNK]", {.normalized = true}));
  set_defaults(tokens, {{"bos_token", "[CLS]"},
                        {"eos_token", "[SEP]"},
                        {"sep_token", "[SEP]"},
                        {"pad_token", "[PAD]"},
                        {"cls_token", "[CLS]"},
                        {"mask_token", "[MASK]"}});
  Conversion out = plain(proto, tokens);
  out.normalizers = {R"({"type":"Strip","strip_left":true,"strip_right":true})", std::string(kCharsmap),
                     replace("Regex", " {2,}", " ")};
  if (tokens.flag("do_lower_case", false)) out.normalizers.insert(out.normalizers.begin(), R"({"type":"Lowercase"})");
  const char* const punctuation = R"({"type":"Punctuation","behavior":"Isolated"},)";
  out.pre_tokenizer = concat(R"({"type":"Sequence","pretokenizers":[)",
                             tokens.flag("split_by_punct", false) ? punctuation : "", out.pre_tokenizer, "]}");
  out.single = "[CLS]:0 $A:0 [SEP]:0";
  out.pair = "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1";
  return out;
}

/// Beginning and end of each text, as the files want them.
void set_bos_eos(Conversion& out, const SpecialTokens& tokens) {
  const bool begin = tokens.flag("add_bos_token", true), end = tokens.flag("add_eos_token", false);
  const auto text = [&](std::string_view sequence, std::string_view type) {
    std::string part;
    if (begin) part.append(tokens.content("bos_token")).append(type).append(" ");
    part.append(sequence).append(type);
    if (end) part.append(" ").append(tokens.content("eos_token")).append(type);
    return part;
  };
  out.single = text("$A", ":0");
  out.pair = out.single + " " + text("$B", ":1");
}

constexpr std::string_view kByteDecoders =
    R"({"type":"Replace","pattern":{"String":"\u2581"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"})";

Conversion convert_llama(const Proto& proto, SpecialTokens& tokens) {
  set_defaults(tokens, {{"bos_token", "<s>"}, {"eos_token", "</s>"}, {"unk_token", "<unk>"}});
  Conversion out = plain(proto, tokens, true);
  out.unk_id = 0;
  out.byte_fallback = true;
  const bool prefix = tokens.flag("add_prefix_space", true), legacy = tokens.flag("legacy", true);
  out.normalizers.clear();
  out.pre_tokenizer.clear();
  if (legacy) {
    if (prefix) out.normalizers.push_back(R"({"type":"Prepend","prepend":"\u2581"})");
    out.normalizers.push_back(replace("String", " ", "\xE2\x96\x81"));
  } else {
    out.pre_tokenizer = metaspace(prepend_scheme(tokens, true), false);
  }
  out.decoder = concat(R"({"type":"Sequence","decoders":[)", kByteDecoders,
                       prefix ? R"(,{"type":"Strip","content":" ","start":1,"stop":0})" : "", "]}");
  set_bos_eos(out, tokens);
  return out;
}

Conversion convert_gemma(const Proto& proto, SpecialTokens& tokens) {
  set_defaults(tokens,
               {{"bos_token", "<bos>"}, {"eos_token", "<eos>"}, {"unk_token", "<unk>"}, {"pad_token", "<pad>"}});
  Conversion out = plain(proto, tokens);
  const std::string pad = tokens.content("pad_token"), eos = tokens.content("eos_token"),
                    bos = tokens.content("bos_token");
  replace_front(out, 3, {pad, eos, bos});
  const auto is = [](std::string_view text) { return [text](const auto& entry) { return entry.first == text; }; };
  out.tabs_from_bytes = std::none_of(out.vocab.begin(), out.vocab.end(), is("\t"));
  if (out.tabs_from_bytes) {
    const auto byte = std::find_if(out.vocab.begin(), out.vocab.end(), is("<0x09>"));
    if (byte != out.vocab.end()) *byte = {"\t", 0.0};
  }
  out.special = {"<start_of_turn>", "<end_of_turn>"};
  out.unk_id = 3;
  out.byte_fallback = true;
  out.normalizers = {replace("String", " ", "\xE2\x96\x81")};
  out.pre_tokenizer = R"({"type":"Split","pattern":{"String":" "},"behavior":"MergedWithPrevious","invert":false})";
  out.decoder = concat(R"({"type":"Sequence","decoders":[)", kByteDecoders, "]}");
  set_bos_eos(out, tokens);
  return out;
}

struct Family {
  std::string_view tokenizer_class, model_type;
  Conversion (*convert)(const Proto& proto, SpecialTokens& tokens);
};
constexpr std::array<Family, 10> kFamilies{{
    {"AlbertTokenizer", "albert", convert_albert},
    {"XLNetTokenizer", "xlnet", convert_xlnet},
    {"XLMRobertaTokenizer", "xlm-roberta", convert_xlm_roberta},
    {"CamembertTokenizer", "camembert", convert_camembert},
    {"MBartTokenizer", "mbart", convert_mbart},
    {"T5Tokenizer", "t5", convert_t5},
    {"T5Tokenizer", "mt5", convert_t5},
    {"DebertaV2Tokenizer", "deberta-v2", convert_deberta_v2},
    {"LlamaTokenizer", "llama", convert_llama},
    {"GemmaTokenizer", "gemma", convert_gemma},
}};

const Family& find_family(const fs::path& folder, const SpecialTokens& tokens) {
  const TokenizerClass found = read_tokenizer_class(folder, tokens);
  for (const Family& family : kFamilies) {
    if (found.is(family.tokenizer_class, family.model_type)) return family;
  }
  if (!found.named()) {
    fail(ErrorCode::kUnsupported, folder.string(),
         ": a SentencePiece model, and no tokenizer_config.json or config.json says of what class; expected "
         "tokenizer_class or model_type there. The model file alone gives SentencePiece's own ids");
  }
  fail(ErrorCode::kUnsupported, folder.string(), ": a SentencePiece model of ", found.describe(),
       " is not supported by this build without a tokenizer.json; the model file alone gives SentencePiece's own ids");
}

/// The merges of a BPE in the order of the scores of what they make, as transformers' generate_merges orders them.
void make_merges(const Proto& proto, const Conversion& conversion, Bpe::Merges& out) {
  std::unordered_map<std::string_view, std::int64_t> ids;
  for (std::size_t i = 0; i < proto.pieces.size(); ++i) ids[proto.pieces[i].text] = static_cast<std::int64_t>(i);
  if (conversion.tabs_from_bytes) {
    if (const auto byte = ids.find("<0x09>"); byte != ids.end()) ids["\t"] = byte->second;
  }
  std::unordered_map<std::string_view, double> scores;
  for (const auto& [text, score] : conversion.vocab) scores[text] = score;
  struct Merge {
    std::string_view left, right;
    double score;
    std::int64_t left_id, right_id;
    std::size_t left_length, right_length;  // characters
  };
  std::vector<Merge> merges;
  std::unordered_map<std::string_view, bool> seen;
  for (const auto& [text, ignored] : conversion.vocab) {
    if (!seen.try_emplace(text, true).second) continue;
    const std::size_t before = merges.size();
    const std::string_view all = text;
    const auto is_start = [](char c) { return !is_utf8_continuation(c); };
    const auto total = static_cast<std::size_t>(std::count_if(all.begin(), all.end(), is_start));
    std::size_t characters = 1;
    for (std::size_t i = 1; i < all.size(); ++i) {
      if (!is_start(all[i])) continue;
      const auto left = ids.find(all.substr(0, i)), right = ids.find(all.substr(i));
      if (left != ids.end() && right != ids.end()) {
        merges.push_back(
            {left->first, right->first, scores[text], left->second, right->second, characters, total - characters});
      }
      ++characters;
    }
    std::stable_sort(merges.begin() + static_cast<std::ptrdiff_t>(before), merges.end(),
                     [](const auto& a, const auto& b) {
                       return std::pair(a.left_id, a.right_id) < std::pair(b.left_id, b.right_id);
                     });
  }
  std::stable_sort(merges.begin(), merges.end(), [](const Merge& a, const Merge& b) {
    return std::tuple(a.score, a.left_length, a.right_length) > std::tuple(b.score, b.left_length, b.right_length);
  });
  out.reserve(merges.size());
  for (const Merge& merge : merges) out.add(merge.left, merge.right);
}

std::unique_ptr<const TokenModel> make_model(const Proto& proto, const Conversion& conversion,
                                             const std::string& where) {
  if (proto.model_type == Proto::ModelType::kUnigram) {
    Unigram::Tokens tokens;
    tokens.reserve(conversion.vocab.size());
    for (const auto& [text, score] : conversion.vocab) tokens.add(text, score);
    return std::make_unique<Unigram>(std::move(tokens), conversion.unk_id, conversion.byte_fallback, where);
  }
  if (proto.model_type != Proto::ModelType::kBpe) {
    fail(ErrorCode::kUnsupported, where, ": transformers converts Unigram and BPE models alone");
  }
  std::unordered_map<std::string_view, std::size_t> last;
  for (std::size_t i = 0; i < conversion.vocab.size(); ++i) last[conversion.vocab[i].first] = i;
  Vocabulary::Builder builder(where);
  for (std::size_t i = 0; i < conversion.vocab.size(); ++i) {
    const std::string& text = conversion.vocab[i].first;
    if (last[text] == i) builder.add(text, static_cast<std::int64_t>(i));
  }
  Bpe::Options options;
  options.unk_token = std::string(proto.unk_piece);
  options.fuse_unk = true;
  options.byte_fallback = conversion.byte_fallback;
  Vocabulary vocabulary = builder.build();
  Bpe::Merges merges(vocabulary, options.continuing_prefix, where);
  make_merges(proto, conversion, merges);
  return std::make_unique<Bpe>(std::move(vocabulary), std::move(merges), std::move(options), where);
}

std::unique_ptr<const Normalizer> make_normalizer(const Proto& proto, const Conversion& conversion,
                                                  const std::string& where) {
  std::vector<std::unique_ptr<const Normalizer>> steps;
  for (const std::string& step : conversion.normalizers) {
    if (step != kCharsmap) {
      steps.push_back(normalizer_of(step, where));
    } else if (!proto.normalizer.precompiled_charsmap.empty()) {
      steps.push_back(std::make_unique<Precompiled>(Charsmap(proto.normalizer.precompiled_charsmap, where)));
    }
  }
  if (steps.empty()) return nullptr;
  return std::make_unique<NormalizerSequence>(std::move(steps));
}

}  // namespace

std::optional<fs::path> find_sentencepiece_model(const fs::path& folder) {
  for (const char* const name :
       {"spiece.model", "sentencepiece.bpe.model", "tokenizer.model", "spm.model", "sentencepiece.model"})
    if (file_exists(folder / name)) return folder / name;
  return std::nullopt;
}

Pipeline read_sentencepiece_folder(const fs::path& folder, const fs::path& model) {
  const std::string where = model.string();
  const MappedFile file(model);
  const Proto proto = read_sentencepiece_proto(file.text(), where);
  SpecialTokens tokens(folder);
  const Conversion conversion = find_family(folder, tokens).convert(proto, tokens);

  Pipeline pipeline;
  pipeline.source = where;
  pipeline.model = make_model(proto, conversion, where);
  pipeline.normalizer = make_normalizer(proto, conversion, where);
  if (!conversion.pre_tokenizer.empty()) pipeline.pre_tokenizer = pre_tokenizer_of(conversion.pre_tokenizer, where);
  pipeline.decoder = decoder_of(conversion.decoder, where);
  std::vector<AddedToken> added;
  for (const SentencePiece& piece : proto.pieces) {
    const bool control = piece.type == SentencePiece::Type::kControl;
    if (!control && piece.type != SentencePiece::Type::kUserDefined) continue;
    const bool is_special = control || std::find(conversion.special.begin(), conversion.special.end(), piece.text) !=
                                           conversion.special.end();
    added.push_back({std::string(piece.text), false, false, false, false, is_special});
  }
  pipeline.added = AddedTokens(tokens.added_tokens(std::move(added)), *pipeline.model, pipeline.normalizer.get());
  set_template(pipeline, conversion.single, conversion.pair);
  pipeline.model_max_length = read_tokenizer_config(folder).model_max_length;
  return pipeline;
}

}  // namespace sememe
