#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/correlation.h"
#include "base/fail.h"
#include "io/line_source.h"
#include "kernels/kernels.h"
#include "sememe/words.h"
#include "words/folded.h"
#include "words/word_table.h"

namespace sememe {
namespace {

constexpr std::int64_t kLongestLine = 1 << 20;

/// The words of a file that count, found without regard to case unless asked; of equal ones the first.
class EvalVocabulary {
 public:
  EvalVocabulary(const WordVectors& vectors, const WordEvalOptions& options) : folds_(!options.case_sensitive) {
    among_ = options.restrict_vocab > 0 ? std::min(options.restrict_vocab, vectors.size()) : vectors.size();
    for (std::int64_t id = 0; id < among_; ++id) {
      if (table_.add(key(vectors.word(id)))) rows_.push_back(id);
    }
  }
  /// The number of a word among those that differ, or -1.
  std::int64_t find(std::string_view word) const { return table_.find(key(word)).value_or(-1); }
  std::int64_t row(std::int64_t number) const { return rows_[static_cast<std::size_t>(number)]; }
  std::int64_t among() const { return among_; }

 private:
  std::string key(std::string_view word) const { return folds_ ? folded_utf8(word) : std::string(word); }

  bool folds_;
  std::int64_t among_ = 0;
  WordTable table_;
  std::vector<std::int64_t> rows_;
};

std::vector<std::string_view> split(std::string_view line, std::string_view separators, bool runs) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find_first_of(separators, at), line.size());
    if (!runs || end > at) out.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

double cosine(std::span<const float> a, std::span<const float> b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += static_cast<double>(a[i]) * b[i];
    aa += static_cast<double>(a[i]) * a[i];
    bb += static_cast<double>(b[i]) * b[i];
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

/// Questions whose words are all known, asked together.
class AnalogyBatch {
 public:
  AnalogyBatch(const WordVectors& vectors, const EvalVocabulary& vocabulary, int threads)
      : vectors_(vectors), vocabulary_(vocabulary), threads_(threads) {}

  struct Question {
    std::int64_t a, b, c, d;  ///< numbers of the vocabulary
    std::size_t section;
  };
  void add(const Question& question) { questions_.push_back(question); }
  bool full() const { return questions_.size() >= 1024; }

  void answer(std::vector<AnalogySection>& sections) {
    constexpr std::int64_t kAnswers =
        5;  // as gensim: words that differ from the question's in case only are passed over
    const std::int64_t dim = vectors_.dim();
    Matrix queries(std::ssize(questions_), dim);
    std::vector<std::vector<std::int64_t>> excluded;
    for (std::int64_t i = 0; i < queries.rows(); ++i) {
      const Question& q = questions_[static_cast<std::size_t>(i)];
      add_unit(vocabulary_.row(q.b), 1, queries.row(i));
      add_unit(vocabulary_.row(q.a), -1, queries.row(i));
      add_unit(vocabulary_.row(q.c), 1, queries.row(i));
      excluded.push_back({vocabulary_.row(q.a), vocabulary_.row(q.b), vocabulary_.row(q.c)});
    }
    const auto answers = vectors_.nearest(queries.view(), kAnswers, excluded, vocabulary_.among(), threads_);
    for (std::size_t i = 0; i < questions_.size(); ++i) {
      const Question& q = questions_[i];
      std::int64_t predicted = -1;
      for (const ScoredWord& word : answers[i]) {
        predicted = vocabulary_.find(vectors_.word(word.id));
        if (predicted != q.a && predicted != q.b && predicted != q.c) break;
      }
      ++sections[q.section].asked;
      sections[q.section].correct += predicted == q.d;
    }
    questions_.clear();
  }

 private:
  void add_unit(std::int64_t row, double sign, std::span<float> sum) const {
    const std::span<const float> x = vectors_.vectors().row_span(row);
    double squares = 0;
    for (const float value : x) squares += static_cast<double>(value) * value;
    if (squares > 0) kernels().axpy(static_cast<float>(sign / std::sqrt(squares)), x.data(), sum.data(), std::ssize(x));
  }

  const WordVectors& vectors_;
  const EvalVocabulary& vocabulary_;
  int threads_;
  std::vector<Question> questions_;
};

}  // namespace

WordPairsResult evaluate_word_pairs(const WordVectors& vectors, const std::filesystem::path& pairs,
                                    const WordEvalOptions& options) {
  const EvalVocabulary vocabulary(vectors, options);
  LineSource lines(pairs, kLongestLine);
  WordPairsResult result;
  std::vector<double> judged, found;
  for (std::string line; line.clear(), lines.append_line(line);) {
    const std::string_view content = std::string_view(line).substr(0, content_length(line));
    if (content.starts_with('#') || content.empty()) continue;
    const std::vector<std::string_view> fields = split(content, "\t", false);
    double judgement = 0;
    if (fields.size() == 3) {
      const char* const end = fields[2].data() + fields[2].size();
      const auto [stop, status] = std::from_chars(fields[2].data(), end, judgement);
      if (status == std::errc() && stop == end && std::isfinite(judgement)) {
        ++result.pairs;
        const std::int64_t a = vocabulary.find(fields[0]), b = vocabulary.find(fields[1]);
        if (a < 0 || b < 0) continue;
        judged.push_back(judgement);
        found.push_back(
            cosine(vectors.vectors().row_span(vocabulary.row(a)), vectors.vectors().row_span(vocabulary.row(b))));
        continue;
      }
    }
    ++result.skipped_lines;
  }
  if (result.pairs == 0)
    fail(ErrorCode::kInvalidArgument, pairs.string(), ": no line is a pair of words and a number, separated by tabs");
  result.covered = std::ssize(judged);
  result.pearson = pearson(found, judged);
  result.spearman = spearman(found, judged);
  return result;
}

WordAnalogiesResult evaluate_word_analogies(const WordVectors& vectors, const std::filesystem::path& questions,
                                            const WordEvalOptions& options) {
  const EvalVocabulary vocabulary(vectors, options);
  AnalogyBatch batch(vectors, vocabulary, options.threads);
  LineSource lines(questions, kLongestLine);
  WordAnalogiesResult result;
  for (std::string line; line.clear(), lines.append_line(line);) {
    const std::string_view content = std::string_view(line).substr(0, content_length(line));
    const std::vector<std::string_view> fields = split(content, " \t", true);
    if (fields.empty()) continue;
    if (content.starts_with(':')) {
      const std::size_t start = content.find_first_not_of(": \t");
      result.sections.push_back({.name = start == content.npos ? "" : std::string(content.substr(start))});
      continue;
    }
    if (fields.size() != 4) {
      ++result.skipped_lines;
      continue;
    }
    if (result.sections.empty()) result.sections.emplace_back();
    const AnalogyBatch::Question question{vocabulary.find(fields[0]), vocabulary.find(fields[1]),
                                          vocabulary.find(fields[2]), vocabulary.find(fields[3]),
                                          result.sections.size() - 1};
    if (std::min({question.a, question.b, question.c, question.d}) < 0) {
      ++result.sections.back().skipped;
      continue;
    }
    batch.add(question);
    if (batch.full()) batch.answer(result.sections);
  }
  batch.answer(result.sections);
  result.total.name = "total";
  for (const AnalogySection& section : result.sections) {
    result.total.correct += section.correct;
    result.total.asked += section.asked;
    result.total.skipped += section.skipped;
  }
  if (result.total.asked + result.total.skipped == 0)
    fail(ErrorCode::kInvalidArgument, questions.string(), ": no line is a question of four words");
  return result;
}

}  // namespace sememe
