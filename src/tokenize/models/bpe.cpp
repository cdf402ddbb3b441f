#include "tokenize/models/bpe.h"

#include <algorithm>

#include "base/fail.h"
#include "tokenize/models/bpe_symbols.h"
#include "tokenize/models/vocabulary_merges.h"

namespace sememe {
namespace {

std::string byte_token(std::size_t byte) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  return {'<', '0', 'x', kDigits[byte >> 4], kDigits[byte & 15], '>'};
}

/// The character that `text` consists of, if it is one and no more.
std::optional<char32_t> single_character(std::string_view text) {
  if (text.empty() || text.size() > 4 || find_invalid_utf8(text)) return std::nullopt;
  const CodePoint c = decode_utf8(text, 0);
  return static_cast<std::size_t>(c.length) == text.size() ? std::optional(c.value) : std::nullopt;
}

}  // namespace

void Bpe::Merges::add(std::string_view left, std::string_view right) {
  const auto missing = [&](std::string_view what, std::string_view token) {
    fail(ErrorCode::kCorrupt, where_, ": merge ", merges_.size() + 1, " (", quote(left), " ", quote(right), ") ", what,
         " ", quote(token), ", which is not in the vocabulary");
  };
  Vocabulary::Hash of_left, of_right;
  of_left.add(left);
  of_right.add(right);
  Vocabulary::Hash of_both = of_left;
  of_both.add(right.substr(std::min(prefix_.size(), right.size())));
  for (const Vocabulary::Hash hash : {of_left, of_right, of_both}) vocabulary_.prefetch(hash);
  MergeTable::Merge merge{vocabulary_.find_entry(of_left, left, {}), vocabulary_.find_entry(of_right, right, {}), -1};
  if (merge.left < 0) missing("names", left);
  if (merge.right < 0) missing("names", right);
  if (right.size() < prefix_.size()) {
    fail(ErrorCode::kCorrupt, where_, ": merge ", merges_.size() + 1, " (", quote(left), " ", quote(right),
         "): the second token is shorter than continuing_subword_prefix ", quote(prefix_));
  }
  const std::string_view rest = right.substr(prefix_.size());
  merge.result = vocabulary_.find_entry(of_both, left, rest);
  if (merge.result < 0) missing("makes", concat(left, rest));
  if (left.empty() || rest.empty()) plain_ = false;
  merges_.push_back(merge);
}

Bpe::Bpe(Vocabulary vocabulary, Merges merges, Options options, const std::string& where)
    : vocabulary_(std::move(vocabulary)), options_(std::move(options)), where_(where), plain_merges_(merges.plain_) {
  if (!(options_.dropout >= 0 && options_.dropout <= 1)) {
    fail(ErrorCode::kCorrupt, where, ": dropout is ", options_.dropout, ", expected 0 to 1");
  }
  check_size(merges.merges_.size());
  merger_ = BpeMerger(MergeTable(std::move(merges.merges_)));
  read_characters();
  for (std::size_t byte = 0; byte < bytes_.size(); ++byte) bytes_[byte] = vocabulary_.find_entry(byte_token(byte));
  if (options_.unk_token) unk_ = vocabulary_.find_entry(*options_.unk_token);
}

Bpe::Bpe(Vocabulary vocabulary, std::vector<std::int32_t> results, const std::string& where)
    : vocabulary_(std::move(vocabulary)), where_(where) {
  options_.ignore_merges = true;
  check_size(0);
  std::sort(results.begin(), results.end());
  for (std::int32_t& result : results) result = vocabulary_.entry_of_id(result);
  std::vector<MergeTable::Merge> merges = vocabulary_merges(vocabulary_, results, SplitUnit::kCharacter);
  check_size(merges.size());
  std::vector<std::uint32_t> orders;
  orders.reserve(merges.size());
  for (std::size_t i = 0; i < merges.size(); ++i) {
    const bool same = i > 0 && merges[i - 1].result == merges[i].result;
    orders.push_back(same ? orders.back() : static_cast<std::uint32_t>(i));
  }
  merger_ = BpeMerger(MergeTable(std::move(merges), std::move(orders)));
  read_characters();
}

void Bpe::check_size(std::size_t merges) const {
  if (vocabulary_.size() > MergeTable::kMaxSymbols) {
    fail(ErrorCode::kUnsupported, where_, ": a BPE of ", vocabulary_.size(), " tokens; at most ",
         MergeTable::kMaxSymbols);
  }
  if (static_cast<std::int64_t>(merges) > MergeTable::kMaxMerges) {
    fail(ErrorCode::kUnsupported, where_, ": a BPE of ", merges, " merges; at most ", MergeTable::kMaxMerges);
  }
}

void Bpe::read_characters() {
  const bool prefixed = !options_.continuing_prefix.empty(), suffixed = !options_.end_suffix.empty();
  for (std::size_t variant = 0; variant < table_.size(); ++variant) {
    const std::size_t known = (prefixed ? variant & 1 : 0) | (suffixed ? variant & 2 : 0);
    if (known != variant) {
      table_[variant] = table_[known];
      continue;
    }
    const std::string_view prefix = (variant & 1) != 0 ? std::string_view(options_.continuing_prefix) : "";
    const std::string_view suffix = (variant & 2) != 0 ? std::string_view(options_.end_suffix) : "";
    table_[variant] = characters_.size();
    CharacterTable& table = characters_.emplace_back();
    for (std::int32_t entry = 0; entry < vocabulary_.size(); ++entry) {
      std::string_view text = vocabulary_.text_of_entry(entry);
      if (text.size() <= prefix.size() + suffix.size() || text.size() > prefix.size() + suffix.size() + 4) continue;
      if (!text.starts_with(prefix) || !text.ends_with(suffix)) continue;
      text = text.substr(prefix.size(), text.size() - prefix.size() - suffix.size());
      if (const auto c = single_character(text)) table.set(*c, entry);
    }
  }
}

std::unique_ptr<TokenModel::Scratch> Bpe::make_scratch() const { return std::make_unique<Buffers>(); }

// A cut is safe if the parts see the same symbols as the whole, nothing shifts their ranges, and no merge joins what
// begins with the mark to something before it that does not end with one.
bool Bpe::goes_on_before(std::string_view mark) const {
  const auto character = single_character(mark);
  if (!character || characters_[0].find(*character) < 0 || !plain_merges_) return false;
  if (!options_.continuing_prefix.empty() || !options_.end_suffix.empty() || options_.ignore_merges) return false;
  if (!options_.unk_token || options_.unk_token->find(mark) != std::string::npos) return false;
  if (options_.byte_fallback && (mark[0] == '<' || mark[0] == '>')) return false;
  return std::none_of(merger_.table().merges().begin(), merger_.table().merges().end(),
                      [&](const MergeTable::Merge& merge) {
                        return vocabulary_.text_of_entry(merge.right).starts_with(mark) &&
                               !vocabulary_.text_of_entry(merge.left).ends_with(mark);
                      });
}

std::string Bpe::describe() const {
  std::string out = concat("BPE(", vocabulary_.size(), ", ", merger_.table().merges().size(), " merges");
  if (options_.byte_fallback) out += ", byte_fallback";
  if (options_.ignore_merges) out += ", ignore_merges";
  if (options_.dropout > 0) out += concat(", dropout ", options_.dropout);
  return out + ")";
}

}  // namespace sememe
