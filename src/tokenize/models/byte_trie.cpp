#include "tokenize/models/byte_trie.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace sememe {
namespace {

/// Eight bytes from `at` on as a number that sorts as they do.
std::uint64_t eight_bytes(std::string_view key, std::size_t at) {
  std::uint64_t out = 0;
  if (at + 8 <= key.size()) {
    std::memcpy(&out, key.data() + at, 8);
    return __builtin_bswap64(out);
  }
  for (std::size_t i = at; i < at + 8; ++i) out = out << 8 | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0U);
  return out;
}

}  // namespace

/// Lays out the nodes of sorted keys. Free places are kept in a ring, block by block of 256; blocks that are nearly
/// full leave it, so that the search for a place stays short.
class ByteTrie::Builder {
 public:
  explicit Builder(std::vector<std::uint64_t>& units) : units_(units) {}

  /// Keys in order and without equals: key i is from ends[i - 1] to ends[i] in `keys`.
  struct Sorted {
    std::string keys;
    std::vector<std::uint32_t> ends;
    std::vector<std::int32_t> values;
    std::size_t nodes = 1;

    std::size_t size() const { return ends.size(); }
    std::string_view key(std::size_t i) const {
      const std::size_t begin = i == 0 ? 0 : ends[i - 1];
      return std::string_view(keys).substr(begin, ends[i] - begin);
    }
    void add(const Entry& entry) {
      const std::string_view last = ends.empty() ? std::string_view() : key(size() - 1);
      if (entry.key.empty()) return;
      if (last == entry.key) {
        values.back() = entry.value;
        return;
      }
      const auto differ = std::mismatch(last.begin(), last.end(), entry.key.begin(), entry.key.end());
      nodes += static_cast<std::size_t>(entry.key.end() - differ.second);
      keys.append(entry.key);
      ends.push_back(static_cast<std::uint32_t>(keys.size()));
      values.push_back(entry.value);
    }
  };

  void build(const Sorted& sorted) {
    units_.reserve(sorted.nodes + sorted.nodes / 8 + (kOpenBlocks + 1) * 256);  // growing would hold all of them twice
    add_block();
    take(0);
    units_[0] = kFree;
    struct Task {
      std::size_t begin, end, depth, node;
    };
    std::vector<Task> tasks;
    if (sorted.size() > 0) tasks.push_back({0, sorted.size(), 0, 0});
    std::array<unsigned char, 256> labels;
    std::array<std::size_t, 257> starts;
    while (!tasks.empty()) {
      auto [begin, end, depth, node] = tasks.back();
      tasks.pop_back();
      if (sorted.key(begin).size() == depth) {
        units_[node] |= static_cast<std::uint64_t>(sorted.values[begin] + 1) << 37;
        if (++begin == end) continue;
      }
      std::size_t children = 0;
      for (std::size_t i = begin; i < end; ++i) {
        const auto c = static_cast<unsigned char>(sorted.key(i)[depth]);
        if (children > 0 && labels[children - 1] == c) continue;
        labels[children] = c;
        starts[children++] = i;
      }
      starts[children] = end;
      const std::size_t base = place({labels.data(), children});
      units_[node] |= base;
      for (std::size_t i = 0; i < children; ++i) {
        const std::size_t child = base ^ labels[i];
        units_[child] = std::uint64_t{labels[i]} << kBaseBits;
        tasks.push_back({starts[i], starts[i + 1], depth + 1, child});
      }
    }
  }

 private:
  static constexpr std::size_t kOpenBlocks = 16, kOpen = kOpenBlocks * 256;
  static constexpr std::uint32_t kNowhere = ~std::uint32_t{0};
  static constexpr std::uint32_t kTaken = kNowhere - 1;
  struct Place {
    std::uint32_t previous, next;  // free places
    bool is_base;
  };
  Place& at(std::size_t i) { return places_[i % kOpen]; }

  void add_block() {
    const std::size_t begin = units_.size();
    if (begin >= kOpen) close_block(begin - kOpen);
    units_.resize(begin + 256, kFree);
    for (std::size_t i = begin; i < begin + 256; ++i)
      at(i) = {static_cast<std::uint32_t>(i == begin ? last_ : i - 1), static_cast<std::uint32_t>(i + 1), false};
    (last_ == kNowhere ? first_ : at(last_).next) = static_cast<std::uint32_t>(begin);
    last_ = static_cast<std::uint32_t>(begin + 255);
    at(last_).next = kNowhere;
  }

  // Takes the places that are left out of the ring; they stay empty.
  void close_block(std::size_t begin) {
    for (std::size_t i = begin; i < begin + 256; ++i) {
      if (at(i).previous != kTaken) take(i);
    }
  }

  void take(std::size_t i) {
    const Place place = at(i);
    (place.previous == kNowhere ? first_ : at(place.previous).next) = place.next;
    (place.next == kNowhere ? last_ : at(place.next).previous) = place.previous;
    at(i).previous = kTaken;
  }

  /// A base whose places for all labels are free; takes them. All are in one block.
  std::size_t place(std::span<const unsigned char> labels) {
    for (;;) {
      for (std::uint32_t i = first_; i != kNowhere; i = at(i).next) {
        const std::size_t base = i ^ labels[0];
        if (base == 0 || at(base).is_base) continue;
        const auto is_free = [&](unsigned char c) { return at(base ^ c).previous != kTaken; };
        if (!std::all_of(labels.begin() + 1, labels.end(), is_free)) continue;
        at(base).is_base = true;
        for (const unsigned char c : labels) take(base ^ c);
        return base;
      }
      add_block();
    }
  }

  std::vector<std::uint64_t>& units_;
  std::array<Place, kOpen> places_;  // of the last blocks
  std::uint32_t first_ = kNowhere, last_ = kNowhere;
};

ByteTrie::ByteTrie(std::size_t count, FunctionRef<Entry(std::size_t)> entry) {
  Builder::Sorted sorted;
  {
    struct Sortable {
      std::uint64_t head, next;  // most keys differ there, so that the strings need not be fetched
      std::uint32_t index;
    };
    std::vector<Sortable> order(count);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string_view key = entry(i).key;
      order[i] = {eight_bytes(key, 0), eight_bytes(key, 8), static_cast<std::uint32_t>(i)};
      bytes += key.size();
    }
    std::sort(order.begin(), order.end(), [&](const Sortable& a, const Sortable& b) {
      if (a.head != b.head) return a.head < b.head;
      if (a.next != b.next) return a.next < b.next;
      const int compared = entry(a.index).key.compare(entry(b.index).key);
      return compared != 0 ? compared < 0 : a.index < b.index;
    });
    // In one piece and in order: the builder goes through all of them once for each byte.
    sorted.keys.reserve(bytes);
    sorted.ends.reserve(count);
    sorted.values.reserve(count);
    for (const Sortable& s : order) sorted.add(entry(s.index));
  }
  Builder(units_).build(sorted);
}

std::int32_t ByteTrie::find(std::string_view key) const {
  Node node = root();
  for (const char byte : key) {
    if (!step(node, byte)) return kNone;
  }
  return key.empty() ? kNone : node.value();
}

}  // namespace sememe
