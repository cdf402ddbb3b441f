#include "sememe/mining.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>

#include "base/fail.h"
#include "base/thread_pool.h"
#include "sememe/similarity.h"
#include "train/evaluate.h"

namespace sememe {
namespace {

/// Texts without repetition, in the order in which they come first.
class Distinct {
 public:
  std::int64_t add(const std::string& text) {
    const auto [at, is_new] = ids_.emplace(text, std::ssize(texts));
    if (is_new) texts.push_back(text);
    return at->second;
  }
  std::vector<std::string> texts;

 private:
  std::unordered_map<std::string, std::int64_t> ids_;
};

/// How many of the nearest are looked at. `positives`: of the anchor that has most.
std::int64_t last_rank(const MiningOptions& o, std::int64_t positives) {
  if (o.num_negatives < 1)
    fail(ErrorCode::kInvalidArgument, "num_negatives: expected 1 or more, found ", o.num_negatives);
  if (o.range_min < 0) fail(ErrorCode::kInvalidArgument, "range_min: expected 0 or more, found ", o.range_min);
  for (const auto& x : {o.max_score, o.min_score, o.absolute_margin, o.relative_margin})
    if (x && !std::isfinite(*x)) fail(ErrorCode::kInvalidArgument, "a score or margin is not a finite number");
  const bool selective = o.absolute_margin || o.relative_margin || o.max_score;
  const std::int64_t last = o.range_max.value_or(o.range_min + o.num_negatives * (selective ? 10 : 1) + positives);
  if (last - o.range_min < o.num_negatives)
    fail(ErrorCode::kInvalidArgument, "range: from ", o.range_min, " to ", last, " there is no room for ",
         o.num_negatives, " negatives; raise range_max, or lower range_min or num_negatives");
  return last;
}

}  // namespace

MinedNegatives mine_hard_negatives(std::span<const std::string> anchors, std::span<const std::string> positives,
                                   std::span<const std::string> corpus, const EmbedTexts& embed,
                                   const MiningOptions& options, int threads) {
  if (anchors.empty() || anchors.size() != positives.size())
    fail(ErrorCode::kInvalidArgument, "mining: expected as many positives as anchors, and one at least; found ",
         anchors.size(), " anchors and ", positives.size(), " positives");
  Distinct asked, texts;
  for (const std::string& text : corpus) texts.add(text);
  std::vector<std::vector<std::int64_t>> own;  // the positives of each anchor
  std::vector<std::int64_t> rows_of;
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    const auto anchor = static_cast<std::size_t>(asked.add(anchors[i]));
    const std::int64_t positive = texts.add(positives[i]);
    own.resize(asked.texts.size());
    rows_of.resize(asked.texts.size());
    ++rows_of[anchor];
    if (std::find(own[anchor].begin(), own[anchor].end(), positive) == own[anchor].end())
      own[anchor].push_back(positive);
  }
  const std::int64_t most = *std::max_element(rows_of.begin(), rows_of.end()), last = last_rank(options, most);

  ThreadPool pool(ThreadPool::size_for(threads));
  const Matrix among = train::directions(embed, texts.texts, false),
               queries = train::directions(embed, asked.texts, true);
  const auto nearest = train::best_matches(queries.view(), among.view(), last + most, pool);

  MinedNegatives mined{.anchors = std::move(asked.texts), .texts = std::move(texts.texts)};
  for (std::size_t a = 0; a < own.size(); ++a) {
    std::vector<double> near;
    for (const std::int64_t positive : own[a])
      near.push_back(similarity(queries.row(static_cast<std::int64_t>(a)), among.row(positive), Measure::kDot));
    const double lowest = *std::min_element(near.begin(), near.end());
    double highest = options.max_score.value_or(std::numeric_limits<double>::infinity());
    if (options.absolute_margin) highest = std::min(highest, lowest - *options.absolute_margin);
    // A part of the magnitude: of a positive whose score is below 0, a product would be a margin upwards.
    if (options.relative_margin) highest = std::min(highest, lowest - std::abs(lowest) * *options.relative_margin);

    MinedNegatives::Row found{.anchor = static_cast<std::int64_t>(a)};
    std::int64_t rank = 0;
    for (const auto& [text, score] : nearest[a]) {
      if (std::find(own[a].begin(), own[a].end(), text) != own[a].end()) continue;
      if (score > highest || (options.min_score && score < *options.min_score)) continue;
      if (rank++ < options.range_min) continue;
      if (rank > last || std::ssize(found.negatives) == options.num_negatives) break;
      found.negatives.push_back(text);
      found.scores.push_back(score);
    }
    for (std::size_t p = 0; p < own[a].size(); ++p) {
      found.positive = own[a][p];
      found.score = near[p];
      mined.missing += options.num_negatives - std::ssize(found.negatives);
      mined.rows.push_back(found);
    }
  }
  return mined;
}

}  // namespace sememe
