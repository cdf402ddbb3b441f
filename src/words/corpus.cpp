#include "words/corpus.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>
#include <string>
#include <system_error>

#include "base/fail.h"
#include "io/byte_source.h"
#include "io/utf8.h"

namespace sememe {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{4} << 20, kPieceBytes = std::size_t{64} << 10;
constexpr std::size_t kLongestPiece = std::size_t{1} << 20;

/// Where to part `text`, a part of one line, from what follows it: behind its last blank, else before a character.
std::size_t place_to_cut(std::string_view text) {
  const std::size_t blank = text.find_last_of(kBlanks);
  if (blank != std::string_view::npos) return blank + 1;
  std::size_t at = text.size() - 1;
  while (at > 1 && text.size() - at < 4 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

/// Length of the piece that `text` begins with: whole lines, but of a long line a part.
std::size_t piece_length(std::string_view text) {
  if (text.size() <= kPieceBytes) return text.size();
  const std::string_view most = text.substr(0, kLongestPiece);
  const std::size_t feed = most.find('\n', kPieceBytes - 1);
  if (feed != std::string_view::npos) return feed + 1;
  return most.size() == text.size() ? text.size() : place_to_cut(most);
}

/// A file without its byte order mark, about kChunkBytes at a time, which end with a line if there is one.
class Chunks {
 public:
  explicit Chunks(const std::filesystem::path& file) : bytes_(file) {
    read(kByteOrderMark.size());
    if (std::string_view(text_).starts_with(kByteOrderMark)) text_.erase(0, kByteOrderMark.size());
    rest_.swap(text_);
  }

  bool next() {
    text_.swap(rest_);
    rest_.clear();
    if (read(kChunkBytes)) {
      const std::size_t feed = text_.rfind('\n');
      const std::size_t end = feed != std::string::npos ? feed + 1 : place_to_cut(text_);
      rest_.assign(text_, end);
      text_.resize(end);
    }
    return !text_.empty();
  }
  std::string_view text() const { return text_; }
  std::int64_t bytes_read() const { return bytes_.bytes_read(); }

 private:
  /// Makes `text_` `size` long; false at the end of the file.
  bool read(std::size_t size) {
    std::size_t at = text_.size();
    text_.resize(std::max(at, size));
    while (at < size) {
      const std::size_t got = bytes_.read(text_.data() + at, size - at);
      if (got == 0) {
        text_.resize(at);
        return false;
      }
      at += got;
    }
    return true;
  }

  ByteSource bytes_;
  std::string text_, rest_;
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
      for (std::string_view rest = chunks.text(); !rest.empty(); rest.remove_prefix(pieces.back().size()))
        pieces.push_back(rest.substr(0, piece_length(rest)));
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
