#include "map/candidates.h"

#include <algorithm>
#include <cmath>

#include "map/lanes.h"

namespace sememe {

void Candidates::best(std::int64_t query, std::vector<Candidate>& out) {
  if (counts_[query] > most_) cut(query);
  out.clear();
  for (std::int64_t c = query * 2 * most_; c < query * 2 * most_ + counts_[query]; ++c)
    out.push_back({scores_[c], indices_[c]});
}

void Candidates::cut(std::int64_t query) {
  float* const scores = scores_.data() + query * 2 * most_;
  std::int32_t* const indices = indices_.data() + query * 2 * most_;
  const float least = lanes().find_cut(scores, counts_[query], most_);
  if (std::isnan(least)) return cut_among_equals(query);
  std::int64_t kept = 0;
  for (std::int64_t c = 0; c < counts_[query]; ++c) {  // without branches, which would be guessed wrong
    const float score = scores[c];
    scores[kept] = score;
    indices[kept] = indices[c];
    kept += score >= least ? 1 : 0;
  }
  counts_[query] = static_cast<std::int32_t>(kept);
  thresholds_[query] = least;
  worst_[query] = std::numeric_limits<std::int32_t>::max();
}

void Candidates::cut_among_equals(std::int64_t query) {
  const std::int64_t first = query * 2 * most_;
  std::vector<Candidate> all;
  for (std::int64_t c = first; c < first + counts_[query]; ++c) all.push_back({scores_[c], indices_[c]});
  std::nth_element(all.begin(), all.begin() + (most_ - 1), all.end());
  for (std::int64_t c = 0; c < most_; ++c) {
    scores_[first + c] = all[c].score;
    indices_[first + c] = all[c].index;
  }
  counts_[query] = static_cast<std::int32_t>(most_);
  thresholds_[query] = all[most_ - 1].score;
  worst_[query] = all[most_ - 1].index;
}

}  // namespace sememe
