#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "base/fail.h"
#include "io/file.h"
#include "sememe/word_corpus.h"
#include "words/block_training.h"
#include "words/corpus.h"

namespace sememe {
namespace {

template <class Take>
void for_each_line(std::string_view text, const Take& take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    take(text.substr(0, end));
    text.remove_prefix(end);
  }
}

/// Counts each word, and each pair of neighbours as the word that they would be.
void count_pairs(std::string_view text, std::string_view delimiter, TokenCounts& counts) {
  std::string pair;
  for_each_line(text, [&](std::string_view line) {
    std::string_view before;
    for_each_word(line, [&](std::string_view word) {
      counts.add(word, 1);
      if (!before.empty()) {
        counts.add(pair.assign(before).append(delimiter).append(word), 1);
        --counts.total;  // which is of words
      }
      before = word;
    });
  });
}

/// Which pairs are phrases.
class PhraseScorer {
 public:
  PhraseScorer(const TokenCounts& counts, const PhraseOptions& options)
      : counts_(counts), options_(options), words_(static_cast<double>(counts.total)) {
    threshold_ = options.threshold.value_or(options.scoring == PhraseScoring::kDefault ? 10
                                            : options.scoring == PhraseScoring::kNpmi  ? 0.5
                                                                                       : 100);
  }

  /// The score of the pair that is written `pair`; nullopt: it is no phrase.
  std::optional<double> score(std::string_view a, std::string_view b, std::string_view pair) const {
    const std::int64_t both = counts_.count(pair);
    if (both == 0) return std::nullopt;
    const double score = score_of(counts_.count(a), counts_.count(b), both);
    return score > threshold_ ? std::optional(score) : std::nullopt;
  }

 private:
  static constexpr double kNever = -std::numeric_limits<double>::infinity();

  // In gensim's order of operations, so that scores are equal to the last bit.
  double score_of(std::int64_t a, std::int64_t b, std::int64_t both) const {
    const auto na = static_cast<double>(a), nb = static_cast<double>(b), nab = static_cast<double>(both);
    const auto least = static_cast<double>(options_.min_count);
    if (options_.scoring == PhraseScoring::kDefault)
      return (nab - least) / (na * nb) * static_cast<double>(counts_.words.size());
    if (options_.scoring == PhraseScoring::kWord2Phrase) {
      if (a < options_.min_count || b < options_.min_count) return kNever;
      return (nab - least) / na / nb * words_;
    }
    if (both < options_.min_count) return kNever;
    const double pa = na / words_, pb = nb / words_, pab = nab / words_;
    return std::log(pab / (pa * pb)) / -std::log(pab);
  }

  const TokenCounts& counts_;
  const PhraseOptions& options_;
  double words_, threshold_;
};

/// What one piece of the corpus becomes.
struct Joined {
  std::string text;
  std::int64_t joined = 0;
  std::map<std::string, double> phrases;  // only if they are listed

  void make(std::string_view piece, const PhraseScorer& scorer, const PhraseOptions& options) {
    std::string pair;
    for_each_line(piece, [&](std::string_view line) {
      std::string_view before;
      bool empty = true;
      const auto put = [&](std::string_view word) {
        if (!empty) text.push_back(' ');
        text.append(word);
        empty = false;
      };
      for_each_word(line, [&](std::string_view word) {
        if (before.empty()) {
          before = word;
          return;
        }
        const auto score = scorer.score(before, word, pair.assign(before).append(options.delimiter).append(word));
        put(score ? std::string_view(pair) : before);
        before = score ? std::string_view() : word;
        joined += score ? 1 : 0;
        if (score && options.list) phrases.emplace(pair, *score);
      });
      if (!before.empty()) put(before);
      if (line.ends_with('\n')) text.push_back('\n');
    });
  }
};

}  // namespace

PhraseReport join_phrases(std::span<const std::filesystem::path> files, const std::filesystem::path& out,
                          const PhraseOptions& options, const WordTrainingProgress& progress) {
  require_corpus("phrases", files);
  require_within("phrases", "min_count", options.min_count, 1, std::int64_t{1} << 40);
  if (options.threshold && !std::isfinite(*options.threshold))
    fail(ErrorCode::kInvalidArgument, "phrases: threshold is ", *options.threshold, "; expected a number");
  if (options.delimiter.empty() || options.delimiter.find_first_of(kBlanks) != std::string::npos)
    fail(ErrorCode::kInvalidArgument, "phrases: delimiter is ", quote(options.delimiter, 40),
         "; expected a text without white space");
  ThreadPool pool(ThreadPool::size_for(options.threads));
  AtomicFile file(out);
  const TokenCounts counts = count_tokens(
      files, [&](std::string_view piece, TokenCounts& into) { count_pairs(piece, options.delimiter, into); }, pool,
      progress);
  if (counts.words.size() == 0) fail(ErrorCode::kInvalidArgument, "phrases: the corpus has no word");
  PhraseReport report{.words = counts.total, .entries = counts.words.size()};
  const PhraseScorer scorer(counts, options);
  std::map<std::string, double> phrases;
  const std::int64_t bytes = bytes_of(files);
  for_each_chunk(files, [&](std::span<const std::string_view> pieces, std::int64_t bytes_read) {
    std::vector<Joined> made(pieces.size());
    pool.run(std::ssize(pieces), [&](std::int64_t i, int) {
      const auto at = static_cast<std::size_t>(i);
      made[at].make(pieces[at], scorer, options);
    });
    for (Joined& piece : made) {
      report.joined += piece.joined;
      options.list ? phrases.merge(piece.phrases) : file.write(piece.text);
    }
    if (progress) progress("joining", bytes_read, bytes);
    return true;
  });
  for (const auto& [phrase, score] : phrases) file.write(concat(phrase, '\t', score, '\n'));
  file.commit();
  return report;
}

}  // namespace sememe
