#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "tokenize/models/bpe_matcher.h"
#include "tokenize/models/merge_table.h"

namespace sememe {

/// Symbols in a row and where each begins; begin[size] is where the last one ends.
struct BpeSymbols {
  std::vector<std::int32_t> symbol, begin = {0};
  std::size_t size = 0;

  void clear(std::int32_t at = 0) {
    size = 0;
    begin[0] = at;
  }
  void reserve(std::size_t n) {
    if (symbol.size() >= n) return;
    symbol.resize(std::max(n, 2 * symbol.size()));
    begin.resize(symbol.size() + 1);
  }
  /// Precondition: reserved.
  void add(std::int32_t s, std::int32_t length) {
    symbol[size] = s;
    begin[size + 1] = begin[size] + length;
    ++size;
  }
  void assign(const BpeSymbols& other, std::size_t from, std::size_t to) {
    reserve(to - from);
    std::copy_n(other.symbol.begin() + static_cast<std::ptrdiff_t>(from), to - from, symbol.begin());
    std::copy_n(other.begin.begin() + static_cast<std::ptrdiff_t>(from), to - from + 1, begin.begin());
    size = to - from;
  }
  void drop_front(std::size_t n) {
    std::copy(symbol.begin() + static_cast<std::ptrdiff_t>(n), symbol.begin() + static_cast<std::ptrdiff_t>(size),
              symbol.begin());
    std::copy(begin.begin() + static_cast<std::ptrdiff_t>(n), begin.begin() + static_cast<std::ptrdiff_t>(size) + 1,
              begin.begin());
    size -= n;
  }
  /// Index of the first symbol that begins at or after `at`.
  std::size_t index(std::int32_t at) const {
    return static_cast<std::size_t>(
        std::lower_bound(begin.begin(), begin.begin() + static_cast<std::ptrdiff_t>(size), at) - begin.begin());
  }
};

/// What a BpeMerger needs from piece to piece.
struct BpeBuffers {
  BpeSymbols source, tokens, next_tokens;
  std::vector<std::int32_t> previous, next;
  std::vector<std::uint32_t> rank;
  std::vector<std::uint64_t> queue;
  BpeMatcher::Cache matched;
  std::size_t merged = 0;  // symbols of long pieces
};

/// The merges of a BPE at work: of two neighbours that can become one, those whose merge has the lowest rank go first,
/// of equal ones the leftmost, until none can.
class BpeMerger {
 public:
  /// As many symbols are merged without a queue.
  static constexpr std::size_t kShort = 64;

  BpeMerger();
  explicit BpeMerger(MergeTable table);
  BpeMerger(BpeMerger&&) noexcept;
  BpeMerger& operator=(BpeMerger&&) noexcept;
  ~BpeMerger();
  const MergeTable& table() const { return table_; }

  void merge(BpeSymbols& symbols, BpeBuffers& buffers) const;

  /// Merges the symbols of a piece of any length. make_reader() begins to read it: reader.read(count, symbols) appends
  /// at least `count` symbols if there are as many, reader.done() tells whether all are read. take(tokens, count) gets
  /// the result in parts, front to back; restart() tells that it will come once more, from the beginning.
  template <class MakeReader, class Take, class Restart>
  void merge_piece(MakeReader make_reader, BpeBuffers& buffers, Take take, Restart restart) const {
    auto reader = make_reader();
    buffers.source.clear();
    reader.read(kShort, buffers.source);
    if (reader.done() && buffers.source.size <= kShort) {
      merge_short(buffers.source);
      take(buffers.source, buffers.source.size);
      return;
    }
    for (std::size_t window = kShort; !merge_in_windows(make_reader(), window, buffers, take); window *= 8) restart();
  }

 private:
  /// A matcher pays once this many symbols of long pieces were merged by the same thread.
  static constexpr std::size_t kMergedBefore = std::size_t{1} << 17;
  static constexpr std::size_t kMatchedAtOnce = 1024;

  void merge_short(BpeSymbols& symbols) const;
  void merge_queued(BpeSymbols& symbols, BpeBuffers& buffers) const;
  bool merge_matched(const BpeMatcher& matcher, BpeSymbols& symbols, BpeBuffers& buffers) const;
  void merge_window(const BpeMatcher* matcher, BpeSymbols& symbols, BpeBuffers& buffers) const;
  bool go_on(const BpeMatcher* matcher, std::size_t size, std::size_t tail, std::size_t window, std::size_t& count,
             BpeBuffers& buffers) const;
  const BpeMatcher* matcher(BpeBuffers& buffers) const;

  // A long piece is merged a window at a time, so that memory stays small and near.  That is exact: if every two
  // neighbours of a row of tokens, merged alone, stay as they are, then the row is what the whole piece becomes.  (The
  // first merge of the whole that crossed a border between two tokens would, up to then, have seen in those two the
  // same steps as when they are alone; and there none crosses.)  Neighbours in what one window became are such, by the
  // same reason.  So two rows that have a token in common may be joined there.  Where they have none, the piece needs
  // larger windows: false.
  template <class Reader, class Take>
  bool merge_in_windows(Reader reader, std::size_t window, BpeBuffers& buffers, Take& take) const {
    BpeSymbols &source = buffers.source, &tokens = buffers.tokens;
    source.clear();
    reader.read(window, source);
    tokens.assign(source, 0, source.size);
    merge_window(matcher(buffers), tokens, buffers);
    while (!reader.done()) {
      const BpeMatcher* const faster = matcher(buffers);
      const std::size_t size = source.size;
      reader.read(faster != nullptr ? std::max(window, kMatchedAtOnce) : window / 8 * 5, source);
      buffers.merged += source.size - size;
      std::size_t count = 0;
      if (!go_on(faster, size, window / 4, faster != nullptr ? std::max(window, kMatchedAtOnce) : window, count,
                 buffers))
        return false;
      take(tokens, count);
      std::swap(tokens, buffers.next_tokens);
    }
    take(tokens, tokens.size);
    return true;
  }

  struct Lazy;

  MergeTable table_;
  std::unique_ptr<Lazy> lazy_;
};

}  // namespace sememe
