#include "tokenize/models/bpe_matcher.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/rng.h"
#include "tokenize/models/bpe_merger.h"

namespace sememe {
namespace {

using Symbols = std::vector<std::int32_t>;

enum class Order {
  kAsMade,  // every merge after those of its parts
  kMixed,   // some before them
  kSplits,  // any two symbols that make a token, in the order of the tokens, as tiktoken has it
  kEqual,   // some are equally important
};

/// Merges of few symbols, random.
struct RandomTable {
  std::vector<Symbols> tokens;  // the symbols of each
  MergeTable table;

  RandomTable(std::uint64_t seed, std::uint32_t alphabet, int size, Order order) {
    const CounterRng rng(seed, 0);
    std::uint64_t draw = 0;
    std::map<Symbols, std::int32_t> known;
    std::vector<MergeTable::Merge> merges;
    for (std::uint32_t c = 0; c < alphabet; ++c) tokens.push_back({static_cast<std::int32_t>(c)});
    for (const Symbols& token : tokens) known.emplace(token, token[0]);
    for (int i = 0; i < size; ++i) {
      const auto pick = [&] {
        return static_cast<std::int32_t>(rng.below(draw++, static_cast<std::uint32_t>(tokens.size())));
      };
      const std::int32_t left = pick(), right = pick();
      Symbols made = tokens[static_cast<std::size_t>(left)];
      const Symbols& rest = tokens[static_cast<std::size_t>(right)];
      made.insert(made.end(), rest.begin(), rest.end());
      if (made.size() > 20) continue;
      const auto [found, fresh] = known.emplace(made, static_cast<std::int32_t>(tokens.size()));
      if (fresh) tokens.push_back(made);
      merges.push_back({left, right, found->second});
    }
    if (order == Order::kMixed) {
      for (std::size_t i = merges.size(); i > 1; --i)
        if (rng.below(draw++, 4) == 0)
          std::swap(merges[i - 1], merges[rng.below(draw++, static_cast<std::uint32_t>(i))]);
    }
    std::vector<std::uint32_t> orders;
    if (order == Order::kSplits) {
      merges.clear();
      for (std::size_t token = alphabet; token < tokens.size(); ++token) {
        const auto first = static_cast<std::uint32_t>(merges.size());
        const Symbols& all = tokens[token];
        for (std::size_t cut = 1; cut < all.size(); ++cut) {
          const auto at = all.begin() + static_cast<std::ptrdiff_t>(cut);
          const auto left = known.find(Symbols(all.begin(), at)), right = known.find(Symbols(at, all.end()));
          if (left == known.end() || right == known.end()) continue;
          merges.push_back({left->second, right->second, static_cast<std::int32_t>(token)});
          orders.push_back(first);
        }
      }
    } else if (order == Order::kEqual) {
      for (std::uint32_t i = 0; i < merges.size(); ++i)
        orders.push_back(rng.below(draw++, 3) == 0 && i > 0 ? orders.back() : i);
    }
    table = MergeTable(std::move(merges), std::move(orders));
  }

  /// The definition.
  Symbols merge(Symbols symbols) const {
    for (;;) {
      std::size_t best = symbols.size();
      std::uint32_t least = MergeTable::kNone;
      for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
        const std::uint32_t rank = table.rank(symbols[i], symbols[i + 1]);
        if (rank == MergeTable::kNone || table.order(rank) >= least) continue;
        least = table.order(rank);
        best = i;
      }
      if (best == symbols.size()) return symbols;
      symbols[best] = table.result(table.rank(symbols[best], symbols[best + 1]));
      symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    }
  }
};

/// Of 100 texts of each of `tables` tables, how many were matched; each of them as the definition says.
int matched(Order order, std::uint64_t tables) {
  int count = 0;
  for (std::uint64_t seed = 0; seed < tables; ++seed) {
    const auto alphabet = static_cast<std::uint32_t>(1 + seed % 6);
    const RandomTable random(seed, alphabet, seed % 3 == 0 ? 8 : 120, order);
    const BpeMatcher matcher(random.table);
    BpeMatcher::Cache cache;
    const CounterRng rng(seed, 1);
    std::uint64_t draw = 0;
    for (int text = 0; text < 100; ++text) {
      // Also a symbol that no merge has, and, rarely, one that is a token.
      Symbols symbols(rng.below(draw++, 50));
      for (std::int32_t& symbol : symbols) symbol = static_cast<std::int32_t>(rng.below(draw++, alphabet + 1));
      for (std::int32_t& symbol : symbols)
        if (symbol == static_cast<std::int32_t>(alphabet)) symbol = rng.below(draw++, 20) == 0 ? symbol : 1000000;
      if (!matcher.match(symbols.data(), symbols.size(), cache)) continue;
      ++count;
      const Symbols want = random.merge(symbols);
      EXPECT_EQ(cache.tokens, want) << "seed " << seed << ", text " << text;
      if (cache.tokens != want) return count;
      std::int32_t length = 0;
      for (const std::int32_t token : cache.tokens) length += matcher.length(token);
      EXPECT_EQ(length, static_cast<std::int32_t>(symbols.size()));
    }
  }
  return count;
}

TEST(BpeMatcher, FindsWhatTheDefinitionMakes) {
  EXPECT_GT(matched(Order::kAsMade, 120), 120 * 40) << "and not most of the others, with a token among the symbols";
  EXPECT_GT(matched(Order::kSplits, 120), 120 * 40);
}

TEST(BpeMatcher, RefusesWhatItCannotTell) {
  EXPECT_GT(matched(Order::kMixed, 120), 0);
  EXPECT_GT(matched(Order::kEqual, 120), 0);
  // "a" "b" become "ab" first, but "b" "c" are there before: 0 1 2 -> (1 2) -> 0 (1 2), which is told to go first.
  const BpeMatcher matcher(MergeTable({{0, 3, 4}, {1, 2, 3}}));
  BpeMatcher::Cache cache;
  const Symbols whole = {0, 1, 2}, part = {1, 2, 1};
  EXPECT_FALSE(matcher.match(whole.data(), whole.size(), cache));
  EXPECT_TRUE(matcher.match(part.data(), part.size(), cache));
  EXPECT_EQ(cache.tokens, (Symbols{3, 1}));
}

TEST(BpeMatcher, OfEqualMergesTheLeftmostComesFirst) {
  BpeMatcher::Cache cache;
  const BpeMatcher pairs(MergeTable({{0, 0, 1}}));
  const Symbols five(5, 0);
  ASSERT_TRUE(pairs.match(five.data(), five.size(), cache));
  EXPECT_EQ(cache.tokens, (Symbols{1, 1, 0}));
  // All three are equally important, so 0 1 go first; and then 1 2 never come about, nor 0 (1 2).
  const BpeMatcher equal(MergeTable({{1, 2, 3}, {0, 3, 4}, {0, 1, 5}}, {0, 0, 0}));
  const Symbols row = {0, 1, 2};
  EXPECT_TRUE(!equal.match(row.data(), row.size(), cache) || cache.tokens == (Symbols{5, 2}));
}

TEST(BpeMatcher, TakesATokenBackWhereNothingGoesOnFromIt) {
  // "ab" first, but "bc" would have come before.
  const BpeMatcher matcher(MergeTable({{1, 2, 3}, {0, 1, 4}}));
  BpeMatcher::Cache cache;
  const Symbols symbols = {0, 1, 2, 0, 1};
  EXPECT_TRUE(matcher.match(symbols.data(), symbols.size(), cache));
  EXPECT_EQ(cache.tokens, (Symbols{0, 3, 4}));
  EXPECT_TRUE(matcher.match(symbols.data(), 0, cache));
  EXPECT_EQ(cache.tokens, Symbols());
}

TEST(BpeMatcher, IsAskedOnceMuchWasMergedAndChangesNothing) {
  const RandomTable random(7, 4, 200, Order::kAsMade);
  const BpeMerger merger{random.table};
  Symbols text;
  const CounterRng rng(7, 2);
  for (std::uint64_t i = 0; i < 300000; ++i) text.push_back(static_cast<std::int32_t>(rng.below(i, 4)));
  struct Reader {
    const Symbols& text;
    std::size_t at = 0;
    bool done() const { return at == text.size(); }
    void read(std::size_t count, BpeSymbols& out) {
      out.reserve(out.size + count);
      for (; count > 0 && at < text.size(); --count) out.add(text[at++], 1);
    }
  };
  const auto run = [&](BpeBuffers& buffers) {
    Symbols tokens;
    std::vector<std::int32_t> begins;
    merger.merge_piece(
        [&] { return Reader{text}; }, buffers,
        [&](const BpeSymbols& part, std::size_t count) {
          tokens.insert(tokens.end(), part.symbol.begin(), part.symbol.begin() + static_cast<std::ptrdiff_t>(count));
          begins.insert(begins.end(), part.begin.begin(), part.begin.begin() + static_cast<std::ptrdiff_t>(count));
        },
        [&] { tokens.clear(), begins.clear(); });
    return std::pair(tokens, begins);
  };
  BpeBuffers buffers, others;
  const auto first = run(buffers);
  EXPECT_FALSE(buffers.matched.pairs.empty()) << "it was asked";
  EXPECT_EQ(run(others), first) << "from the first symbol on";
  BpeSymbols whole;
  Reader{text}.read(text.size(), whole);
  merger.merge(whole, others);
  EXPECT_EQ(Symbols(whole.symbol.begin(), whole.symbol.begin() + static_cast<std::ptrdiff_t>(whole.size)), first.first);
}

}  // namespace
}  // namespace sememe
