#include "words/pair_counts.h"

#include <algorithm>
#include <bit>
#include <queue>

namespace sememe {
namespace {

constexpr std::int64_t kDenseWords = 1024;  // so that the triangle stays in the cache
constexpr std::size_t kFirstSlots = 1 << 12;

std::size_t spread(std::uint64_t pair) { return static_cast<std::size_t>((pair * 0x9E3779B97F4A7C15) >> 20); }

bool before(const PairCount& a, const PairCount& b) { return a.pair < b.pair; }

/// Sorted counts, in memory or read piece by piece.
class RunReader {
 public:
  explicit RunReader(std::vector<PairCount> counts) : piece_(std::move(counts)) {}
  RunReader(const SpillFile& file, std::int64_t at, std::int64_t size) : file_(&file), at_(at), left_(size) {
    refill();
  }

  bool empty() const { return next_ == piece_.size(); }
  const PairCount& front() const { return piece_[next_]; }
  void pop() {
    if (++next_ == piece_.size()) refill();
  }

 private:
  void refill() {
    constexpr std::int64_t kPiece = 1 << 15;
    const std::int64_t count = std::min(left_, kPiece);
    if (count == 0) return;
    piece_.resize(static_cast<std::size_t>(count));
    file_->read(at_, std::as_writable_bytes(std::span(piece_)));
    at_ += count * static_cast<std::int64_t>(sizeof(PairCount));
    left_ -= count;
    next_ = 0;
  }
  const SpillFile* file_ = nullptr;
  std::int64_t at_ = 0, left_ = 0;
  std::vector<PairCount> piece_;
  std::size_t next_ = 0;
};

}  // namespace

PairCountTable::PairCountTable(std::int64_t words, std::int64_t bytes)
    : dense_words_(std::min(words, kDenseWords)),
      dense_(static_cast<std::size_t>(dense_words_ * (dense_words_ + 1) / 2)),
      slots_(kFirstSlots),
      // Sorting needs a copy of what the table holds.
      most_slots_(std::bit_floor(static_cast<std::size_t>(bytes) / sizeof(PairCount)) / 2) {}

void PairCountTable::add_sparse(std::uint64_t pair, std::uint64_t count) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = spread(pair) & mask;
  while (slots_[at].count != 0 && slots_[at].pair != pair) at = (at + 1) & mask;
  if (slots_[at].count == 0) {
    slots_[at].pair = pair;
    ++used_;
  }
  slots_[at].count += count;
  if (used_ * 3 > slots_.size() * 2) grow_or_spill();
}

void PairCountTable::grow_or_spill() {
  if (slots_.size() >= most_slots_) {
    const std::vector<PairCount> sorted = take_sorted();
    runs_.push_back({file_.append(std::as_bytes(std::span(sorted))), std::ssize(sorted)});
    return;
  }
  std::vector<PairCount> old(slots_.size() * 2);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const PairCount& entry : old) {
    if (entry.count == 0) continue;
    std::size_t at = spread(entry.pair) & mask;
    while (slots_[at].count != 0) at = (at + 1) & mask;
    slots_[at] = entry;
  }
}

std::vector<PairCount> PairCountTable::take_sorted() {
  std::vector<PairCount> out;
  out.reserve(used_);
  for (PairCount& slot : slots_)
    if (slot.count != 0) out.push_back(std::exchange(slot, {}));
  used_ = 0;
  std::sort(out.begin(), out.end(), before);
  return out;
}

void merge_pairs(std::vector<PairCountTable>& tables, ThreadPool& pool, FunctionRef<void(const PairCount&)> take) {
  std::vector<std::vector<PairCount>> last(tables.size());
  pool.run(std::ssize(tables), [&](std::int64_t i, int) {
    PairCountTable& table = tables[static_cast<std::size_t>(i)];
    std::vector<PairCount>& mine = last[static_cast<std::size_t>(i)];
    for (std::size_t second = 0, at = 0; second < static_cast<std::size_t>(table.dense_words_); ++second)
      for (std::size_t first = 0; first <= second; ++first, ++at)
        if (table.dense_[at] != 0) mine.push_back({std::uint64_t{first} << 32 | second, table.dense_[at]});
    const std::vector<PairCount> sparse = table.take_sorted();
    table.slots_ = {};
    mine.insert(mine.end(), sparse.begin(), sparse.end());
    std::sort(mine.begin(), mine.end(), before);
  });
  std::vector<RunReader> readers;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    readers.emplace_back(std::move(last[i]));
    for (const PairCountTable::Run& run : tables[i].runs_) readers.emplace_back(tables[i].file_, run.at, run.size);
  }
  const auto later = [&](std::size_t a, std::size_t b) { return readers[a].front().pair > readers[b].front().pair; };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> order(later);
  for (std::size_t i = 0; i < readers.size(); ++i)
    if (!readers[i].empty()) order.push(i);
  PairCount sum{};
  while (!order.empty()) {
    const std::size_t i = order.top();
    order.pop();
    const PairCount& next = readers[i].front();
    if (sum.count != 0 && sum.pair != next.pair) {
      take(sum);
      sum.count = 0;
    }
    sum = {next.pair, sum.count + next.count};
    readers[i].pop();
    if (!readers[i].empty()) order.push(i);
  }
  if (sum.count != 0) take(sum);
}

}  // namespace sememe
