// How the symbols of a piece become its tokens.
#include <functional>

#include "base/rng.h"
#include "io/utf8.h"
#include "tokenize/models/bpe_symbols.h"

namespace sememe {
namespace {

constexpr std::uint64_t queue_entry(std::uint32_t rank, std::size_t at) { return std::uint64_t{rank} << 32 | at; }

void push(std::vector<std::uint64_t>& queue, std::uint64_t entry) {
  queue.push_back(entry);
  std::push_heap(queue.begin(), queue.end(), std::greater<>());
}

std::uint64_t pop(std::vector<std::uint64_t>& queue) {
  std::pop_heap(queue.begin(), queue.end(), std::greater<>());
  const std::uint64_t entry = queue.back();
  queue.pop_back();
  return entry;
}

}  // namespace

// The definition, step by step, with every quirk of the reference: skip() puts a merge off until the next one that
// happens; and an entry of the queue holds if its merge and the one that is now at its place give the same token.
template <class Skip>
void Bpe::merge_literally(BpeSymbols& symbols, Buffers& buffers, Skip&& skip) const {
  const std::size_t n = symbols.size;
  std::int32_t* const symbol = symbols.symbol.data();
  auto &next = buffers.next, &previous = buffers.previous;
  auto &queue = buffers.queue, &skipped = buffers.skipped;
  constexpr std::int32_t kGone = -1;
  next.resize(n);
  previous.resize(n);
  queue.clear();
  skipped.clear();
  const auto look = [&](std::size_t at, std::size_t right) {
    const std::uint32_t rank = merger_.table().rank(symbol[at], symbol[right]);
    if (rank != MergeTable::kNone) push(queue, queue_entry(rank, at));
  };
  for (std::size_t i = 0; i < n; ++i) {
    next[i] = static_cast<std::int32_t>(i) + 1;
    previous[i] = static_cast<std::int32_t>(i) - 1;
    if (i + 1 < n) look(i, i + 1);
  }
  while (!queue.empty()) {
    const std::uint64_t entry = pop(queue);
    if (skip()) {
      skipped.push_back(entry);
      continue;
    }
    for (const std::uint64_t again : skipped) push(queue, again);
    skipped.clear();
    const auto at = static_cast<std::size_t>(entry & 0xFFFFFFFF);
    const auto gone = static_cast<std::size_t>(next[at]);
    if (next[at] == kGone || gone >= n) continue;
    const std::uint32_t now = merger_.table().rank(symbol[at], symbol[gone]);
    const std::int32_t result = merger_.table().result(static_cast<std::uint32_t>(entry >> 32));
    if (now == MergeTable::kNone || merger_.table().result(now) != result) continue;
    symbol[at] = result;
    next[at] = next[gone];
    next[gone] = kGone;
    const auto right = static_cast<std::size_t>(next[at]);
    if (right < n) previous[right] = static_cast<std::int32_t>(at);
    if (previous[at] >= 0) look(static_cast<std::size_t>(previous[at]), at);
    if (right < n) look(at, right);
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

void Bpe::tokenize(std::string_view piece, Scratch* scratch, std::vector<ModelToken>& out) const {
  if (piece.empty()) return;
  if (options_.ignore_merges && piece.size() <= vocabulary_.longest()) {
    if (const std::int32_t id = vocabulary_.find(piece); id != Vocabulary::kNone) {
      out.push_back({id, 0, static_cast<std::int32_t>(piece.size())});
      return;
    }
  }
  run(piece, static_cast<Buffers&>(*scratch), out, nullptr);
}

void Bpe::tokenize_long(std::string_view piece, Scratch* scratch, std::vector<ModelToken>& out, Parts& parts) const {
  if (piece.size() <= vocabulary_.longest()) return tokenize(piece, scratch, out);
  run(piece, static_cast<Buffers&>(*scratch), out, &parts);
}

void Bpe::run(std::string_view piece, Buffers& buffers, std::vector<ModelToken>& out, Parts* parts) const {
  if (!plain_merges_) {
    BpeSymbols& symbols = buffers.source;
    symbols.clear();
    SymbolReader(*this, piece)
        .read(piece.size() * (1 + options_.continuing_prefix.size()) + options_.end_suffix.size() + 1, symbols);
    merge_literally(symbols, buffers, [] { return false; });
    append(piece, symbols, symbols.size, out);
    return;
  }
  const std::size_t before = out.size();
  const auto take = [&](const BpeSymbols& tokens, std::size_t count) {
    append(piece, tokens, count, out);
    if (parts != nullptr && out.size() >= kPart) parts->take(out, out.size());
  };
  const auto restart = [&] {
    out.resize(before);
    if (parts != nullptr) parts->restart();
  };
  merger_.merge_piece([&] { return SymbolReader(*this, piece); }, buffers, take, restart);
}

void Bpe::sample(std::string_view piece, const Sampling& sampling, std::uint64_t stream, Scratch* scratch,
                 std::vector<ModelToken>& out) const {
  const double dropout = sampling.dropout.value_or(options_.dropout);
  if (!(dropout > 0)) return tokenize(piece, scratch, out);
  auto& buffers = static_cast<Buffers&>(*scratch);
  BpeSymbols& symbols = buffers.source;
  symbols.clear();
  SymbolReader(*this, piece)
      .read(piece.size() * (1 + options_.continuing_prefix.size()) + options_.end_suffix.size() + 1, symbols);
  const CounterRng rng(sampling.seed, stream);
  const auto chance = static_cast<float>(dropout);
  std::uint64_t draws = 0;
  merge_literally(symbols, buffers, [&] { return rng.uniform(draws++) < chance; });
  append(piece, symbols, symbols.size, out);
}

void Bpe::append(std::string_view piece, const BpeSymbols& symbols, std::size_t count,
                 std::vector<ModelToken>& out) const {
  const auto size = static_cast<std::int32_t>(piece.size());
  for (std::size_t i = 0; i < count; ++i) {
    std::int32_t begin = symbols.begin[i], end = symbols.begin[i + 1];
    // A range within a character is that of the character; bytes of a prefix or suffix count beyond the piece.
    begin = std::min(begin, size - 1);
    end = std::min(end, size);
    while (is_utf8_continuation(piece[static_cast<std::size_t>(begin)])) --begin;
    while (end < size && is_utf8_continuation(piece[static_cast<std::size_t>(end)])) ++end;
    out.push_back({vocabulary_.id_of_entry(symbols.symbol[i]), begin, end});
  }
}

}  // namespace sememe
