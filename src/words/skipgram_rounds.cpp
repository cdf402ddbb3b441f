#include "words/skipgram_rounds.h"

#include <algorithm>

namespace sememe {

SkipGramRounds::SkipGramRounds(const InputRows& words, const OutputRule& rule, const Windows& windows,
                               std::uint64_t seed, SharedRows& shared, ThreadPool& pool)
    : rule_(rule),
      windows_(windows),
      seed_(seed),
      shared_(shared),
      pool_(pool),
      words_(words),
      last_change_(static_cast<std::size_t>(shared.rows - shared.first_output), -1),
      own_(static_cast<std::size_t>(pool.size())) {}

BlockLimits SkipGramRounds::limits() const {
  constexpr std::int64_t kMostBytes = std::int64_t{32} << 20, kPath = 24;  // kPath: a usual way in a tree
  const std::int64_t steps = rule_.tree != nullptr ? kPath : rule_.negative + 1;
  const auto step_bytes = static_cast<std::int64_t>(sizeof(Step)),
             float_bytes = static_cast<std::int64_t>(sizeof(float));
  const std::int64_t pairs = kMostBytes / (steps * step_bytes + shared_.stride * float_bytes);
  BlockLimits limits = limits_of_turns(words_.vocabulary());
  limits.weight = std::max<std::int64_t>(1, pairs);
  return limits;
}

void SkipGramRounds::train(const BlockQueue& blocks, std::int64_t /*count*/, double lr, std::int64_t steps) {
  constexpr std::int64_t kWordsAtATime = 8, kNoise = 2048;
  const auto rate = static_cast<float>(lr);
  RandomStream random(seed_, static_cast<std::uint64_t>(steps));
  add_pairs(blocks[0], random);
  noise_.clear();
  for (std::int64_t i = 0; rule_.tree == nullptr && i < kNoise; ++i) noise_.push_back(rule_.noise->draw(random));
  noise_seed_ = random.next();
  sort_pairs();
  for_each_block(pool_, words_.size(), kWordsAtATime, [&](std::int64_t first, std::int64_t words, int) {
    for (std::int64_t i = first; i < first + words; ++i) {
      if (i + 1 < words_.size())
        for (const std::int32_t row : words_.rows(i + 1)) shared_.prefetch(row);
      move_word(static_cast<std::size_t>(i), rate);
    }
  });
  pool_.run(pool_.size(), [&](std::int64_t owner, int worker) {
    move_rows(owner, pool_.size(), own_[static_cast<std::size_t>(worker)], rate);
  });
  words_.clear();
  pairs_.clear();
  ++block_;
}

void SkipGramRounds::add_pairs(std::span<const std::int32_t> ids, RandomStream& random) {
  windows_.read(ids, random,
                [&](std::span<const std::int32_t> sentence, std::int64_t at, std::int64_t first, std::int64_t last) {
                  const std::int32_t word = sentence[static_cast<std::size_t>(at)];
                  const std::int32_t number = words_.number(word);
                  for (std::int64_t i = first; i < last; ++i)
                    if (i != at) pairs_.push_back({number, sentence[static_cast<std::size_t>(i)]});
                });
}

void SkipGramRounds::sort_pairs() {
  begins_.assign(static_cast<std::size_t>(words_.size()) + 2, 0);
  for (const Pair& pair : pairs_) ++begins_[static_cast<std::size_t>(pair.word) + 2];
  for (std::size_t i = 2; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
  targets_.resize(pairs_.size());
  for (const Pair& pair : pairs_) targets_[begins_[static_cast<std::size_t>(pair.word) + 1]++] = pair.target;
  step_begins_.assign(1, 0);
  for (const std::int32_t target : targets_) step_begins_.push_back(step_begins_.back() + rule_.most_classes(target));
  steps_.resize(step_begins_.back());
  places_.reserve_discard((std::ssize(pairs_) + words_.size()) * shared_.stride);
}

void SkipGramRounds::move_word(std::size_t word, float lr) {
  constexpr std::size_t kAhead = 4;
  const std::int64_t stride = shared_.stride;
  const std::size_t first = begins_[word], end = begins_[word + 1];
  const auto place_of = [&](std::size_t pair) { return static_cast<std::int32_t>(pair + word); };
  RandomStream random(noise_seed_, word);
  const std::span<const std::int32_t> rows = words_.rows(static_cast<std::int64_t>(word));
  for (std::size_t pair = first; pair < std::min(first + kAhead, end); ++pair) draw_steps(pair, place_of(pair), random);

  float* x = place(place_of(first));
  std::fill_n(x, stride, 0.0f);
  for (const std::int32_t row : rows) table_.axpy(1.0f / static_cast<float>(rows.size()), shared_.row(row), x, stride);
  for (std::size_t pair = first; pair < end; ++pair) {
    if (pair + kAhead < end) draw_steps(pair + kAhead, place_of(pair + kAhead), random);
    float* const next = x + stride;
    std::copy_n(x, stride, next);
    for (std::size_t i = step_begins_[pair]; i < step_begins_[pair + 1] && steps_[i].row >= 0; ++i) {
      steps_[i].gradient = gradient(steps_[i], lr);
      table_.axpy(steps_[i].gradient, output(steps_[i].row), next, stride);
    }
    x = next;
  }
  const float* const start = place(place_of(first));
  for (std::int64_t j = 0; j < stride; ++j) x[j] -= start[j];
}

void SkipGramRounds::draw_steps(std::size_t pair, std::int32_t place, RandomStream& random) {
  std::size_t i = step_begins_[pair];
  rule_.for_each_class(
      targets_[pair], [&] { return noise_[random.below(static_cast<std::uint32_t>(noise_.size()))]; },
      [&](std::int32_t row, float label) {
        shared_.prefetch(shared_.first_output + row);
        steps_[i++] = {row, place, label, 0};
      });
  for (; i < step_begins_[pair + 1]; ++i) steps_[i].row = -1;
}

void SkipGramRounds::move_rows(std::int64_t owner, std::int64_t owners, std::vector<std::int32_t>& own, float lr) {
  constexpr std::size_t kAhead = 8;
  const std::int64_t stride = shared_.stride;
  const RowShare owns(owner, owners);
  own.resize(steps_.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < steps_.size(); ++i) {  // without a branch, which would be guessed wrong half the time
    own[count] = static_cast<std::int32_t>(i);
    count += static_cast<std::size_t>(steps_[i].row >= 0) & static_cast<std::size_t>(owns(steps_[i].row));
  }
  std::int32_t next_place = -1;
  for (std::size_t i = 0; i < count; ++i) {
    if (i + kAhead < count) {
      const Step& next = steps_[static_cast<std::size_t>(own[i + kAhead])];
      shared_.prefetch(shared_.first_output + next.row);
      if (std::exchange(next_place, next.place) != next.place)  // another thread may have written it
        for (std::int64_t j = 0; j < stride; j += kLane) __builtin_prefetch(place(next.place) + j);
    }
    const Step& step = steps_[static_cast<std::size_t>(own[i])];
    std::int32_t& last_change = last_change_[static_cast<std::size_t>(step.row)];
    const bool moved = std::exchange(last_change, block_) == block_;
    table_.axpy(moved ? gradient(step, lr) : step.gradient, place(step.place),
                shared_.row(shared_.first_output + step.row), stride);
  }
  for (std::size_t word = 0; std::cmp_less(word, words_.size()); ++word) {
    const float* const change = place(static_cast<std::int64_t>(begins_[word + 1] + word));
    for (const std::int32_t row : words_.rows(static_cast<std::int64_t>(word)))
      if (owns(row)) table_.axpy(1, change, shared_.row(row), stride);
  }
}

}  // namespace sememe
