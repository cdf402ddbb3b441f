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
  explicit Builder(std::vector<std::uint64_t>& units) : units_(units) { add_block(); }

  void build(const std::vector<Entry>& entries) {
    take(0);
    units_[0] = kFree;
    struct Task {
      std::size_t begin, end, depth, node;
    };
    std::vector<Task> tasks;
    if (!entries.empty()) tasks.push_back({0, entries.size(), 0, 0});
    std::array<unsigned char, 256> labels;
    std::array<std::size_t, 257> starts;
    while (!tasks.empty()) {
      auto [begin, end, depth, node] = tasks.back();
      tasks.pop_back();
      if (entries[begin].key.size() == depth) {
        units_[node] |= static_cast<std::uint64_t>(entries[begin].value + 1) << 37;
        if (++begin == end) continue;
      }
      std::size_t children = 0;
      for (std::size_t i = begin; i < end; ++i) {
        const auto c = static_cast<unsigned char>(entries[i].key[depth]);
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
  static constexpr std::size_t kOpenBlocks = 16;
  static constexpr std::uint32_t kNowhere = ~std::uint32_t{0};

  void add_block() {
    const std::size_t begin = units_.size();
    units_.resize(begin + 256, kFree);
    links_.resize(begin + 256);
    base_used_.resize(begin + 256, 0);
    for (std::size_t i = begin; i < begin + 256; ++i) {
      links_[i] = {static_cast<std::uint32_t>(i == begin ? last_ : i - 1), static_cast<std::uint32_t>(i + 1)};
    }
    links_.back().next = kNowhere;
    (last_ == kNowhere ? first_ : links_[last_].next) = static_cast<std::uint32_t>(begin);
    last_ = static_cast<std::uint32_t>(begin + 255);
    if (begin >= kOpenBlocks * 256) close_block(begin - kOpenBlocks * 256);
  }

  // Takes the places that are left out of the ring; they stay empty.
  void close_block(std::size_t begin) {
    for (std::size_t i = begin; i < begin + 256; ++i) {
      if (links_[i].previous != kTaken) unlink(i);
    }
  }

  void unlink(std::size_t at) {
    const Link link = links_[at];
    (link.previous == kNowhere ? first_ : links_[link.previous].next) = link.next;
    (link.next == kNowhere ? last_ : links_[link.next].previous) = link.previous;
    links_[at].previous = kTaken;
  }

  void take(std::size_t at) { unlink(at); }

  bool is_free(std::size_t at) const { return links_[at].previous != kTaken; }

  /// A base whose places for all labels are free; takes them.
  std::size_t place(std::span<const unsigned char> labels) {
    for (;;) {
      for (std::uint32_t at = first_; at != kNowhere; at = links_[at].next) {
        const std::size_t base = at ^ labels[0];
        if (base == 0 || base_used_[base] != 0) continue;
        if (!std::all_of(labels.begin() + 1, labels.end(), [&](unsigned char c) { return is_free(base ^ c); }))
          continue;
        base_used_[base] = 1;
        for (const unsigned char c : labels) take(base ^ c);
        return base;
      }
      add_block();
    }
  }

  static constexpr std::uint32_t kTaken = kNowhere - 1;
  struct Link {
    std::uint32_t previous, next;
  };
  std::vector<std::uint64_t>& units_;
  std::vector<Link> links_;
  std::vector<char> base_used_;
  std::uint32_t first_ = kNowhere, last_ = kNowhere;
};

ByteTrie::ByteTrie(std::vector<Entry> entries) {
  struct Sortable {
    std::uint64_t head, next;  // most keys differ there, so that the strings need not be fetched
    std::uint32_t index;
  };
  std::vector<Sortable> order(entries.size());
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string_view key = entries[i].key;
    order[i] = {eight_bytes(key, 0), eight_bytes(key, 8), static_cast<std::uint32_t>(i)};
    bytes += key.size();
  }
  std::sort(order.begin(), order.end(), [&](const Sortable& a, const Sortable& b) {
    if (a.head != b.head) return a.head < b.head;
    if (a.next != b.next) return a.next < b.next;
    const int compared = entries[a.index].key.compare(entries[b.index].key);
    return compared != 0 ? compared < 0 : a.index < b.index;
  });
  // In one piece and in order: the builder goes through all of them once for each byte.
  std::vector<Entry> sorted;
  sorted.reserve(entries.size());
  std::string keys;
  keys.reserve(bytes);
  for (const Sortable& s : order) {
    const Entry& entry = entries[s.index];
    if (entry.key.empty()) continue;
    if (!sorted.empty() && sorted.back().key == entry.key) sorted.pop_back();
    const std::size_t at = keys.size();
    keys.append(entry.key);
    sorted.push_back({std::string_view(keys).substr(at), entry.value});
  }
  // A large vocabulary is here several times over.
  std::vector<Sortable>().swap(order);
  std::vector<Entry>().swap(entries);
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
