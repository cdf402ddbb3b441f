#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace sememe {

/// What the merge of one pair (a, b) into a new symbol does to the counts of other pairs, by the symbol beside it:
///   left   x in "x a b":  (x, a) goes, (x, new) comes
///   right  y in "a b y":  (b, y) goes, (new, y) comes
class MergeChanges {
 public:
  enum Side { kLeft, kRight };
  struct Sums {
    std::int64_t gone = 0, come = 0;
    std::int64_t words = 0;       ///< in which the new pair stands
    std::int32_t last_word = -1;  ///< so that a word counts once
    bool touched = false;
  };
  struct Place {
    std::int32_t neighbour, word;
  };

  /// Begins a merge; there are `symbols` of them, `result` included.
  void start(std::int32_t result, std::size_t symbols) {
    result_ = result;
    for (auto& side : sums_)
      if (side.size() < symbols) side.resize(symbols);
  }
  void gone(Side side, std::int32_t neighbour, std::int64_t count) { touch(side, neighbour).gone += count; }
  void come(Side side, std::int32_t neighbour, std::int64_t count, std::int32_t word) {
    if (neighbour == result_) side = kLeft;  // (new, new) is one pair, from whichever side it is met
    Sums& sums = touch(side, neighbour);
    sums.come += count;
    if (sums.last_word == word) return;
    sums.last_word = word;
    ++sums.words;
    places_[side].push_back({neighbour, word});
  }

  /// Symbols that stood on that side, in the order of their first appearance.
  const std::vector<std::int32_t>& touched(Side side) const { return touched_[side]; }
  const std::vector<Place>& places(Side side) const { return places_[side]; }
  Sums& sums(Side side, std::int32_t neighbour) { return sums_[side][static_cast<std::size_t>(neighbour)]; }
  void clear() {
    for (const Side side : {kLeft, kRight}) {
      for (const std::int32_t neighbour : touched_[side]) sums(side, neighbour) = {};
      touched_[side].clear();
      places_[side].clear();
    }
  }

 private:
  Sums& touch(Side side, std::int32_t neighbour) {
    Sums& found = sums(side, neighbour);
    if (!found.touched) {
      found.touched = true;
      touched_[side].push_back(neighbour);
    }
    return found;
  }

  std::int32_t result_ = -1;
  std::vector<Sums> sums_[2];
  std::vector<std::int32_t> touched_[2];
  std::vector<Place> places_[2];
};

/// A merge as the words see it.
struct Merge {
  std::int32_t first, second, result;
  std::int64_t length;  ///< of the result, in characters
};

}  // namespace sememe
