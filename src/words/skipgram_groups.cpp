#include "words/skipgram_groups.h"

#include <algorithm>

namespace sememe {
namespace {

std::int64_t groups_for(std::int64_t words) {
  constexpr std::int64_t kMost = 8, kFewestWords = 64;  // so that a group has noise enough
  return std::clamp<std::int64_t>(words / kFewestWords, 1, kMost);
}

}  // namespace

SkipGramGroups::SkipGramGroups(const OutputRule& rule, const Windows& windows, std::uint64_t seed, SharedRows& shared,
                               ThreadPool& pool)
    : rule_(rule),
      windows_(windows),
      seed_(seed),
      shared_(shared),
      pool_(pool),
      groups_(groups_for(shared.rows - shared.first_output)),
      noise_(static_cast<std::size_t>(groups_)) {
  for (int i = 0; i < pool.size(); ++i) layers_.emplace_back(rule, shared.stride);
}

void SkipGramGroups::train(const BlockQueue& blocks, std::int64_t /*count*/, double lr, std::int64_t steps) {
  RandomStream random(seed_, static_cast<std::uint64_t>(steps));
  add_pairs(blocks[0], random);
  input_lot_ = static_cast<std::uint32_t>(random.next());
  output_lot_ = static_cast<std::uint32_t>(random.next());
  draw_noise(random);
  sort_pairs();
  for (std::int64_t round = 0; round < groups_; ++round)
    pool_.run(groups_, [&](std::int64_t inputs, int worker) {
      train_meeting(inputs, (inputs + round) % groups_, static_cast<float>(lr),
                    layers_[static_cast<std::size_t>(worker)]);
    });
  pairs_.clear();
}

void SkipGramGroups::add_pairs(std::span<const std::int32_t> ids, RandomStream& random) {
  windows_.read(ids, random,
                [&](std::span<const std::int32_t> sentence, std::int64_t at, std::int64_t first, std::int64_t last) {
                  for (std::int64_t i = first; i < last; ++i)
                    if (i != at)
                      pairs_.push_back({sentence[static_cast<std::size_t>(at)], sentence[static_cast<std::size_t>(i)]});
                });
}

void SkipGramGroups::draw_noise(RandomStream& random) {
  constexpr std::int64_t kNoise = 2048;
  for (std::vector<std::int32_t>& group : noise_) group.clear();
  for (std::int64_t i = 0; i < kNoise; ++i) {
    const std::int32_t word = rule_.noise->draw(random);
    noise_[static_cast<std::size_t>(group_of(word, output_lot_))].push_back(word);
  }
  noise_seed_ = random.next();
}

void SkipGramGroups::sort_pairs() {
  begins_.assign(meeting(groups_, 0) + 2, 0);
  for (const Pair& pair : pairs_) ++begins_[meeting_of(pair) + 2];
  for (std::size_t i = 2; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
  sorted_.resize(pairs_.size());
  for (const Pair& pair : pairs_) sorted_[begins_[meeting_of(pair) + 1]++] = pair;
}

void SkipGramGroups::train_meeting(std::int64_t inputs, std::int64_t outputs, float lr, OutputLayer& layer) {
  constexpr std::size_t kAhead = 4;
  const std::size_t at = meeting(inputs, outputs), end = begins_[at + 1];
  const std::vector<std::int32_t>& noise = noise_[static_cast<std::size_t>(outputs)];
  RandomStream random(noise_seed_, at);
  for (std::size_t i = begins_[at]; i < end; ++i) {
    if (i + kAhead < end) {
      shared_.prefetch(sorted_[i + kAhead].word);
      shared_.prefetch(shared_.first_output + sorted_[i + kAhead].target);
    }
    const auto& [word, target] = sorted_[i];
    layer.pick_from(  // a group whose words are all rare may have no noise
        [&] { return noise.empty() ? target : noise[random.below(static_cast<std::uint32_t>(noise.size()))]; }, target,
        [&](std::int64_t row) { return shared_.row(shared_.first_output + row); });
    float* const x = shared_.row(word);
    table_.axpy(1, layer.step(x, lr), x, shared_.stride);
  }
}

}  // namespace sememe
