#include "tokenizer_train/word_counter.h"

#include <algorithm>

namespace sememe {
namespace {

std::size_t shard_of(std::uint64_t hash) { return hash >> 58; }

/// Calls job(first, last, worker) for ranges of [0, sizes.size()) that are of some total size each.
template <class Size, class Job>
void run_in_slices(ThreadPool& pool, std::size_t count, std::int64_t slice_size, Size size, Job job) {
  std::vector<std::size_t> ends;
  std::int64_t filled = 0;
  for (std::size_t i = 0; i < count; ++i) {
    filled += size(i);
    if (filled < slice_size && i + 1 < count) continue;
    ends.push_back(i + 1);
    filled = 0;
  }
  pool.run(static_cast<std::int64_t>(ends.size()), [&](std::int64_t slice, int worker) {
    const auto at = static_cast<std::size_t>(slice);
    job(at == 0 ? 0 : ends[at - 1], ends[at], worker);
  });
}

}  // namespace

WordCounter::WordCounter(const Normalizer* normalizer, const PreTokenizer* pre_tokenizer, ThreadPool& pool,
                         std::int64_t max_words, std::int64_t epoch_bytes)
    : normalizer_(normalizer),
      pre_tokenizer_(pre_tokenizer),
      pool_(pool),
      max_words_(max_words),
      epoch_bytes_(epoch_bytes),
      cuts_((normalizer == nullptr || normalizer->keeps_seams()) && pre_tokenizer != nullptr &&
            pre_tokenizer->seam() == Seam::kCut),
      locals_(static_cast<std::size_t>(pool.size())) {
  static_assert(kShards == std::size_t{1} << 6, "shard_of() takes six bits");
}

void WordCounter::add(std::span<const std::string_view> texts) {
  // Epochs end after the same texts however these are handed over: what prune() forgets must not depend on it.
  for (std::size_t begin = 0; begin < texts.size();) {
    std::size_t end = begin;
    while (end < texts.size() && bytes_ < epoch_bytes_) bytes_ += std::ssize(texts[end++]) + 1;
    count(texts.subspan(begin, end - begin));
    begin = end;
    if (bytes_ < epoch_bytes_) continue;
    flush();
    prune();
    bytes_ = 0;
  }
}

void WordCounter::count(std::span<const std::string_view> texts) {
  constexpr std::int64_t kSliceBytes = std::int64_t{1} << 17;
  run_in_slices(
      pool_, texts.size(), kSliceBytes, [&](std::size_t i) { return std::ssize(texts[i]) + 64; },
      [&](std::size_t first, std::size_t last, int worker) {
        for (std::size_t i = first; i < last; ++i) count_text(texts[i], locals_[static_cast<std::size_t>(worker)]);
      });
}

void WordCounter::count_text(std::string_view text, Local& local) const {
  if (!cuts_) return run_steps(text, 0, static_cast<std::int32_t>(text.size()), 1, local);
  cut_at_seams(text, [&](std::string_view chunk, ChunkPlace place) {
    local.chunks[static_cast<std::size_t>(place)].add(chunk, 1);
  });
}

// A chunk goes through the steps with a neighbour where it had one; what they make of the neighbours is left out.
void WordCounter::count_chunk(std::string_view chunk, ChunkPlace place, std::int64_t times, Local& local) const {
  constexpr std::string_view kBefore = "a", kAfter = " a";
  const bool before = place == ChunkPlace::kMiddle || place == ChunkPlace::kLast;
  const bool after = place == ChunkPlace::kMiddle || place == ChunkPlace::kFirst;
  local.padded.assign(before ? kBefore : "").append(chunk).append(after ? kAfter : "");
  const auto begin = static_cast<std::int32_t>(before ? kBefore.size() : 0);
  run_steps(local.padded, begin, begin + static_cast<std::int32_t>(chunk.size()), times, local);
}

void WordCounter::run_steps(std::string_view text, std::int32_t begin, std::int32_t end, std::int64_t times,
                            Local& local) const {
  NormalizedString& normalized = local.text;
  normalized.assign(text, 0);
  if (normalizer_ != nullptr) normalizer_->normalize(normalized);
  local.pieces.clear();
  if (normalized.size() > 0) local.pieces.push_back({0, normalized.size(), -1});
  if (pre_tokenizer_ != nullptr) pre_tokenizer_->split(normalized, local.pieces);
  const bool whole = begin == 0 && end == static_cast<std::int32_t>(text.size());
  for (const Piece& piece : local.pieces) {
    if (!whole) {
      const Offset from = normalized.original(piece.begin, piece.end);
      if (from.begin < begin || from.end > end) continue;
    }
    const std::string_view word = normalized.text().substr(static_cast<std::size_t>(piece.begin),
                                                           static_cast<std::size_t>(piece.end - piece.begin));
    const std::uint64_t hash = WordCounts::hash(word);
    local.words[shard_of(hash)].add(word, hash, times);
  }
}

void WordCounter::flush() {
  constexpr std::size_t kSliceWords = 2048;
  struct Slice {
    Local* from;
    ChunkPlace place;
    std::size_t begin, end;
  };
  std::vector<Slice> slices;
  for (Local& local : locals_) {
    for (int place = 0; place < kChunkPlaces; ++place) {
      const std::size_t size = local.chunks[static_cast<std::size_t>(place)].size();
      for (std::size_t begin = 0; begin < size; begin += kSliceWords)
        slices.push_back({&local, static_cast<ChunkPlace>(place), begin, std::min(begin + kSliceWords, size)});
    }
  }
  pool_.run(std::ssize(slices), [&](std::int64_t index, int worker) {
    const Slice& slice = slices[static_cast<std::size_t>(index)];
    const auto& entries = slice.from->chunks[static_cast<std::size_t>(slice.place)].entries();
    for (std::size_t i = slice.begin; i < slice.end; ++i)
      count_chunk(entries[i].key(), slice.place, entries[i].count, locals_[static_cast<std::size_t>(worker)]);
  });
  pool_.run(kShards, [&](std::int64_t index, int) {
    const auto shard = static_cast<std::size_t>(index);
    for (Local& local : locals_) {
      for (const WordCounts::Entry& entry : local.words[shard].entries())
        words_[shard].add(entry.key(), entry.hash, entry.count);
      local.words[shard].clear();
    }
  });
  for (Local& local : locals_)
    for (WordCounts& chunks : local.chunks) chunks.clear();
}

void WordCounter::prune() {
  for (;;) {
    std::int64_t total = 0;
    for (const WordCounts& shard : words_) total += std::ssize(shard.entries());
    if (total <= max_words_) return;
    for (const WordCounts& shard : words_) {
      for (const WordCounts::Entry& entry : shard.entries()) {
        if (entry.count > threshold_) continue;
        ++dropped_words_;
        dropped_occurrences_ += entry.count;
      }
    }
    pool_.run(kShards, [&](std::int64_t shard, int) { words_[static_cast<std::size_t>(shard)].drop_rare(threshold_); });
    ++threshold_;
  }
}

std::vector<CountedWord> WordCounter::finish() {
  flush();
  prune();
  std::vector<const WordCounts::Entry*> entries;
  for (const WordCounts& shard : words_)
    for (const WordCounts::Entry& entry : shard.entries()) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(), [](const WordCounts::Entry* a, const WordCounts::Entry* b) {
    if (a->count != b->count) return a->count > b->count;
    return a->hash != b->hash ? a->hash < b->hash : a->key() < b->key();
  });
  std::vector<CountedWord> out;
  out.reserve(entries.size());
  for (const WordCounts::Entry* entry : entries) out.push_back({entry->key(), entry->count});
  return out;
}

}  // namespace sememe
