#include "words/corpus.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <system_error>

#include "base/fail.h"
#include "io/line_source.h"
#include "words/blanks.h"

namespace sememe {
namespace {

constexpr std::int64_t kLongestLine = std::int64_t{64} << 20;
constexpr std::size_t kChunkBytes = std::size_t{4} << 20, kPieceBytes = std::size_t{64} << 10;
constexpr std::size_t kLongestWord = 256;  // longer ones are no words, and would fill the memory

/// Calls take(word) for each word of a line.
template <class Take>
void for_each_word(std::string_view line, const Take& take) {
  for (std::size_t at = 0; at < line.size();) {
    if (is_blank(line[at])) {
      ++at;
      continue;
    }
    const std::size_t start = at;
    while (at < line.size() && !is_blank(line[at])) ++at;
    if (at - start <= kLongestWord) take(line.substr(start, at - start));
  }
}

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

struct Counts {
  WordTable words;
  std::vector<std::int64_t> counts;
  std::int64_t total = 0;

  void add(std::string_view word, std::int64_t count) {
    const std::int64_t id = words.add_or_find(word);
    if (id == std::ssize(counts)) counts.push_back(0);
    counts[static_cast<std::size_t>(id)] += count;
    total += count;
  }
};

std::int64_t bytes_of(std::span<const std::filesystem::path> files) {
  std::int64_t bytes = 0;
  for (const std::filesystem::path& file : files) {
    std::error_code unknown;
    const auto size = std::filesystem::file_size(file, unknown);
    if (!unknown) bytes += static_cast<std::int64_t>(size);
  }
  return bytes;
}

}  // namespace

CorpusVocabulary count_corpus(std::span<const std::filesystem::path> files, std::int64_t min_count, ThreadPool& pool,
                              const WordTrainingProgress& progress) {
  std::vector<Counts> counted(static_cast<std::size_t>(pool.size()));
  const std::int64_t bytes = bytes_of(files);
  std::int64_t before = 0;
  for (const std::filesystem::path& file : files) {
    Chunks chunks(file);
    while (chunks.next()) {
      pool.run(chunks.pieces(), [&](std::int64_t piece, int worker) {
        Counts& mine = counted[static_cast<std::size_t>(worker)];
        for_each_word(chunks.piece(piece), [&](std::string_view word) { mine.add(word, 1); });
      });
      if (progress) progress("counting", before + chunks.bytes_read(), bytes);
    }
    before += chunks.bytes_read();
  }
  Counts all = std::move(counted[0]);
  for (std::size_t i = 1; i < counted.size(); ++i)
    for (std::int64_t id = 0; id < counted[i].words.size(); ++id)
      all.add(counted[i].words.word(id), counted[i].counts[static_cast<std::size_t>(id)]);

  std::vector<std::int64_t> order;
  const auto count = [&](std::int64_t id) { return all.counts[static_cast<std::size_t>(id)]; };
  for (std::int64_t id = 0; id < all.words.size(); ++id)
    if (count(id) >= min_count) order.push_back(id);
  if (order.empty())
    fail(ErrorCode::kInvalidArgument, "no word of the corpus occurs ", min_count, " times; it has ", all.total,
         " words, ", all.words.size(), " different ones");
  std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return count(a) != count(b) ? count(a) > count(b) : all.words.word(a) < all.words.word(b);
  });
  CorpusVocabulary vocabulary;
  vocabulary.total = all.total;
  for (const std::int64_t id : order) {
    vocabulary.words.add(all.words.word(id));
    vocabulary.counts.push_back(count(id));
    vocabulary.known += count(id);
  }
  return vocabulary;
}

void read_corpus(std::span<const std::filesystem::path> files, const WordTable& words, ThreadPool& pool,
                 FunctionRef<void(std::span<const std::int32_t>)> take) {
  for (const std::filesystem::path& file : files) {
    Chunks chunks(file);
    while (chunks.next()) {
      std::vector<std::vector<std::int32_t>> ids(static_cast<std::size_t>(chunks.pieces()));
      pool.run(chunks.pieces(), [&](std::int64_t piece, int) {
        std::vector<std::int32_t>& mine = ids[static_cast<std::size_t>(piece)];
        for (std::string_view rest = chunks.piece(piece); !rest.empty();) {
          const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
          for_each_word(rest.substr(0, end), [&](std::string_view word) {
            if (const auto id = words.find(word)) mine.push_back(static_cast<std::int32_t>(*id));
          });
          mine.push_back(-1);
          rest.remove_prefix(end);
        }
      });
      for (const std::vector<std::int32_t>& piece : ids) take(piece);
    }
  }
}

}  // namespace sememe
