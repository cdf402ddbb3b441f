#include "words/cbow_rounds.h"

#include <algorithm>

namespace sememe {

CbowRounds::CbowRounds(const InputRows& words, const OutputRule& rule, const Windows& windows, std::uint64_t seed,
                       SharedRows& shared, ThreadPool& pool)
    : rule_(rule),
      windows_(windows),
      seed_(seed),
      shared_(shared),
      pool_(pool),
      output_(rule, shared.stride),
      words_(words),
      mean_(shared.stride) {}

void CbowRounds::train(const BlockQueue& blocks, std::int64_t /*count*/, double lr, std::int64_t steps) {
  constexpr std::int64_t kWordsAtATime = 8;
  RandomStream random(seed_, static_cast<std::uint64_t>(steps));
  add_places(blocks[0], random);
  const std::int64_t words = words_.size();
  sums_.reserve_discard(2 * words * shared_.stride);
  for_each_block(pool_, words, kWordsAtATime, [&](std::int64_t first, std::int64_t count, int) {
    for (std::int64_t i = first; i < first + count; ++i) {
      if (i + 1 < words)
        for (const std::int32_t row : words_.rows(i + 1)) shared_.prefetch(row);
      sum_rows(i);
    }
  });
  std::size_t begin = 0;
  for (const Place& place : places_) {
    move(place.word, std::span(around_).subspan(begin, place.end - begin), static_cast<float>(lr), random);
    begin = place.end;
  }
  take_changes();
  words_.clear();
  places_.clear();
  around_.clear();
}

void CbowRounds::add_places(std::span<const std::int32_t> ids, RandomStream& random) {
  windows_.read(ids, random,
                [&](std::span<const std::int32_t> sentence, std::int64_t at, std::int64_t first, std::int64_t last) {
                  for (std::int64_t i = first; i < last; ++i) {
                    if (i == at) continue;
                    around_.push_back(words_.number(sentence[static_cast<std::size_t>(i)]));
                  }
                  places_.push_back({sentence[static_cast<std::size_t>(at)], around_.size()});
                });
}

void CbowRounds::sum_rows(std::int64_t number) {
  std::fill_n(sum(number), shared_.stride, 0.0f);
  for (const std::int32_t row : words_.rows(number)) table_.axpy(1, shared_.row(row), sum(number), shared_.stride);
  std::copy_n(sum(number), shared_.stride, start(number));
}

void CbowRounds::move(std::int32_t word, std::span<const std::int32_t> around, float lr, RandomStream& random) {
  output_.pick_from([&] { return rule_.noise->draw(random); }, word,
                    [&](std::int32_t row) {
                      shared_.prefetch(shared_.first_output + row);
                      return shared_.row(shared_.first_output + row);
                    });
  std::int64_t rows = 0;
  for (const std::int32_t number : around) rows += std::ssize(words_.rows(number));
  std::fill(mean_.begin(), mean_.end(), 0.0f);
  for (const std::int32_t number : around)
    table_.axpy(1.0f / static_cast<float>(rows), sum(number), mean_.data(), shared_.stride);
  const float* const error = output_.step(mean_.data(), lr);
  for (const std::int32_t number : around)  // which each of its rows takes
    table_.axpy(static_cast<float>(words_.rows(number).size()), error, sum(number), shared_.stride);
}

void CbowRounds::take_changes() {
  const std::int64_t words = words_.size();
  for (std::int64_t i = 0; i < words; ++i)
    for (std::int64_t j = 0; j < shared_.stride; ++j)
      sum(i)[j] = (sum(i)[j] - start(i)[j]) / static_cast<float>(words_.rows(i).size());
  pool_.run(pool_.size(), [&](std::int64_t owner, int) {
    const RowShare owns(owner, pool_.size());
    for (std::int64_t i = 0; i < words; ++i)
      for (const std::int32_t row : words_.rows(i))
        if (owns(row)) table_.axpy(1, sum(i), shared_.row(row), shared_.stride);
  });
}

}  // namespace sememe
