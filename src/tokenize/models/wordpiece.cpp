#include "tokenize/models/wordpiece.h"

#include <algorithm>
#include <utility>

#include "base/fail.h"
#include "io/utf8.h"

namespace sememe {
namespace {

bool longer_than(std::string_view text, std::int64_t characters) {
  if (std::cmp_less_equal(text.size(), characters)) return false;
  const auto starts = std::count_if(text.begin(), text.end(), [](char c) { return !is_utf8_continuation(c); });
  return starts > characters;
}

}  // namespace

WordPiece::WordPiece(Vocabulary vocabulary, const Options& options, const std::string& where)
    : vocabulary_(std::move(vocabulary)), options_(options), unk_id_(vocabulary_.find(options.unk_token)) {
  if (unk_id_ == Vocabulary::kNone) {
    fail(ErrorCode::kCorrupt, where, ": the unknown token ", quote(options_.unk_token), " is not in the vocabulary");
  }
  // Work grows with the product of the two: what no honest file has would take hours on a long word.
  if (vocabulary_.longest() > 1000 && options_.max_input_chars > 100000) {
    fail(ErrorCode::kUnsupported, where, ": a token of ", vocabulary_.longest(),
         " bytes together with max_input_chars_per_word = ", options_.max_input_chars,
         "; at most 1000 bytes or 100000 characters");
  }
  continuing_hash_.add(options_.continuing_prefix);
}

WordPiece::Match WordPiece::longest_match(std::string_view rest, std::string_view prefix, Vocabulary::Hash hash) const {
  if (prefix.size() >= vocabulary_.longest()) return {};
  const std::size_t limit = std::min(rest.size(), vocabulary_.longest() - prefix.size());
  // From the shortest up: one pass makes the hashes of all prefixes, and the lookups do not wait for each other.
  Match longest;
  for (std::size_t length = 1; length <= limit; ++length) {
    hash.add(rest[length - 1]);
    if (length < rest.size() && is_utf8_continuation(rest[length])) continue;
    const std::int32_t id = vocabulary_.find(hash, prefix, rest.substr(0, length));
    if (id != Vocabulary::kNone) longest = {id, length};
  }
  return longest;
}

void WordPiece::tokenize(std::string_view piece, Scratch*, std::vector<ModelToken>& out) const {
  const auto end = static_cast<std::int32_t>(piece.size());
  if (longer_than(piece, options_.max_input_chars)) {
    out.push_back({unk_id_, 0, end});
    return;
  }
  // Most pieces are one token.
  if (piece.size() <= vocabulary_.longest()) {
    if (const std::int32_t id = vocabulary_.find(piece); id != Vocabulary::kNone) {
      out.push_back({id, 0, end});
      return;
    }
  }
  const std::size_t before = out.size();
  for (std::size_t at = 0; at < piece.size();) {
    const Match match = at == 0 ? longest_match(piece, {}, {})
                                : longest_match(piece.substr(at), options_.continuing_prefix, continuing_hash_);
    if (match.id == Vocabulary::kNone) {
      out.resize(before);
      out.push_back({unk_id_, 0, end});
      return;
    }
    out.push_back({match.id, static_cast<std::int32_t>(at), static_cast<std::int32_t>(at + match.length)});
    at += match.length;
  }
}

std::string WordPiece::describe() const { return concat("WordPiece(", vocabulary_.size(), ")"); }

}  // namespace sememe
