#include "tokenizer_train/bpe_trainer.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/fail.h"
#include "io/utf8.h"
#include "tokenizer_train/merge_queue.h"
#include "tokenizer_train/merge_words.h"

namespace sememe {
namespace {

constexpr std::int32_t kNone = -1;
constexpr std::size_t kCodePoints = 0x110000;

std::string utf8(char32_t c) {
  std::string out;
  append_utf8(out, c);
  return out;
}

/// Tokens both ways.
class Tokens {
 public:
  std::int32_t find(const std::string& token) const {
    const auto at = ids_.find(token);
    return at == ids_.end() ? kNone : at->second;
  }
  std::int32_t add(const std::string& token) {
    const auto [at, is_new] = ids_.try_emplace(token, static_cast<std::int32_t>(tokens_.size()));
    if (is_new) tokens_.push_back(token);
    return at->second;
  }
  std::int64_t size() const { return std::ssize(tokens_); }
  const std::string& operator[](std::int32_t id) const { return tokens_[static_cast<std::size_t>(id)]; }
  std::vector<std::string> take() { return std::move(tokens_); }

 private:
  std::unordered_map<std::string, std::int32_t> ids_;
  std::vector<std::string> tokens_;
};

class Trainer {
 public:
  Trainer(const BpeTrainerOptions& options, ThreadPool& pool, const TrainingProgress& progress)
      : options_(options), pool_(pool), progress_(progress), changes_(static_cast<std::size_t>(pool.size())) {}

  BpeVocabulary run(std::span<const CountedWord> words) {
    for (const std::string& token : options_.special_tokens) tokens_.add(token);
    add_alphabet(words);
    split_words(words);
    push_first_pairs();
    words_.index_long_words();
    MergeCandidate best;
    while (tokens_.size() < options_.vocab_size && queue_.pop(best)) {
      const auto count = static_cast<std::uint64_t>(counts_[best.pair]);
      if (best.count != count) {
        best.count = count;
        queue_.push(best);
        continue;
      }
      if (count < 1 || static_cast<std::uint64_t>(options_.min_frequency) > count) break;
      merge(best);
      if (progress_ && merges_.size() % 64 == 0) progress_(tokens_.size(), options_.vocab_size);
    }
    return {tokens_.take(), distinct_merges()};
  }

 private:
  void add_alphabet(std::span<const CountedWord> words) {
    std::vector<std::uint64_t> frequency(kCodePoints);
    for (const CountedWord& word : words) {
      for (std::size_t at = 0; at < word.text.size();) {
        const CodePoint c = decode_utf8(word.text, at);
        frequency[c.value] += static_cast<std::uint64_t>(word.count);
        at += static_cast<std::size_t>(c.length);
      }
    }
    for (const char32_t c : options_.initial_alphabet) frequency[c] = std::numeric_limits<std::uint64_t>::max();
    std::vector<char32_t> kept;
    for (std::size_t c = 0; c < frequency.size(); ++c)
      if (frequency[c] > 0) kept.push_back(static_cast<char32_t>(c));
    if (std::ssize(kept) > options_.limit_alphabet) {
      std::stable_sort(kept.begin(), kept.end(), [&](char32_t a, char32_t b) { return frequency[a] < frequency[b]; });
      kept.erase(kept.begin(), kept.end() - options_.limit_alphabet);
      std::sort(kept.begin(), kept.end());
    }
    for (const char32_t c : kept) tokens_.add(utf8(c));
  }

  /// A character at one of the four places that it may have in a word.
  struct Form {
    char32_t c;
    bool continues, ends;
  };
  std::string text_of(const Form& form) const {
    return concat(form.continues ? options_.continuing_subword_prefix : "", utf8(form.c),
                  form.ends ? options_.end_of_word_suffix : "");
  }
  template <class Visit>
  void for_each_form(std::string_view word, Visit visit) const {
    for (std::size_t at = 0; at < word.size();) {
      const CodePoint c = decode_utf8(word, at);
      const std::size_t end = at + static_cast<std::size_t>(c.length);
      visit(Form{c.value, at > 0 && !options_.continuing_subword_prefix.empty(),
                 end == word.size() && !options_.end_of_word_suffix.empty()});
      at = end;
    }
  }

  /// Words become symbols; characters outside of the alphabet are left out.
  void split_words(std::span<const CountedWord> words) {
    enum : std::int32_t { kUnseen = -2, kSeen = -3 };
    std::vector<std::int32_t> bare(kCodePoints, kUnseen);
    std::array<std::vector<std::int32_t>, 4> ids;
    const auto id_of = [&](const Form& form) -> std::int32_t& {
      auto& list = ids[(form.continues ? 1U : 0U) + (form.ends ? 2U : 0U)];
      if (list.empty()) list.assign(kCodePoints, kUnseen);
      return list[form.c];
    };
    std::vector<Form> forms;
    for (const CountedWord& word : words) {
      for_each_form(word.text, [&](const Form& form) {
        if (bare[form.c] == kUnseen) bare[form.c] = tokens_.find(utf8(form.c));
        std::int32_t& id = id_of(form);
        if (bare[form.c] == kNone || id != kUnseen) return;
        id = kSeen;
        forms.push_back(form);
      });
    }
    // Their ids must not depend on the order of the words. UTF-8 sorts as code points do.
    std::vector<std::pair<std::string, Form>> named;
    for (const Form& form : forms) named.emplace_back(text_of(form), form);
    std::sort(named.begin(), named.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [text, form] : named) id_of(form) = tokens_.add(text);

    lengths_.resize(static_cast<std::size_t>(tokens_.size()));
    std::vector<std::int32_t> symbols;
    for (const CountedWord& word : words) {
      symbols.clear();
      for_each_form(word.text, [&](const Form& form) {
        if (const std::int32_t id = id_of(form); id >= 0) symbols.push_back(id);
      });
      for (const std::int32_t id : symbols) lengths_[static_cast<std::size_t>(id)] = 1;
      if (symbols.size() > 1) words_.add(symbols, word.count);
    }
  }

  void push_first_pairs() {
    struct Found {
      SymbolPair pair;
      std::int64_t count = 0;
      std::size_t words = 0, filled = 0;
      std::int32_t last_word = kNone;
    };
    std::vector<Found> found;
    PairTable numbers;  // index into found, + 1
    words_.for_each_pair([&](std::int32_t first, std::int32_t second, std::int32_t word) {
      std::int64_t& number = numbers[{first, second}];
      if (number == 0) {
        found.push_back({{first, second}});
        number = std::ssize(found);
      }
      Found& pair = found[static_cast<std::size_t>(number - 1)];
      pair.count += words_.count(word);
      pair.words += pair.last_word != word ? 1 : 0;
      pair.last_word = word;
    });
    std::size_t total = 0;
    for (Found& pair : found) {
      pair.filled = total;
      total += pair.words;
      pair.last_word = kNone;
    }
    places_.resize(total);
    words_.for_each_pair([&](std::int32_t first, std::int32_t second, std::int32_t word) {
      Found& pair = found[static_cast<std::size_t>(numbers[{first, second}] - 1)];
      if (pair.last_word != word) places_[pair.filled++] = word;
      pair.last_word = word;
    });
    for (const Found& pair : found) {
      counts_[pair.pair] = pair.count;
      queue_.push({pair.pair, static_cast<std::uint64_t>(pair.count), pair.filled - pair.words, pair.filled});
    }
  }

  void merge(const MergeCandidate& best) {
    const auto [first, second] = best.pair;
    std::string_view rest = tokens_[second];
    if (rest.starts_with(options_.continuing_subword_prefix))
      rest.remove_prefix(options_.continuing_subword_prefix.size());
    const std::int32_t result = tokens_.add(concat(tokens_[first], rest));
    merges_.push_back(best.pair);
    const auto symbols = static_cast<std::size_t>(tokens_.size());
    lengths_.resize(symbols);
    const Merge step{first, second, result,
                     lengths_[static_cast<std::size_t>(first)] + lengths_[static_cast<std::size_t>(second)]};
    if (lengths_[static_cast<std::size_t>(result)] == 0) lengths_[static_cast<std::size_t>(result)] = step.length;

    constexpr std::size_t kSliceWords = 1024;
    const std::size_t words = best.words_end - best.words_begin;
    for (MergeChanges& changes : changes_) changes.start(result, symbols);
    for (auto& side : numbers_) side.resize(symbols);
    pool_.run(static_cast<std::int64_t>((words + kSliceWords - 1) / kSliceWords), [&](std::int64_t slice, int worker) {
      const std::size_t begin = best.words_begin + static_cast<std::size_t>(slice) * kSliceWords;
      for (std::size_t i = begin; i < std::min(begin + kSliceWords, best.words_end); ++i)
        words_.merge(places_[i], step, lengths_, options_.max_token_length, changes_[static_cast<std::size_t>(worker)]);
    });
    apply_changes(step);
  }

  void apply_changes(const Merge& step) {
    // All counts before any candidate: a pair may stand on both sides.
    for_each_touched([&](MergeChanges::Side side, std::int32_t x, const MergeChanges::Sums& sums) {
      const bool left = side == MergeChanges::kLeft;
      counts_[left ? SymbolPair{x, step.first} : SymbolPair{step.second, x}] -= sums.gone;
      if (sums.words > 0) counts_[new_pair(step, side, x)] += sums.come;
    });
    std::size_t end = places_.size();
    std::vector<MergeCandidate> candidates;
    for_each_touched([&](MergeChanges::Side side, std::int32_t x, const MergeChanges::Sums& sums) {
      if (sums.words == 0) return;
      std::size_t& number = numbers_[side][static_cast<std::size_t>(x)];  // index into candidates, + 1
      if (number == 0) {
        candidates.push_back({new_pair(step, side, x)});
        number = candidates.size();
      }
      candidates[number - 1].words_end += static_cast<std::size_t>(sums.words);
    });
    for (MergeCandidate& candidate : candidates) {
      candidate.words_begin = end;
      end += std::exchange(candidate.words_end, end);
    }
    places_.resize(end);
    for (const MergeChanges& changes : changes_) {
      for (const auto side : {MergeChanges::kLeft, MergeChanges::kRight}) {
        for (const MergeChanges::Place& place : changes.places(side)) {
          const std::size_t number = numbers_[side][static_cast<std::size_t>(place.neighbour)];
          places_[candidates[number - 1].words_end++] = place.word;
        }
      }
    }
    for_each_touched([&](MergeChanges::Side side, std::int32_t x, const MergeChanges::Sums&) {
      numbers_[side][static_cast<std::size_t>(x)] = 0;
    });
    for (MergeCandidate& candidate : candidates) {
      const std::int64_t count = counts_[candidate.pair];
      candidate.count = static_cast<std::uint64_t>(count);
      if (count > 0) queue_.push(candidate);
    }
    for (MergeChanges& changes : changes_) changes.clear();
  }

  static SymbolPair new_pair(const Merge& step, MergeChanges::Side side, std::int32_t x) {
    return side == MergeChanges::kLeft ? SymbolPair{x, step.result} : SymbolPair{step.result, x};
  }

  template <class Visit>
  void for_each_touched(Visit visit) {
    for (MergeChanges& changes : changes_)
      for (const auto side : {MergeChanges::kLeft, MergeChanges::kRight})
        for (const std::int32_t x : changes.touched(side)) visit(side, x, changes.sums(side, x));
  }

  /// The merges, of equal ones the last: that is what a map from pairs to ranks keeps of them.
  std::vector<std::pair<std::int32_t, std::int32_t>> distinct_merges() {
    PairTable last;
    for (std::size_t i = 0; i < merges_.size(); ++i) last[merges_[i]] = static_cast<std::int64_t>(i);
    std::vector<std::pair<std::int32_t, std::int32_t>> out;
    for (std::size_t i = 0; i < merges_.size(); ++i) {
      if (last[merges_[i]] == static_cast<std::int64_t>(i)) out.emplace_back(merges_[i].first, merges_[i].second);
    }
    return out;
  }

  const BpeTrainerOptions& options_;
  ThreadPool& pool_;
  const TrainingProgress& progress_;
  Tokens tokens_;
  std::vector<std::int64_t> lengths_;  // of tokens, in characters
  MergeWords words_;
  PairTable counts_;
  MergeQueue queue_;
  std::vector<std::int32_t> places_;  // word numbers; candidates hold ranges of it
  std::vector<MergeChanges> changes_;
  std::vector<std::size_t> numbers_[2];  // of apply_changes
  std::vector<SymbolPair> merges_;
};

}  // namespace

BpeVocabulary train_bpe(std::span<const CountedWord> words, const BpeTrainerOptions& options, ThreadPool& pool,
                        const TrainingProgress& progress) {
  return Trainer(options, pool, progress).run(words);
}

}  // namespace sememe
