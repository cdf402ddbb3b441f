#include "tokenize/normalizers/charsmap.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/fail.h"
#include "io/little_endian.h"
#include "io/utf8.h"

namespace sememe {
namespace {

constexpr int kMostMatches = 32;

// One unit of the array, as Darts-clone packs it.
bool has_leaf(std::uint32_t unit) { return (unit >> 8 & 1) != 0; }
std::uint32_t value(std::uint32_t unit) { return unit & 0x7FFFFFFF; }
std::uint32_t label(std::uint32_t unit) { return unit & 0x800000FF; }
std::uint32_t offset(std::uint32_t unit) { return (unit >> 10) << ((unit & 1U << 9) >> 6); }

}  // namespace

Charsmap::Charsmap(std::string_view bytes, const std::string& where) {
  keeps_.fill(true);
  if (bytes.empty()) return;
  const std::size_t size = bytes.size() < 4 ? 0 : read_little<std::uint32_t>(bytes, 0);
  if (bytes.size() < 4 || size > bytes.size() - 4 || size % 4 != 0 || size == 0) {
    fail(ErrorCode::kCorrupt, where, ": precompiled_charsmap: its table claims ", size, " bytes of ", bytes.size());
  }
  units_.resize(size / 4);
  for (std::size_t i = 0; i < units_.size(); ++i) units_[i] = read_little<std::uint32_t>(bytes, 4 + 4 * i);
  strings_ = bytes.substr(4 + size);
  if (strings_.empty() || strings_.back() != '\0') {
    fail(ErrorCode::kCorrupt, where, ": precompiled_charsmap: its strings do not end");
  }
  if (const auto bad = find_invalid_utf8(strings_)) {
    fail(ErrorCode::kCorrupt, where, ": precompiled_charsmap: its strings are not UTF-8 at byte ", *bad);
  }
  for (int first = 0; first < 128; ++first) {
    const auto node = child(0, static_cast<char>(first));
    if (!node) continue;
    bool& keeps = keeps_[static_cast<std::size_t>(first)];
    keeps = !replacement(*node);
    for (int second = 0; keeps && second < 128; ++second) keeps = !child(*node, static_cast<char>(second));
  }
  keeps_seams_ = !space_within_a_key();
}

std::optional<std::uint32_t> Charsmap::child(std::uint32_t node, char c) const {
  const auto byte = static_cast<std::uint32_t>(static_cast<unsigned char>(c));
  const std::uint32_t next = node ^ offset(units_[node]) ^ byte;
  if (next >= units_.size() || label(units_[next]) != byte) return std::nullopt;
  return next;
}

/// Calls visit(child, byte). All places of a node's children are within 256 units that stand together.
template <class Visit>
void Charsmap::for_each_child(std::uint32_t node, Visit visit) const {
  const std::uint32_t base = node ^ offset(units_[node]), first = base & ~std::uint32_t{0xFF};
  if (first >= units_.size()) return;
  const std::size_t count = std::min<std::size_t>(256, units_.size() - first);
  std::array<std::uint8_t, 256> hits{};
  for (std::uint32_t i = 0; i < count; ++i) hits[i] = label(units_[first + i]) == ((i ^ base) & 0xFF);
  for (std::uint32_t i = 0; i < 256; i += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, hits.data() + i, sizeof eight);
    if (eight == 0) continue;
    for (std::uint32_t k = i; k < i + 8; ++k) {
      if (hits[k] != 0) visit(first + k, static_cast<char>((k ^ base) & 0xFF));
    }
  }
}

std::optional<std::string_view> Charsmap::replacement(std::uint32_t node) const {
  if (!has_leaf(units_[node])) return std::nullopt;
  const std::uint32_t leaf = node ^ offset(units_[node]);
  if (leaf >= units_.size()) return std::nullopt;
  const std::size_t begin = value(units_[leaf]);
  if (begin >= strings_.size() || is_utf8_continuation(strings_[begin])) return std::nullopt;
  return std::string_view(strings_.data() + begin);
}

std::optional<Charsmap::Match> Charsmap::longest_prefix(std::string_view text) const {
  std::optional<Match> longest;
  if (units_.empty()) return longest;
  std::uint32_t node = 0;
  int matches = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto next = child(node, text[i]);
    if (!next) break;
    node = *next;
    if (const auto found = replacement(node)) {
      longest = Match{i + 1, *found};
      if (++matches == kMostMatches) break;
    }
  }
  return longest;
}

std::optional<Charsmap::Match> Charsmap::shortest_prefix(std::string_view text) const {
  if (units_.empty()) return std::nullopt;
  std::uint32_t node = 0;
  for (std::size_t i = 0; i < text.size() && text[i] != '\0'; ++i) {
    const auto next = child(node, text[i]);
    if (!next) break;
    node = *next;
    if (const auto found = replacement(node)) return Match{i + 1, *found};
  }
  return std::nullopt;
}

bool Charsmap::keeps_something_of(char first) const {
  const auto top = units_.empty() ? std::nullopt : child(0, first);
  if (!top) return true;
  std::vector<bool> seen(units_.size());
  std::vector<std::uint32_t> todo{*top};
  while (!todo.empty()) {
    const std::uint32_t node = todo.back();
    todo.pop_back();
    if (const auto found = replacement(node); found && found->empty()) return false;
    for_each_child(node, [&](std::uint32_t next, char) {
      if (!seen[next]) todo.push_back(next);
      seen[next] = true;
    });
  }
  return true;
}

// A damaged array may have cycles: nodes are seen once.
bool Charsmap::space_within_a_key() const {
  std::vector<bool> seen(units_.size());
  std::vector<std::pair<std::uint32_t, bool>> todo{{0, true}};
  while (!todo.empty()) {
    const auto [node, root] = todo.back();
    todo.pop_back();
    bool found = false;
    for_each_child(node, [&, is_root = root](std::uint32_t next, char c) {
      found = found || (c == ' ' && !is_root);
      if (!seen[next]) todo.emplace_back(next, false);
      seen[next] = true;
    });
    if (found) return true;
  }
  return false;
}

}  // namespace sememe
