#include "tokenize/added_tokens.h"

#include <algorithm>
#include <cstring>

#include "io/utf8.h"
#include "unicode/unicode.h"

namespace sememe {
namespace {

std::size_t previous_start(std::string_view text, std::size_t at) {
  do {
    --at;
  } while (is_utf8_continuation(text[at]));
  return at;
}

bool has_at(std::string_view text, std::size_t at, int flag) { return unicode::has(decode_utf8(text, at).value, flag); }

bool touches_word(std::string_view text, std::size_t begin, std::size_t end) {
  return (begin > 0 && has_at(text, previous_start(text, begin), unicode::kWord)) ||
         (end < text.size() && has_at(text, end, unicode::kWord));
}

}  // namespace

AddedTokens::AddedTokens(const std::vector<AddedToken>& tokens, const TokenModel& model, const Normalizer* normalizer) {
  std::unordered_set<std::string> special;
  std::vector<std::int32_t> order;  // of first appearance
  auto next_id = static_cast<std::int32_t>(model.vocab_size());
  for (const AddedToken& token : tokens) {
    if (token.content.empty()) continue;
    std::int32_t id = 0;
    if (const auto known = ids_.find(token.content); known != ids_.end()) {
      id = known->second;
    } else if (const auto in_model = model.token_to_id(token.content)) {
      id = *in_model;
    } else {
      id = next_id++;
      ++beyond_model_;
    }
    ids_[token.content] = id;
    max_id_ = std::max(max_id_, id);
    Entry entry{token, token.content, false};
    if (token.normalized && normalizer != nullptr) {
      NormalizedString text;
      text.assign(token.content, 0);
      normalizer->normalize(text);
      entry.text = text.text();
    }
    if (token.special) special.insert(token.content);
    if (by_id_.insert_or_assign(id, std::move(entry)).second) order.push_back(id);
  }
  for (const std::int32_t id : order) {
    Entry& entry = by_id_[id];
    entry.special = special.count(entry.text) > 0;
    entry.special_content = special.count(entry.token.content) > 0;
    (entry.token.normalized ? normalized_ : raw_).add(entry.text, id);
    if (!entry.token.normalized) continue;
    if (entry.token.rstrip || has_seam(entry.text, SeamKind::kSpace)) keeps_space_ = false;
    if (has_seam(entry.text, SeamKind::kPunctuation)) keeps_punctuation_ = false;
  }
}

std::optional<std::int32_t> AddedTokens::id(std::string_view content) const {
  if (ids_.empty()) return std::nullopt;
  const auto at = ids_.find(std::string(content));
  return at == ids_.end() ? std::nullopt : std::optional(at->second);
}

const AddedTokens::Entry* AddedTokens::find(std::int32_t id) const {
  const auto at = by_id_.find(id);
  return at == by_id_.end() ? nullptr : &at->second;
}

void AddedTokens::split(const Matcher& matcher, std::string_view text, bool plain_specials,
                        std::vector<Part>& out) const {
  const auto part = [&](std::size_t begin, std::size_t end, std::optional<std::int32_t> id) {
    out.push_back({static_cast<std::int32_t>(begin), static_cast<std::int32_t>(end), id});
  };
  std::size_t done = 0, from = 0, spaces_begin = 1, spaces_end = 0;
  while (const auto match = matcher.next(text, from)) {
    from = match->end;
    auto [begin, end, id] = *match;
    const Entry& entry = by_id_.find(id)->second;
    const AddedToken& token = entry.token;
    if (plain_specials && entry.special_content) continue;
    if (token.single_word && touches_word(text, begin, end)) continue;
    if (token.lstrip) {
      while (begin > done) {
        const std::size_t before = previous_start(text, begin);
        if (!has_at(text, before, unicode::kWhitespace)) break;
        begin = before;
      }
      begin = std::max(begin, done);
    }
    if (token.rstrip) {
      // A token of spaces would look over the same run again and again.
      if (end < spaces_begin || end > spaces_end) {
        spaces_begin = spaces_end = end;
        while (spaces_end < text.size() && has_at(text, spaces_end, unicode::kWhitespace)) {
          spaces_end += static_cast<std::size_t>(decode_utf8(text, spaces_end).length);
        }
      }
      end = spaces_end;
    }
    if (begin >= end) continue;
    if (done < begin) part(done, begin, std::nullopt);
    part(begin, end, id);
    done = end;
  }
  if (done < text.size()) part(done, text.size(), std::nullopt);
}

AddedTokens::Matcher::Matcher() : ids_{-1} {}

std::int32_t AddedTokens::Matcher::child(std::int32_t node, char c) const {
  const auto edge =
      edges_.find(static_cast<std::uint64_t>(node) << 8 | static_cast<std::uint64_t>(static_cast<unsigned char>(c)));
  return edge == edges_.end() ? -1 : edge->second;
}

void AddedTokens::Matcher::add(std::string_view pattern, std::int32_t id) {
  if (pattern.empty()) return;
  bool& start = starts_[static_cast<unsigned char>(pattern[0])];
  if (!start) {
    start = true;
    ++distinct_starts_;
    only_start_ = pattern[0];
  }
  std::int32_t node = 0;
  for (const char c : pattern) {
    std::int32_t next = child(node, c);
    if (next < 0) {
      next = nodes_++;
      edges_[static_cast<std::uint64_t>(node) << 8 | static_cast<std::uint64_t>(static_cast<unsigned char>(c))] = next;
      ids_.push_back(-1);
    }
    node = next;
  }
  ids_[static_cast<std::size_t>(node)] = id;
}

std::optional<AddedTokens::Matcher::Match> AddedTokens::Matcher::next(std::string_view text, std::size_t from) const {
  if (empty()) return std::nullopt;
  for (std::size_t begin = from; begin < text.size(); ++begin) {
    if (distinct_starts_ == 1) {
      const void* const hit = std::memchr(text.data() + begin, only_start_, text.size() - begin);
      if (hit == nullptr) return std::nullopt;
      begin = static_cast<std::size_t>(static_cast<const char*>(hit) - text.data());
    } else {
      while (begin < text.size() && !starts_[static_cast<unsigned char>(text[begin])]) ++begin;
    }
    std::optional<Match> longest;
    std::int32_t node = 0;
    for (std::size_t at = begin; at < text.size() && (node = child(node, text[at])) >= 0; ++at) {
      if (const std::int32_t id = ids_[static_cast<std::size_t>(node)]; id >= 0) longest = Match{begin, at + 1, id};
    }
    if (longest) return longest;
  }
  return std::nullopt;
}

std::vector<std::int32_t> AddedTokens::ids() const {
  std::vector<std::int32_t> out;
  for (const auto& [id, entry] : by_id_) out.push_back(id);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace sememe
