#include "train/doctor.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/fail.h"
#include "train/evaluate.h"
#include "train/records.h"

namespace sememe::train {
namespace {

using Kind = TrainFinding::Kind;
using Texts = std::unordered_set<std::string>;

constexpr std::size_t kShownLines = 5;

/// " (lines 3, 8, ...)", or nothing.
std::string shown(const std::vector<std::int64_t>& lines, std::int64_t count) {
  std::string text;
  for (const std::int64_t line : lines) text += concat(text.empty() ? " (" : ", ", text.empty() ? "line " : "", line);
  if (lines.size() > 1) text.replace(2, 4, "lines");
  return text.empty() ? text : text + (count > std::ssize(lines) ? ", ...)" : ")");
}

/// The texts that a task asks about. Documents that are searched may well be learnt from.
Texts judged_by(const EvalTask& task) {
  std::vector<std::string> columns = {"sentence1|anchor|text1", "sentence2|positive|text2"};
  std::filesystem::path file = task.path;
  if (task.type == EvalTask::Type::kRetrieval) {
    columns = {"text"};
    file = file_in(task.path, "queries.jsonl");
  }
  if (task.type == EvalTask::Type::kClassification || task.type == EvalTask::Type::kClustering)
    columns = {"text|sentence"};
  Texts texts;
  RecordReader reader(file, columns);
  for (std::vector<std::string> fields; reader.next(fields);) texts.insert(fields.begin(), fields.end());
  return texts;
}

/// Rows that are counted, and where the first of them are.
struct Tally {
  std::int64_t count = 0;
  std::vector<std::int64_t> lines;
  void add(std::int64_t line) {
    if (lines.size() < kShownLines) lines.push_back(line);
    ++count;
  }
};

}  // namespace

void Doctor::find(TrainFinding finding) {
  findings_.push_back(std::move(finding));
  tell_(findings_.back());
}

void Doctor::look_at_data(const ExampleSource& source, const std::vector<EvalTask>& tasks) {
  std::vector<Texts> judged;
  for (const EvalTask& task : tasks) judged.push_back(judged_by(task));
  std::vector<Tally> leaked(tasks.size());
  Tally repeated;
  std::unordered_set<std::size_t> seen;  // of hashes: a row takes some bytes, however long it is
  const std::vector<std::string>& prompts = source.data().prompts;
  source.for_each([&](const Example& e) {
    std::string row;
    std::vector<std::string> bare = e.texts;
    for (std::size_t i = 0; i < bare.size(); ++i) {
      if (i < prompts.size()) bare[i].erase(0, prompts[i].size());
      row.append(bare[i]).append(1, '\0');
    }
    for (const double target : e.targets) row.append(concat(target)).append(1, '\0');
    if (!seen.insert(std::hash<std::string>()(row)).second) repeated.add(e.line);
    for (std::size_t t = 0; t < tasks.size(); ++t)
      if (std::any_of(bare.begin(), bare.end(), [&](const std::string& text) { return judged[t].contains(text); }))
        leaked[t].add(e.line);
  });
  const std::string file = source.data().file.string();
  const auto tell = [&](Kind kind, const Tally& rows, const std::string& what) {
    if (rows.count > 0)
      find({.kind = kind,
            .file = file,
            .count = rows.count,
            .of = source.rows(),
            .lines = rows.lines,
            .text =
                concat(file, ": ", rows.count, " of ", source.rows(), " rows ", what, shown(rows.lines, rows.count))});
  };
  tell(Kind::kRepeatedRows, repeated, "are the same as an earlier one");
  for (std::size_t t = 0; t < tasks.size(); ++t)
    tell(Kind::kLeakage, leaked[t], concat("hold a text of ", tasks[t].path.string(), ", which judges the model"));
}

void Doctor::look_at_batch(const BatchStream::Batch& batch, const ExampleSource& source,
                           const Learner::Outcome& outcome) {
  constexpr double kSame = 0.98;
  constexpr std::int64_t kSteps = 50;
  collapsed_ = outcome.mean_cosine > kSame ? collapsed_ + 1 : 0;
  if (collapsed_ == kSteps)
    find({.kind = Kind::kCollapse,
          .text =
              concat("the vectors of all texts have become nearly the same (mean cosine above ", kSame, " for ", kSteps,
                     " batches): the model has collapsed; a smaller learning_rate or a loss with negatives "
                     "may help")});
  const LossKind kind = source.loss().kind;
  if (kind != LossKind::kRanking && kind != LossKind::kGist) return;
  if (anchors_.size() <= batch.source) anchors_.resize(batch.source + 1);
  Anchors& mine = anchors_[batch.source];
  mine.file = source.data().file.string();
  mine.seen += outcome.anchors;
  mine.beaten += std::ssize(outcome.nearer);
  for (const Learner::NearNegative& near : outcome.nearer) mine.worst.push_back(near);
  std::sort(mine.worst.begin(), mine.worst.end(), [](const auto& a, const auto& b) { return a.by > b.by; });
  mine.worst.resize(std::min(mine.worst.size(), kShownLines));

  std::unordered_map<std::string_view, const Example*> holder;
  for (const Example& e : batch.examples)
    for (const std::string& text : e.texts) {
      const auto [at, is_new] = holder.emplace(text, &e);
      if (is_new || at->second == &e || std::exchange(mine.twice, true)) continue;
      find({.kind = Kind::kDuplicatesInBatch,
            .file = mine.file,
            .count = 2,
            .of = std::ssize(batch.examples),
            .lines = {at->second->line, e.line},
            .text = concat(mine.file, ": a text stands twice in a batch (lines ", at->second->line, " and ", e.line,
                           ") and so counts as a negative of itself; set no_duplicates")});
    }
}

void Doctor::look_back() {
  constexpr double kMany = 0.05;
  for (const Anchors& mine : anchors_) {
    if (static_cast<double>(mine.beaten) < kMany * static_cast<double>(mine.seen) || mine.beaten == 0) continue;
    std::vector<std::int64_t> lines;
    std::string pairs;
    for (const Learner::NearNegative& near : mine.worst) {
      lines.push_back(near.line);
      pairs += concat(pairs.empty() ? "" : ", ", near.line, " to ", near.negative_line);
    }
    find({.kind = Kind::kFalseNegatives,
          .file = mine.file,
          .count = mine.beaten,
          .of = mine.seen,
          .lines = lines,
          .text = concat(mine.file, ": ", mine.beaten, " of ", mine.seen,
                         " anchors were nearer to the positive of another row of the batch than to their own (worst: "
                         "line ",
                         pairs, "); these may be false negatives, which the loss gist leaves out")});
  }
}

}  // namespace sememe::train
