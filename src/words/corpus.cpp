#include "words/corpus.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>
#include <string>
#include <system_error>

#include "base/fail.h"
#include "io/line_source.h"

namespace sememe {
namespace {

constexpr std::int64_t kLongestLine = std::int64_t{64} << 20;
constexpr std::size_t kChunkBytes = std::size_t{4} << 20, kPieceBytes = std::size_t{64} << 10;
/// Whole lines, about kChunkBytes at a time, cut into pieces of whole lines.
class Chunks {
 public:
  explicit Chunks(const std::filesystem::path& file) : lines_(file, kLongestLine) {}

  bool next() {
    text_.clear();
    pieces_.clear();
    std::size_t piece = 0;
    while (text_.size() < kChunkBytes) {
      line_.clear();
      if (!lines_.append_line(line_)) break;
      text_.append(line_);
      if (text_.size() - piece >= kPieceBytes) {
        pieces_.emplace_back(piece, text_.size() - piece);
        piece = text_.size();
      }
    }
    if (text_.size() > piece) pieces_.emplace_back(piece, text_.size() - piece);
    return !text_.empty();
  }
  std::int64_t pieces() const { return std::ssize(pieces_); }
  std::string_view piece(std::int64_t i) const {
    const auto [start, size] = pieces_[static_cast<std::size_t>(i)];
    return std::string_view(text_).substr(start, size);
  }
  std::int64_t bytes_read() const { return lines_.bytes_read(); }

 private:
  LineSource lines_;
  std::string text_, line_;
  std::vector<std::pair<std::size_t, std::size_t>> pieces_;
};

}  // namespace

std::int64_t bytes_of(std::span<const std::filesystem::path> files) {
  std::int64_t bytes = 0;
  for (const std::filesystem::path& file : files) {
    std::error_code unknown;
    const auto size = std::filesystem::file_size(file, unknown);
    if (!unknown) bytes += static_cast<std::int64_t>(size);
  }
  return bytes;
}

void for_each_chunk(std::span<const std::filesystem::path> files,
                    FunctionRef<bool(std::span<const std::string_view> pieces, std::int64_t bytes_read)> take) {
  std::int64_t before = 0;
  std::vector<std::string_view> pieces;
  for (const std::filesystem::path& file : files) {
    Chunks chunks(file);
    while (chunks.next()) {
      pieces.clear();
      for (std::int64_t i = 0; i < chunks.pieces(); ++i) pieces.push_back(chunks.piece(i));
      if (!take(pieces, before + chunks.bytes_read())) return;
    }
    before += chunks.bytes_read();
  }
}

TokenCounts count_tokens(std::span<const std::filesystem::path> files,
                         FunctionRef<void(std::string_view piece, TokenCounts& into)> count, ThreadPool& pool,
                         const WordTrainingProgress& progress) {
  std::vector<TokenCounts> counted(static_cast<std::size_t>(pool.size()));
  const std::int64_t bytes = bytes_of(files);
  std::uint64_t fingerprint = 0;
  std::vector<std::uint64_t> hashes;
  for_each_chunk(files, [&](std::span<const std::string_view> pieces, std::int64_t bytes_read) {
    hashes.resize(pieces.size());
    pool.run(std::ssize(pieces), [&](std::int64_t i, int worker) {
      const auto at = static_cast<std::size_t>(i);
      hashes[at] = std::hash<std::string_view>()(pieces[at]);
      count(pieces[at], counted[static_cast<std::size_t>(worker)]);
    });
    for (const std::uint64_t hash : hashes) fingerprint = std::rotl((fingerprint ^ hash) * 0x9E3779B97F4A7C15, 31);
    if (progress) progress("counting", bytes_read, bytes);
    return true;
  });
  TokenCounts all = std::move(counted[0]);
  for (std::size_t i = 1; i < counted.size(); ++i) {
    const std::int64_t total = all.total + counted[i].total;
    for (std::int64_t id = 0; id < counted[i].words.size(); ++id)
      all.add(counted[i].words.word(id), counted[i].counts[static_cast<std::size_t>(id)]);
    all.total = total;
    counted[i] = {};
  }
  all.fingerprint = fingerprint;
  return all;
}

CorpusVocabulary count_corpus(std::span<const std::filesystem::path> files, const CountingRules& rules,
                              ThreadPool& pool, const WordTrainingProgress& progress) {
  const TokenCounts all = count_tokens(
      files,
      [&](std::string_view piece, TokenCounts& into) {
        for_each_word(piece, [&](std::string_view word) { into.add(word, 1); });
        if (!rules.line_end.empty()) into.add(rules.line_end, std::count(piece.begin(), piece.end(), '\n'));
      },
      pool, progress);
  std::vector<std::int64_t> words, labels;
  const auto count = [&](std::int64_t id) { return all.counts[static_cast<std::size_t>(id)]; };
  for (std::int64_t id = 0; id < all.words.size(); ++id) {
    const bool is_label = !rules.label.empty() && all.words.word(id).starts_with(rules.label);
    if (count(id) >= std::max<std::int64_t>(1, is_label ? rules.min_label_count : rules.min_count))
      (is_label ? labels : words).push_back(id);
  }
  if (words.empty())
    fail(ErrorCode::kInvalidArgument, "no word of the corpus occurs ", rules.min_count, " times; it has ", all.total,
         " words, ", all.words.size(), " different ones", all.total > 0 ? "; a lower min_count keeps more" : "");
  CorpusVocabulary vocabulary;
  vocabulary.total = all.total;
  vocabulary.fingerprint = all.fingerprint;
  for (std::vector<std::int64_t>* const order : {&words, &labels}) {
    std::sort(order->begin(), order->end(), [&](std::int64_t a, std::int64_t b) {
      return count(a) != count(b) ? count(a) > count(b) : all.words.word(a) < all.words.word(b);
    });
    for (const std::int64_t id : *order) {
      (order == &words ? vocabulary.words : vocabulary.labels).add(all.words.word(id));
      (order == &words ? vocabulary.counts : vocabulary.label_counts).push_back(count(id));
    }
  }
  vocabulary.known = std::accumulate(vocabulary.counts.begin(), vocabulary.counts.end(), std::int64_t{0});
  return vocabulary;
}

void read_corpus(std::span<const std::filesystem::path> files, const WordTable& words, ThreadPool& pool,
                 FunctionRef<void(std::span<const std::int32_t>)> take) {
  for_each_chunk(files, [&](std::span<const std::string_view> pieces, std::int64_t) {
    std::vector<std::vector<std::int32_t>> ids(pieces.size());
    pool.run(std::ssize(pieces), [&](std::int64_t i, int) {
      std::vector<std::int32_t>& mine = ids[static_cast<std::size_t>(i)];
      for (std::string_view rest = pieces[static_cast<std::size_t>(i)]; !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
        for_each_word(rest.substr(0, end), [&](std::string_view word) {
          if (const auto id = words.find(word)) mine.push_back(static_cast<std::int32_t>(*id));
        });
        mine.push_back(-1);
        rest.remove_prefix(end);
      }
    });
    for (const std::vector<std::int32_t>& piece : ids) take(piece);
    return true;
  });
}

}  // namespace sememe
