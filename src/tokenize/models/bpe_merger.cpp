#include "tokenize/models/bpe_merger.h"

#include <atomic>
#include <bit>
#include <functional>
#include <mutex>

namespace sememe {
namespace {

constexpr std::uint64_t queue_entry(std::uint32_t order, std::size_t at) { return std::uint64_t{order} << 32 | at; }

}  // namespace

struct BpeMerger::Lazy {
  std::once_flag once;
  std::unique_ptr<const BpeMatcher> matcher;
  std::atomic<const BpeMatcher*> ready = nullptr;
};

BpeMerger::BpeMerger() : BpeMerger(MergeTable()) {}
BpeMerger::BpeMerger(MergeTable table) : table_(std::move(table)), lazy_(std::make_unique<Lazy>()) {}
BpeMerger::BpeMerger(BpeMerger&&) noexcept = default;
BpeMerger& BpeMerger::operator=(BpeMerger&&) noexcept = default;
BpeMerger::~BpeMerger() = default;

/// The matcher of this table, once it pays.
const BpeMatcher* BpeMerger::matcher(BpeBuffers& buffers) const {
  if (const BpeMatcher* const matcher = lazy_->ready.load(std::memory_order_acquire)) return matcher;
  if (buffers.merged < kMergedBefore) return nullptr;
  std::call_once(lazy_->once, [&] {
    lazy_->matcher = std::make_unique<const BpeMatcher>(table_);
    lazy_->ready.store(lazy_->matcher.get(), std::memory_order_release);
  });
  return lazy_->ready.load(std::memory_order_acquire);
}

// Each step looks at all ranks anew.  With the position in its low bits, the least key is the leftmost of the lowest
// rank.
void BpeMerger::merge_short(BpeSymbols& symbols) const {
  constexpr std::uint32_t kNoKey = ~std::uint32_t{0};
  const std::size_t n = symbols.size;
  if (n < 2) return;
  std::int32_t* const symbol = symbols.symbol.data();
  std::uint32_t keys[kShort + 3], ranks[kShort];
  const auto key = [&](std::size_t at, std::size_t next) {
    const std::uint32_t rank = ranks[at] = table_.rank(symbol[at], symbol[next]);
    return rank == MergeTable::kNone ? kNoKey : table_.order(rank) << 6 | static_cast<std::uint32_t>(at);
  };
  for (std::size_t i = 0; i + 1 < n; ++i) keys[i] = key(i, i + 1);
  std::fill_n(keys + n - 1, 4, kNoKey);

  std::uint64_t alive = ~std::uint64_t{0} >> (64 - n);
  for (;;) {
    std::uint32_t least[4] = {kNoKey, kNoKey, kNoKey, kNoKey};
    for (std::size_t i = 0; i < n - 1; i += 4) {
      for (std::size_t lane = 0; lane < 4; ++lane) least[lane] = std::min(least[lane], keys[i + lane]);
    }
    const std::uint32_t best = std::min(std::min(least[0], least[1]), std::min(least[2], least[3]));
    if (best == kNoKey) break;
    const std::size_t at = best & 63;
    const std::size_t gone = at + 1 + static_cast<std::size_t>(std::countr_zero(alive >> (at + 1)));
    symbol[at] = table_.result(ranks[at]);
    alive &= ~(std::uint64_t{1} << gone);
    keys[gone] = kNoKey;
    const std::uint64_t after = alive >> gone, before = alive & ((std::uint64_t{1} << at) - 1);
    keys[at] = after == 0 ? kNoKey : key(at, gone + static_cast<std::size_t>(std::countr_zero(after)));
    if (before != 0) {
      const std::size_t left = 63 - static_cast<std::size_t>(std::countl_zero(before));
      keys[left] = key(left, at);
    }
  }
  std::size_t count = 0;
  const std::int32_t end = symbols.begin[n];
  for (; alive != 0; alive &= alive - 1) {
    const auto at = static_cast<std::size_t>(std::countr_zero(alive));
    symbol[count] = symbol[at];
    symbols.begin[count++] = symbols.begin[at];
  }
  symbols.begin[count] = end;
  symbols.size = count;
}

void BpeMerger::merge_queued(BpeSymbols& symbols, BpeBuffers& buffers) const {
  const std::size_t n = symbols.size;
  std::int32_t* const symbol = symbols.symbol.data();
  auto &next = buffers.next, &previous = buffers.previous;
  auto& rank = buffers.rank;  // of the merge with the next symbol: tells whether an entry of the queue still holds
  auto& queue = buffers.queue;
  next.resize(n);
  previous.resize(n);
  rank.resize(n);
  queue.clear();
  for (std::size_t i = 0; i < n; ++i) {
    next[i] = static_cast<std::int32_t>(i) + 1;
    previous[i] = static_cast<std::int32_t>(i) - 1;
    rank[i] = i + 1 < n ? table_.rank(symbol[i], symbol[i + 1]) : MergeTable::kNone;
    if (rank[i] != MergeTable::kNone) queue.push_back(queue_entry(table_.order(rank[i]), i));
  }
  std::make_heap(queue.begin(), queue.end(), std::greater<>());
  const auto look_again = [&](std::size_t at) {
    const auto right = static_cast<std::size_t>(next[at]);
    rank[at] = right < n ? table_.rank(symbol[at], symbol[right]) : MergeTable::kNone;
    if (rank[at] == MergeTable::kNone) return;
    queue.push_back(queue_entry(table_.order(rank[at]), at));
    std::push_heap(queue.begin(), queue.end(), std::greater<>());
  };
  while (!queue.empty()) {
    std::pop_heap(queue.begin(), queue.end(), std::greater<>());
    const std::uint64_t entry = queue.back();
    queue.pop_back();
    const auto at = static_cast<std::size_t>(entry & 0xFFFFFFFF);
    if (rank[at] == MergeTable::kNone || table_.order(rank[at]) != entry >> 32) continue;
    const auto gone = static_cast<std::size_t>(next[at]);
    symbol[at] = table_.result(rank[at]);
    rank[gone] = MergeTable::kNone;
    next[at] = next[gone];
    if (static_cast<std::size_t>(next[at]) < n) {
      previous[static_cast<std::size_t>(next[at])] = static_cast<std::int32_t>(at);
    }
    look_again(at);
    if (previous[at] >= 0) look_again(static_cast<std::size_t>(previous[at]));
  }
  std::size_t count = 0;
  const std::int32_t end = symbols.begin[n];
  for (std::size_t at = 0; at < n; at = static_cast<std::size_t>(next[at])) {
    symbol[count] = symbol[at];
    symbols.begin[count++] = symbols.begin[at];
  }
  symbols.begin[count] = end;
  symbols.size = count;
}

void BpeMerger::merge(BpeSymbols& symbols, BpeBuffers& buffers) const {
  if (symbols.size <= kShort) {
    merge_short(symbols);
  } else {
    merge_queued(symbols, buffers);
  }
}

bool BpeMerger::merge_matched(const BpeMatcher& matcher, BpeSymbols& symbols, BpeBuffers& buffers) const {
  if (!matcher.match(symbols.symbol.data(), symbols.size, buffers.matched)) return false;
  std::size_t count = 0, at = 0;
  for (const std::int32_t token : buffers.matched.tokens) {
    symbols.symbol[count] = token;
    symbols.begin[count++] = symbols.begin[at];
    at += static_cast<std::size_t>(matcher.length(token));
  }
  symbols.begin[count] = symbols.begin[at];
  symbols.size = count;
  return true;
}

void BpeMerger::merge_window(const BpeMatcher* matcher, BpeSymbols& symbols, BpeBuffers& buffers) const {
  if (matcher == nullptr || !merge_matched(*matcher, symbols, buffers)) merge(symbols, buffers);
}

/// buffers.tokens is what the first `size` symbols of the source became. Puts in buffers.next_tokens what goes on after
/// `count` of them, and drops from the source what is before that. Looks for that place in the last `tail` symbols
/// first, and in the last `window` of them at most.
bool BpeMerger::go_on(const BpeMatcher* matcher, std::size_t size, std::size_t tail, std::size_t window,
                      std::size_t& count, BpeBuffers& buffers) const {
  BpeSymbols &source = buffers.source, &tokens = buffers.tokens, &next = buffers.next_tokens;
  for (; tail <= window; tail *= 2) {
    count = tokens.index(source.begin[size - std::min(tail, size)]);
    if (count == tokens.size) continue;
    next.assign(source, source.index(tokens.begin[count]), source.size);
    merge_window(matcher, next, buffers);
    for (std::size_t at = 0; at < next.size && count < tokens.size;) {
      if (next.begin[at] == tokens.begin[count] && next.begin[at + 1] == tokens.begin[count + 1]) {
        next.drop_front(at);
        source.drop_front(source.index(next.begin[0]));
        return true;
      }
      if (next.begin[at + 1] <= tokens.begin[count + 1]) {
        ++at;
      } else {
        ++count;
      }
    }
  }
  return false;
}

}  // namespace sememe
