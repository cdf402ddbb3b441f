#include "tokenizer_train/tokenizer_json_out.h"

#include <algorithm>

#include "base/fail.h"
#include "io/json_copy.h"
#include "io/json_writer.h"
#include "tokenizer_train/component_names.h"

namespace sememe {
namespace {

class Writer {
 public:
  explicit Writer(const TokenizerParts& parts) : parts_(parts) {}

  std::string write() {
    json_.begin_object().member("version", std::string_view("1.0"));
    json_.key("truncation").null().key("padding").null();
    write_added_tokens();
    json_.key("normalizer");
    copy_json(parts_.normalizer, json_);
    json_.key("pre_tokenizer");
    copy_json(parts_.pre_tokenizer, json_);
    json_.key("post_processor");
    write_post_processor();
    json_.key("decoder");
    write_decoder();
    json_.key("model").begin_object();
    switch (parts_.type) {
      case TokenizerType::kBpe:
        write_bpe();
        break;
      case TokenizerType::kWordPiece:
        write_wordpiece();
        break;
      case TokenizerType::kUnigram:
        write_unigram();
        break;
      case TokenizerType::kWordLevel:
        json_.member("type", std::string_view("WordLevel"));
        write_vocabulary();
        json_.member("unk_token", std::string_view(parts_.unk_token.value_or("")));
        break;
    }
    return json_.end_object().end_object().end_line().take();
  }

 private:
  std::optional<std::int64_t> id_of(std::string_view token) const {
    for (const auto& [text, id] : parts_.vocabulary)
      if (text == token) return id;
    for (std::size_t i = 0; i < parts_.pieces.size(); ++i)
      if (parts_.pieces[i].first == token) return static_cast<std::int64_t>(i);
    return std::nullopt;
  }

  void write_added_tokens() {
    json_.key("added_tokens").begin_array();
    // A token that the model has no room for follows it.
    auto beyond = static_cast<std::int64_t>(std::max(parts_.vocabulary.size(), parts_.pieces.size()));
    std::vector<std::pair<std::int64_t, std::string_view>> tokens;
    for (const std::string& token : parts_.special_tokens) {
      const auto known = std::find_if(tokens.begin(), tokens.end(), [&](const auto& t) { return t.second == token; });
      if (known != tokens.end() || token.empty()) continue;
      const auto id = id_of(token);
      tokens.emplace_back(id ? *id : beyond++, token);
    }
    std::sort(tokens.begin(), tokens.end());
    for (const auto& [id, token] : tokens) {
      json_.begin_object(true).member("id", id).member("content", token);
      for (const std::string_view flag : {"single_word", "lstrip", "rstrip", "normalized"}) json_.member(flag, false);
      json_.member("special", true).end_object();
    }
    json_.end_array();
  }

  void type_of(std::string_view name) { json_.begin_object().member("type", name); }

  void write_post_processor() {
    const auto cls = id_of("[CLS]"), sep = id_of("[SEP]");
    const auto is_special = [&](std::string_view token) {
      return std::find(parts_.special_tokens.begin(), parts_.special_tokens.end(), token) !=
             parts_.special_tokens.end();
    };
    const auto byte_level = find_component(parts_.pre_tokenizer, "ByteLevel");
    const bool bert = cls && sep && is_special("[CLS]") && is_special("[SEP]");
    if (bert && byte_level) {
      type_of("Sequence");
      json_.key("processors").begin_array();
    }
    if (byte_level) write_byte_level(*byte_level);
    if (bert) write_bert_template(*cls, *sep);
    if (bert && byte_level) json_.end_array().end_object();
    if (!bert && !byte_level) json_.null();
  }

  void write_byte_level(const Json& pre_tokenizer) {
    type_of("ByteLevel");
    json_.member("add_prefix_space", pre_tokenizer.get_bool("add_prefix_space", true))
        .member("trim_offsets", pre_tokenizer.get_bool("trim_offsets", true))
        .member("use_regex", pre_tokenizer.get_bool("use_regex", true))
        .end_object();
  }

  void write_bert_template(std::int64_t cls, std::int64_t sep) {
    const auto part = [&](std::string_view kind, std::string_view id, int type_id) {
      json_.begin_object(true).key(kind).begin_object(true).member("id", id).member("type_id", type_id);
      json_.end_object().end_object();
    };
    const auto parts = [&](std::string_view key, int texts) {
      json_.key(key).begin_array();
      part("SpecialToken", "[CLS]", 0);
      for (int text = 0; text < texts; ++text) {
        part("Sequence", text == 0 ? "A" : "B", text);
        part("SpecialToken", "[SEP]", text);
      }
      json_.end_array();
    };
    type_of("TemplateProcessing");
    parts("single", 1);
    parts("pair", 2);
    json_.key("special_tokens").begin_object();
    for (const auto& [token, id] : {std::pair<std::string_view, std::int64_t>{"[CLS]", cls}, {"[SEP]", sep}}) {
      json_.key(token).begin_object(true).member("id", token).key("ids").begin_array(true).value(id).end_array();
      json_.key("tokens").begin_array(true).value(token).end_array().end_object();
    }
    json_.end_object().end_object();
  }

  void write_decoder() {
    const auto metaspace = find_component(parts_.pre_tokenizer, "Metaspace");
    if (parts_.decoder) {
      copy_json(*parts_.decoder, json_);
    } else if (const auto byte_level = find_component(parts_.pre_tokenizer, "ByteLevel")) {
      write_byte_level(*byte_level);
    } else if (metaspace) {
      copy_json(*metaspace, json_);
    } else if (!parts_.end_of_word_suffix.empty()) {
      type_of("BPEDecoder");
      json_.member("suffix", std::string_view(parts_.end_of_word_suffix)).end_object();
    } else if (!parts_.continuing_subword_prefix.empty()) {
      type_of("WordPiece");
      json_.member("prefix", std::string_view(parts_.continuing_subword_prefix)).member("cleanup", true).end_object();
    } else {
      json_.null();
    }
  }

  void optional_member(std::string_view key, std::string_view value) {
    json_.key(key);
    value.empty() ? json_.null() : json_.value(value);
  }

  void write_vocabulary() {
    json_.key("vocab").begin_object();
    for (const auto& [token, id] : parts_.vocabulary) json_.member(token, id);
    json_.end_object();
  }

  void write_bpe() {
    json_.member("type", std::string_view("BPE")).key("dropout").null();
    optional_member("unk_token", parts_.unk_token.value_or(""));
    optional_member("continuing_subword_prefix", parts_.continuing_subword_prefix);
    optional_member("end_of_word_suffix", parts_.end_of_word_suffix);
    for (const std::string_view flag : {"fuse_unk", "byte_fallback", "ignore_merges"}) json_.member(flag, false);
    write_vocabulary();
    json_.key("merges").begin_array();
    for (const auto& [first, second] : parts_.merges) {
      json_.begin_array(true);
      for (const std::int32_t id : {first, second})
        json_.value(std::string_view(parts_.vocabulary[static_cast<std::size_t>(id)].first));
      json_.end_array();
    }
    json_.end_array();
  }

  void write_wordpiece() {
    json_.member("type", std::string_view("WordPiece"))
        .member("unk_token", std::string_view(parts_.unk_token.value_or("")))
        .member("continuing_subword_prefix", std::string_view(parts_.continuing_subword_prefix))
        .member("max_input_chars_per_word", 100);
    write_vocabulary();
  }

  void write_unigram() {
    json_.member("type", std::string_view("Unigram")).key("unk_id");
    const auto unk = parts_.unk_token ? id_of(*parts_.unk_token) : std::nullopt;
    unk ? json_.value(*unk) : json_.null();
    json_.key("vocab").begin_array();
    for (const auto& [piece, score] : parts_.pieces)
      json_.begin_array(true).value(std::string_view(piece)).value(score).end_array();
    json_.end_array().member("byte_fallback", false);
  }

  const TokenizerParts& parts_;
  JsonWriter json_{JsonStyle::kPretty};
};

}  // namespace

std::string write_tokenizer_json(const TokenizerParts& parts) { return Writer(parts).write(); }

}  // namespace sememe
