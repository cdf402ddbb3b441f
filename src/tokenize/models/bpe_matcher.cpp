#include "tokenize/models/bpe_matcher.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "io/utf8.h"

namespace sememe {
namespace {

constexpr std::uint64_t kHash = 0x9E3779B97F4A7C15;
constexpr std::uint64_t kNoPair = ~std::uint64_t{0};
constexpr int kPairBits = 15;  // 256 KiB of neighbours
/// At each place as many symbols may be looked at.
constexpr std::int32_t kLongest = 512;

/// As bits of a pair. Symbols take 21 bits each, and no merge has the greatest order.
constexpr int kMadeBits = 22;
constexpr std::uint32_t kNever = (std::uint32_t{1} << kMadeBits) - 1;

constexpr std::uint64_t pair_of(std::int32_t left, std::int32_t right) {
  return static_cast<std::uint64_t>(left) << 21 | static_cast<std::uint64_t>(right);
}

}  // namespace

BpeMatcher::BpeMatcher(const MergeTable& table) {
  std::vector<Parts> parts;
  const std::vector<std::int32_t> refused = read_merges(table, parts);
  read_texts(parts);
  for (const std::int32_t symbol : refused) code(symbol) = kRefused;
}

/// Finds the tokens: of the results of merges, those that their own symbols become. Returns symbols without which no
/// other result comes about.
std::vector<std::int32_t> BpeMatcher::read_merges(const MergeTable& table, std::vector<Parts>& parts) {
  const std::vector<MergeTable::Merge>& merges = table.merges();
  std::int32_t last = -1;
  for (const MergeTable::Merge& merge : merges) last = std::max({last, merge.left, merge.right, merge.result});
  const auto size = static_cast<std::size_t>(last + 1);
  tokens_.resize(size);
  parts.resize(size);
  codes_.assign(size, kNoCode);
  pairs_.assign(std::bit_ceil(2 * std::max<std::size_t>(size, 1)), kNoPair);  // each makes another token
  pairs_shift_ = 64 - std::countr_zero(pairs_.size());
  filter_.assign(std::max<std::size_t>(pairs_.size() / 16, 1), 0);
  filter_shift_ = 64 - std::countr_zero(filter_.size() * 64);
  for (std::int32_t symbol = 0; symbol <= last; ++symbol) {
    of(symbol).firsts = of(symbol).lasts = static_cast<std::uint32_t>(symbol);
    ends_.push_back({symbol, 0});
  }
  // One that merges make should not be there from the beginning: of its text there would be two kinds.
  for (const MergeTable::Merge& merge : merges) code(merge.result) = kRefused;

  const auto may_be = [&](std::int32_t symbol) { return code(symbol) != kRefused || made(symbol) != 0; };
  const auto is_met = [&](const MergeTable::Merge& merge) {
    return may_be(merge.left) && may_be(merge.right) && undone_stay(merge.left, merge.right);
  };
  for (std::uint32_t rank = 0; rank < merges.size(); ++rank) {
    const MergeTable::Merge& merge = merges[rank];
    const std::uint32_t order = table.order(rank);
    if (made(merge.result) != 0 || table.rank(merge.left, merge.right) != rank) continue;
    if (made(merge.left) > order || made(merge.right) > order || !is_met(merge)) continue;
    if (of(merge.left).length + of(merge.right).length > kLongest) continue;
    add_token(merge, order);
    parts[static_cast<std::size_t>(merge.result)] = {merge.left, merge.right};
  }
  // What else can happen does so only where the text has such symbols.
  std::vector<std::int32_t> refused;
  for (std::uint32_t rank = 0; rank < merges.size(); ++rank) {
    const MergeTable::Merge& merge = merges[rank];
    if (made(merge.result) != 0 || table.rank(merge.left, merge.right) != rank || !is_met(merge)) continue;
    std::int32_t first = merge.left;
    while (made(first) != 0) first = parts[static_cast<std::size_t>(first)].left;
    refused.push_back(first);
  }
  return refused;
}

void BpeMatcher::add_token(const MergeTable::Merge& merge, std::uint32_t order) {
  Token& token = of(merge.result);
  const auto add = [&](std::uint32_t from) {
    const auto begin = static_cast<std::uint32_t>(ends_.size());
    ends_.push_back({merge.result, order + 1});
    do {
      ends_.push_back(ends_[from]);
    } while (ends_[from++].made != 0);
    return begin;
  };
  token.firsts = add(of(merge.left).firsts);
  token.lasts = add(of(merge.right).lasts);
  token.length = of(merge.left).length + of(merge.right).length;
  add_pair(merge.left, merge.right, order + 1);
}

void BpeMatcher::read_texts(const std::vector<Parts>& parts) {
  std::vector<std::int32_t> tokens, rows, common, todo;
  std::vector<std::uint32_t> counts(tokens_.size());
  for (std::int32_t token = 0; known(token); ++token) {
    if (made(token) == 0) continue;
    tokens.push_back(token);
    todo.assign(1, token);
    while (!todo.empty()) {
      const std::int32_t symbol = todo.back();
      todo.pop_back();
      if (made(symbol) != 0) {
        todo.push_back(parts[static_cast<std::size_t>(symbol)].right);
        todo.push_back(parts[static_cast<std::size_t>(symbol)].left);
      } else {
        rows.push_back(symbol);
        if (counts[static_cast<std::size_t>(symbol)]++ == 0) common.push_back(symbol);
      }
    }
  }
  // Common symbols have short codes.
  std::sort(common.begin(), common.end(), [&](std::int32_t a, std::int32_t b) {
    return std::pair(counts[static_cast<std::size_t>(b)], a) < std::pair(counts[static_cast<std::size_t>(a)], b);
  });
  for (std::size_t i = 0; i < common.size(); ++i) code(common[i]) = static_cast<std::uint32_t>(i);
  std::string codes;
  std::vector<std::size_t> ends;
  for (std::size_t at = 0; const std::int32_t token : tokens) {
    for (std::int32_t i = 0; i < of(token).length; ++i) append_utf8(codes, code(rows[at++]));
    ends.push_back(codes.size());
  }
  std::vector<ByteTrie::Entry> entries;
  entries.reserve(tokens.size());
  for (std::size_t i = 0, begin = 0; i < tokens.size(); begin = ends[i++])
    entries.push_back({std::string_view(codes).substr(begin, ends[i] - begin), tokens[i]});
  texts_ = ByteTrie(entries);
  for (std::size_t i = 0, at = 0; i < tokens.size(); at += static_cast<std::size_t>(of(tokens[i++]).length))
    of(tokens[i]).shorter = longest(rows[at], entries[i].key.substr(0, entries[i].key.size() - 1));
}

void BpeMatcher::add_pair(std::int32_t left, std::int32_t right, std::uint32_t made) {
  const std::uint64_t key = pair_of(left, right);
  const std::uint64_t bit = (key * kHash) >> filter_shift_;
  filter_[bit / 64] |= std::uint64_t{1} << bit % 64;
  std::uint64_t at = (key * kHash) >> pairs_shift_;
  while (pairs_[at] != kNoPair) at = (at + 1) & (pairs_.size() - 1);
  pairs_[at] = key << kMadeBits | made;
}

/// When the merge of two symbols makes a token; kNever if there is none.
std::uint32_t BpeMatcher::made_of(std::int32_t left, std::int32_t right) const {
  const std::uint64_t key = pair_of(left, right);
  const std::uint64_t bit = (key * kHash) >> filter_shift_;
  if ((filter_[bit / 64] >> bit % 64 & 1) == 0) return kNever;
  for (std::uint64_t at = (key * kHash) >> pairs_shift_;; at = (at + 1) & (pairs_.size() - 1)) {
    const std::uint64_t pair = pairs_[at];
    if (pair >> kMadeBits == key) return static_cast<std::uint32_t>(pair & kNever);
    if (pair == kNoPair) return kNever;
  }
}

/// Whether two tokens stay as they are, but for a merge of the two themselves.
bool BpeMatcher::undone_stay(std::int32_t left, std::int32_t right) const {
  const End *lasts = ends_.data() + of(left).lasts, *firsts = ends_.data() + of(right).firsts;
  for (;;) {
    std::uint32_t limit;
    // Of merges of one order those on the left come first, so those on the right are undone first.
    if (lasts->made > firsts->made) {
      limit = (lasts++)->made;
    } else if (firsts->made > 0) {
      limit = (firsts++)->made + 1;
    } else {
      return true;
    }
    if (made_of(lasts->symbol, firsts->symbol) < limit) return false;
  }
}

bool BpeMatcher::stay(std::int32_t left, std::int32_t right, Cache& cache) const {
  if (!known(left) || !known(right)) return true;
  const std::uint64_t key = pair_of(left, right) << 1;
  std::uint64_t& found = cache.pairs[(key * kHash) >> (64 - kPairBits)];
  if ((found | 1) != (key | 1))
    found = key | static_cast<std::uint64_t>(made_of(left, right) == kNever && undone_stay(left, right));
  return (found & 1) != 0;
}

/// The longest token that `text` begins with, or `symbol`, which its first code stands for.
std::int32_t BpeMatcher::longest(std::int32_t symbol, std::string_view text) const {
  ByteTrie::Node node = texts_.root();
  for (const char byte : text) {
    if (!texts_.step(node, byte)) break;
    if (node.value() < 0) continue;
    symbol = node.value();
    __builtin_prefetch(&of(symbol));
  }
  return symbol;
}

bool BpeMatcher::match(const std::int32_t* symbols, std::size_t size, Cache& cache) const {
  if (cache.pairs.empty()) cache.pairs.assign(std::size_t{1} << kPairBits, kNoPair);
  cache.text.clear();
  cache.begins.clear();
  for (std::size_t i = 0; i < size; ++i) {
    cache.begins.push_back(static_cast<std::uint32_t>(cache.text.size()));
    const std::uint32_t code = known(symbols[i]) ? codes_[static_cast<std::size_t>(symbols[i])] : kNoCode;
    if (code == kRefused) return false;
    if (code == kNoCode) {
      cache.text.push_back('\xFF');
    } else {
      append_utf8(cache.text, code);
    }
  }
  cache.dead.assign(size + 1, 0);
  std::vector<std::int32_t>& row = cache.tokens;
  row.clear();
  if (size == 0) return true;
  const std::string_view text = cache.text;
  std::int32_t token = longest(symbols[0], text);
  for (std::size_t at = 0;;) {
    const std::size_t end = at + static_cast<std::size_t>(length(token));
    if (cache.dead[end] == 0 && (row.empty() || stay(row.back(), token, cache))) {
      row.push_back(token);
      at = end;
      if (at == size) return true;
      token = longest(symbols[at], text.substr(cache.begins[at]));
    } else if (known(token) && of(token).shorter >= 0) {
      token = of(token).shorter;
    } else {  // No row goes on from here: the token before is another.
      cache.dead[at] = 1;
      if (row.empty()) return false;
      token = row.back();
      row.pop_back();
      at -= static_cast<std::size_t>(length(token));
    }
  }
}

}  // namespace sememe
