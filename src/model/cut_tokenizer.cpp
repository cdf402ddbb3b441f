#include "model/cut_tokenizer.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "base/fail.h"
#include "base/thread_pool.h"
#include "io/json_copy.h"

namespace sememe {
namespace {

using Renumbered = std::map<std::int64_t, std::int64_t>;  // old id -> new one

void write_array(JsonWriter& json, const Json& from, FunctionRef<void(const Json&)> write) {
  json.begin_array();
  for (const Json& element : from.elements()) write(element);
  json.end_array();
}

void write_post_processor(const Json& post, const Renumbered& now, JsonWriter& json) {
  if (!post.is_object()) return copy_json(post, json);
  const auto renumbered = [&](const Json& id) { json.value(now.at(id.as_int())); };
  const auto list = [&](const Json& ids) { write_array(json, ids, renumbered); };
  const auto pair = [&](const Json& token) {  // BertProcessing: ["[SEP]", 102]
    const auto [text, id] = token.pair();
    json.begin_array();
    copy_json(text, json);
    renumbered(id);
    json.end_array();
  };
  const auto tokens = [&](const Json& all) {
    json.begin_object();
    for (const auto& [name, token] : all.members()) {
      json.key(name);
      copy_changed(token, json, {{"ids", list}});
    }
    json.end_object();
  };
  copy_changed(post, json, {{"sep", pair}, {"cls", pair}, {"special_tokens", tokens}});
}

/// Of {"token": id}, as WordPiece, WordLevel and BPE have it: those that are kept, by their new ids.
std::map<std::int64_t, std::string_view> kept_pieces(const Json& vocab, const Renumbered& now) {
  std::map<std::int64_t, std::string_view> out;
  for (const auto& [piece, id] : vocab.members())
    if (const auto at = now.find(id.as_int()); at != now.end()) out[at->second] = piece;
  return out;
}

/// "a b" or ["a", "b"], whichever of both a file has.
void write_merges(const Json& merges, const std::set<std::string_view>& kept, std::string_view prefix,
                  JsonWriter& json) {
  json.begin_array();
  for (const Json& merge : merges.elements()) {
    std::string_view first, second;
    if (merge.is_array()) {
      const auto [a, b] = merge.pair();
      first = a.as_string(), second = b.as_string();
    } else {
      const std::string_view text = merge.as_string();
      const std::size_t space = std::min(text.find(' '), text.size());
      first = text.substr(0, space), second = text.substr(std::min(space + 1, text.size()));
    }
    std::string_view rest = second;
    if (rest.starts_with(prefix)) rest.remove_prefix(prefix.size());
    if (kept.contains(first) && kept.contains(second) && kept.contains(std::string_view(concat(first, rest))))
      copy_json(merge, json);
  }
  json.end_array();
}

/// Unigram: [["token", score], ...], whose places are the ids.
void write_scores(const Json& vocab, const Renumbered& now, JsonWriter& json) {
  std::int64_t id = 0;
  write_array(json, vocab, [&](const Json& piece) {
    if (now.contains(id++)) copy_json(piece, json);
  });
}

void write_model(const Json& model, const Renumbered& now, JsonWriter& json) {
  const std::string type = model.get_string("type", "WordPiece");
  if (type != "WordPiece" && type != "WordLevel" && type != "BPE" && type != "Unigram")
    fail(ErrorCode::kUnsupported, model.where(), ": the vocabulary of a model ", quote(type),
         " cannot be cut; those of WordPiece, WordLevel, BPE and Unigram can");
  std::string prefix;
  if (const auto given = model.find("continuing_subword_prefix"); given && !given->is_null())
    prefix = given->as_string();
  const bool scored = type == "Unigram";
  std::map<std::int64_t, std::string_view> pieces;
  if (!scored) pieces = kept_pieces(model.at("vocab"), now);
  std::set<std::string_view> names;
  for (const auto& [id, piece] : pieces) names.insert(piece);
  const auto vocabulary = [&](const Json& vocab) {
    if (scored) return write_scores(vocab, now, json);
    json.begin_object();
    for (const auto& [id, piece] : pieces) json.member(piece, id);
    json.end_object();
  };
  copy_changed(model, json,
               {{"vocab", vocabulary},
                {"merges", [&](const Json& merges) { write_merges(merges, names, prefix, json); }},
                {"unk_id", [&](const Json& id) {
                   const auto at = id.is_null() ? now.end() : now.find(id.as_int());
                   at == now.end() ? void(json.null()) : void(json.value(at->second));
                 }}});
}

}  // namespace

std::string cut_tokenizer(const std::filesystem::path& file, std::span<const std::int32_t> kept,
                          CutPostProcessor post_processor) {
  const JsonDocument document = JsonDocument::load(file);
  Renumbered now;
  for (const std::int32_t id : kept) now.emplace(id, std::ssize(now));
  JsonWriter json;
  const auto none = [&](const Json&) { json.null(); };
  const auto added_tokens = [&](const Json& tokens) {
    write_array(json, tokens, [&](const Json& token) {
      if (const auto at = now.find(token.at("id").as_int()); at != now.end())
        copy_changed(token, json, {{"id", [&](const Json&) { json.value(at->second); }}});
    });
  };
  const auto post = [&](const Json& from) {
    post_processor == CutPostProcessor::kDrop ? void(json.null()) : write_post_processor(from, now, json);
  };
  const auto model = [&](const Json& from) { write_model(from, now, json); };
  copy_changed(document.root(), json,
               {{"truncation", none},
                {"padding", none},
                {"added_tokens", added_tokens},
                {"post_processor", post},
                {"model", model}});
  return json.end_line().take();
}

}  // namespace sememe
