#include "tokenizer_train/unigram_trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "base/fail.h"
#include "io/utf8.h"
#include "tokenizer_train/seed_pieces.h"
#include "tokenizer_train/unigram_lattice.h"

namespace sememe {
namespace {

constexpr std::int64_t kBlockWords = 512;
constexpr std::size_t kMostWordBytes = 4096;
constexpr double kOne = 1 << 24;  // expected counts are integers of this unit

/// The derivative of log gamma.
/// Source  Beal 2003, appendix C: asymptotic series after stepping up to 7, as in SentencePiece.
double digamma(double x) {
  double result = 0;
  for (; x < 7; ++x) result -= 1 / x;
  x -= 0.5;
  const double xx = 1 / (x * x);
  return result + std::log(x) + xx * (1.0 / 24 + xx * (-7.0 / 960 + xx * (31.0 / 8064 - xx * (127.0 / 30720))));
}

/// Words with long ones cut up: the lattice of a word grows with it, and no piece is that long.
std::vector<CountedWord> short_words(std::span<const CountedWord> words) {
  std::vector<CountedWord> out;
  for (const CountedWord& word : words) {
    std::string_view rest = word.text;
    while (rest.size() > kMostWordBytes) {
      std::size_t cut = kMostWordBytes;
      while (is_utf8_continuation(rest[cut])) --cut;
      out.push_back({rest.substr(0, cut), word.count});
      rest.remove_prefix(cut);
    }
    if (!rest.empty()) out.push_back({rest, word.count});
  }
  return out;
}

class Trainer {
 public:
  Trainer(std::span<const CountedWord> words, const UnigramTrainerOptions& options, ThreadPool& pool)
      : options_(options), pool_(pool), words_(short_words(words)) {
    for (const CountedWord& word : words_) occurrences_ += static_cast<double>(word.count);
  }

  std::vector<std::pair<std::string, double>> run(const TrainingProgress& progress) {
    const std::vector<std::string> alphabet = required_characters();
    pieces_ = seed_pieces(words_, options_.seed_size, options_.max_piece_length);
    const std::size_t desired = static_cast<std::size_t>(options_.vocab_size) * 11 / 10;
    const auto rounds = static_cast<std::int64_t>(
        std::max(0.0, std::log(static_cast<double>(desired) / static_cast<double>(pieces_.size())) /
                          std::log(options_.shrinking_factor)));
    for (std::int64_t round = 0;; ++round) {
      for (std::int64_t i = 0; i < options_.n_sub_iterations; ++i) {
        if (progress) progress(round * options_.n_sub_iterations + i, (rounds + 2) * options_.n_sub_iterations);
        maximise(expected_counts());
      }
      if (pieces_.size() <= desired) break;
      prune(desired);
    }
    return finish(alphabet);
  }

 private:
  /// Every character of the corpus and of the initial alphabet, most frequent first.
  std::vector<std::string> required_characters() const {
    std::map<char32_t, std::int64_t> counts;
    for (const CountedWord& word : words_) {
      for (std::size_t at = 0; at < word.text.size();) {
        const CodePoint c = decode_utf8(word.text, at);
        counts[c.value] += word.count;
        at += static_cast<std::size_t>(c.length);
      }
    }
    for (const char32_t c : options_.initial_alphabet) counts.try_emplace(c, 0);
    std::vector<std::pair<char32_t, std::int64_t>> ordered(counts.begin(), counts.end());
    std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    if (std::ssize(ordered) > room())
      fail(ErrorCode::kInvalidArgument, "vocab_size ", options_.vocab_size, " is too small: the corpus has ",
           ordered.size(), " characters, and there are ", options_.vocab_size - room(), " special tokens");
    std::vector<std::string> out;
    for (const auto& [c, count] : ordered) append_utf8(out.emplace_back(), c);
    return out;
  }

  bool adds_unk() const {
    const auto& specials = options_.special_tokens;
    return !options_.unk_token.empty() &&
           std::find(specials.begin(), specials.end(), options_.unk_token) == specials.end();
  }
  /// For pieces beside special tokens.
  std::int64_t room() const { return options_.vocab_size - std::ssize(options_.special_tokens) - (adds_unk() ? 1 : 0); }

  double least_score() const {
    double least = 0;
    for (const ScoredPiece& piece : pieces_) least = std::min(least, piece.score);
    return least;
  }

  /// Calls use(lattice, word, sums) for every word; sums are integers of `size` that are added up over all threads, and
  /// so come out the same however the words are shared out.
  template <class Use>
  std::vector<std::int64_t> sum_over_words(std::size_t size, Use use) {
    const PieceTrie trie(pieces_);
    const double least = least_score();
    struct Local {
      std::unique_ptr<UnigramLattice> lattice;
      std::vector<std::int64_t> sums;
      std::vector<std::int32_t> path;
    };
    std::vector<Local> locals(static_cast<std::size_t>(pool_.size()));
    const std::int64_t blocks = (std::ssize(words_) + kBlockWords - 1) / kBlockWords;
    pool_.run(blocks, [&](std::int64_t block, int worker) {
      Local& local = locals[static_cast<std::size_t>(worker)];
      if (!local.lattice) {
        local.lattice = std::make_unique<UnigramLattice>(trie, pieces_, least);
        local.sums.assign(size, 0);
      }
      const std::int64_t end = std::min((block + 1) * kBlockWords, std::ssize(words_));
      for (std::int64_t i = block * kBlockWords; i < end; ++i) {
        const CountedWord& word = words_[static_cast<std::size_t>(i)];
        local.lattice->assign(word.text);
        use(*local.lattice, word, local.sums, local.path);
      }
    });
    std::vector<std::int64_t> sums(size);
    for (const Local& local : locals)
      for (std::size_t i = 0; i < local.sums.size(); ++i) sums[i] += local.sums[i];
    return sums;
  }

  /// How often each piece occurs on average over all cuts, each as likely as the model has it.
  std::vector<double> expected_counts() {
    const std::vector<std::int64_t> sums = sum_over_words(
        pieces_.size(), [](UnigramLattice& lattice, const CountedWord& word, std::vector<std::int64_t>& out, auto&) {
          lattice.for_each_probability([&](std::int32_t piece, double probability) {
            if (piece != UnigramLattice::kUnknown)
              out[static_cast<std::size_t>(piece)] +=
                  std::llround(probability * static_cast<double>(word.count) * kOne);
          });
        });
    std::vector<double> out;
    out.reserve(sums.size());
    for (const std::int64_t sum : sums) out.push_back(static_cast<double>(sum) / kOne);
    return out;
  }

  /// Scores from expected counts, with the sparse prior of a variational Dirichlet process; what is hardly ever used
  /// goes.
  void maximise(const std::vector<double>& expected) {
    constexpr double kLeastExpected = 0.5;
    std::vector<ScoredPiece> kept;
    double sum = 0;
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      if (expected[i] < kLeastExpected) continue;
      kept.push_back({std::move(pieces_[i].text), expected[i]});
      sum += expected[i];
    }
    for (ScoredPiece& piece : kept) piece.score = digamma(piece.score) - digamma(sum);
    pieces_ = std::move(kept);
  }

  /// Keeps the pieces without which the corpus would lose most likelihood, if each were cut into its next best pieces.
  void prune(std::size_t desired) {
    const std::vector<std::int64_t> counts =
        sum_over_words(pieces_.size(), [](UnigramLattice& lattice, const CountedWord& word,
                                          std::vector<std::int64_t>& out, std::vector<std::int32_t>& path) {
          lattice.best(false, path);
          for (const std::int32_t piece : path)
            if (piece != UnigramLattice::kUnknown) out[static_cast<std::size_t>(piece)] += word.count;
        });
    double sum = 0;
    for (const std::int64_t count : counts) sum += static_cast<double>(count);

    std::vector<ScoredPiece> kept;
    std::vector<std::pair<double, std::size_t>> candidates;  // loss, piece
    const PieceTrie trie(pieces_);
    UnigramLattice lattice(trie, pieces_, least_score());
    std::vector<std::int32_t> parts;
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      lattice.assign(pieces_[i].text);
      const double score_in_parts = lattice.best(true, parts);
      // It is used nowhere, or would not even be used for its own text.
      if (counts[i] == 0 || score_in_parts > pieces_[i].score) continue;
      if (parts.empty()) {
        kept.push_back(pieces_[i]);
        continue;
      }
      const auto count = static_cast<double>(counts[i]);
      const double log_sum_after = std::log(sum + count * (static_cast<double>(parts.size()) - 1));
      double log_after = 0;
      for (const std::int32_t part : parts) {
        const double before =
            part == UnigramLattice::kUnknown ? 0 : static_cast<double>(counts[static_cast<std::size_t>(part)]);
        log_after += std::log(before + count) - log_sum_after;
      }
      candidates.emplace_back(count / occurrences_ * (std::log(count) - std::log(sum) - log_after), i);
    }
    const auto shrunk = static_cast<std::size_t>(static_cast<double>(pieces_.size()) * options_.shrinking_factor);
    const std::size_t size = std::max(desired, shrunk);
    std::sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    for (const auto& [loss, i] : candidates) {
      if (kept.size() >= size) break;
      kept.push_back(std::move(pieces_[i]));
    }
    pieces_ = std::move(kept);
  }

  std::vector<std::pair<std::string, double>> finish(const std::vector<std::string>& alphabet) {
    constexpr double kStep = 0.0001;
    const double least = least_score();
    std::unordered_map<std::string_view, double> scores;
    for (const ScoredPiece& piece : pieces_) scores.emplace(piece.text, piece.score);
    std::unordered_set<std::string_view> taken(options_.special_tokens.begin(), options_.special_tokens.end());
    taken.insert(options_.unk_token);
    std::vector<std::pair<std::string, double>> ordered;
    double below = 0;
    for (const std::string& c : alphabet) {
      if (!taken.insert(c).second) continue;
      const auto known = scores.find(c);
      ordered.emplace_back(c, known != scores.end() ? known->second : least - (below += kStep));
    }
    std::stable_sort(pieces_.begin(), pieces_.end(),
                     [](const ScoredPiece& a, const ScoredPiece& b) { return a.score > b.score; });
    for (const ScoredPiece& piece : pieces_) {
      if (std::ssize(ordered) >= room()) break;
      if (taken.insert(piece.text).second) ordered.emplace_back(piece.text, piece.score);
    }
    std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.second > b.second; });

    std::vector<std::pair<std::string, double>> out;
    if (adds_unk()) out.emplace_back(options_.unk_token, 0.0);
    for (const std::string& token : options_.special_tokens) out.emplace_back(token, 0.0);
    out.insert(out.end(), std::make_move_iterator(ordered.begin()), std::make_move_iterator(ordered.end()));
    return out;
  }

  const UnigramTrainerOptions& options_;
  ThreadPool& pool_;
  std::vector<CountedWord> words_;
  double occurrences_ = 0;
  std::vector<ScoredPiece> pieces_;
};

}  // namespace

std::vector<std::pair<std::string, double>> train_unigram(std::span<const CountedWord> words,
                                                          const UnigramTrainerOptions& options, ThreadPool& pool,
                                                          const TrainingProgress& progress) {
  return Trainer(words, options, pool).run(progress);
}

}  // namespace sememe
