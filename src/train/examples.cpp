#include "train/examples.h"

#include <algorithm>
#include <numeric>
#include <unordered_set>

#include "base/fail.h"
#include "base/rng.h"
#include "base/sha256.h"
#include "train/records.h"

namespace sememe::train {
namespace {

constexpr std::uint64_t kShuffleStreams = 1ULL << 40, kChoiceStream = 1ULL << 41;

bool is_blank(const std::string& field) { return field.find_first_not_of(" \t\r\n") == std::string::npos; }

}  // namespace

std::vector<std::string> default_columns(LossKind kind, const std::filesystem::path& file) {
  const std::size_t least = loss_columns(kind).first;
  if (least == 1) return {"text|anchor|sentence"};
  std::vector<std::string> columns = {"anchor|sentence1|question|text1", "positive|sentence2|answer|text2"};
  const bool any_number = loss_columns(kind).second > least;
  if (!any_number) {
    if (least == 3) columns.emplace_back("negative");
    return columns;
  }
  const std::vector<std::string> found = column_names(file);
  if (kind == LossKind::kRanking && found.size() == 1 && (found[0] == "text" || found[0] == "sentence")) return found;
  const auto take = [&](const std::string& name) {
    const bool is_there = std::find(found.begin(), found.end(), name) != found.end();
    if (is_there) columns.push_back(name);
    return is_there;
  };
  take("negative");
  for (int i = 1; take(concat("negative_", i));) ++i;
  if (columns.size() < least) columns.emplace_back("negative");  // whose absence is an error that names what is there
  return columns;
}

ExampleSource::ExampleSource(const TrainData& data, LossSpec loss, std::uint64_t seed, std::uint64_t stream,
                             std::int64_t buffer)
    : data_(data),
      loss_(std::move(loss)),
      columns_(data.columns),
      labels_(data.labels),
      seed_(seed),
      stream_(stream),
      buffer_rows_(buffer) {
  if (columns_.empty()) columns_ = default_columns(loss_.kind, data_.file);
  const auto [least, most] = loss_columns(loss_.kind);
  // One column of texts for a loss of pairs: each text is its own positive, apart by dropout (Gao et al. 2021, SimCSE).
  const bool simcse = columns_.size() == 1 && loss_.kind == LossKind::kRanking;
  if (!simcse && (columns_.size() < least || columns_.size() > most))
    fail(ErrorCode::kInvalidArgument, data_.file.string(), ": the loss ", loss_name(loss_.kind), " takes ", least,
         least == most ? "" : " or more", " columns of texts, found ", columns_.size());
  const LossTarget target = loss_target(loss_.kind);
  const bool many = target == LossTarget::kScores, any = target != LossTarget::kNone && target != LossTarget::kVector;
  if (labels_.empty() && any)
    labels_ = {many || loss_.kind == LossKind::kMarginMse ? "label|score|scores" : "label|score|class|category"};
  // The scores of kl stand in a column each, or in one column of lists.
  if (labels_.size() != (any ? 1U : 0U) && !(many && labels_.size() == columns_.size() - 1))
    fail(ErrorCode::kInvalidArgument, data_.file.string(), ": the loss ", loss_name(loss_.kind), " takes ",
         many  ? concat(columns_.size() - 1, " columns of labels, or one of lists")
         : any ? "one column of labels"
               : "no labels",
         ", found ", labels_.size());
  if (!(data_.low < data_.high))
    fail(ErrorCode::kInvalidArgument, data_.file.string(), ": the range of scores is empty");

  std::vector<std::string> fields;
  if (target == LossTarget::kClass) {
    RecordReader reader(data_.file, all_columns());
    while (read_fields(reader, fields, nullptr))
      if (std::find(classes_.begin(), classes_.end(), fields.back()) == classes_.end())
        classes_.push_back(fields.back());
    std::sort(classes_.begin(), classes_.end());
    loss_.classes = static_cast<std::int64_t>(classes_.size());
  }
  RecordReader reader(data_.file, all_columns());
  Sha256 sha;
  std::int64_t empty = 0;
  std::string first_empty;
  for (Example example; read(reader, fields, example, &left_out_); ++rows_) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (!is_blank(fields[i])) continue;
      if (empty++ == 0) first_empty = concat(reader.where(), ": ", quote(reader.column(i)));
    }
    for (const std::string& text : example.texts) {
      sha.update(std::as_bytes(std::span(text)));
      sha.update(std::as_bytes(std::span("\n", 1)));
    }
    example.row = rows_;
    if (rows_ < buffer_rows_) kept_.push_back(std::move(example));
  }
  if (empty > 0)
    fail(ErrorCode::kCorrupt, first_empty, " is empty",
         empty > 1 ? concat(", as are ", empty - 1, " further texts") : "",
         "; leave such rows out (\"skip_empty\": true)");
  digest_ = sha.finish();
  if (rows_ == 0)
    fail(ErrorCode::kInvalidArgument, data_.file.string(), ": holds no rows",
         left_out_ > 0 ? concat(" but ", left_out_, " with an empty text") : "");
  if (rows_ > buffer_rows_) kept_.clear();
}

std::vector<std::string> ExampleSource::all_columns() const {
  std::vector<std::string> all = columns_;
  all.insert(all.end(), labels_.begin(), labels_.end());
  return all;
}

bool ExampleSource::read_fields(RecordReader& reader, std::vector<std::string>& fields, std::int64_t* left_out) const {
  while (reader.next(fields)) {
    if (!data_.skip_empty || std::none_of(fields.begin(), fields.end(), is_blank)) return true;
    if (left_out != nullptr) ++*left_out;
  }
  return false;
}

bool ExampleSource::read(RecordReader& reader, std::vector<std::string>& fields, Example& example,
                         std::int64_t* left_out) const {
  if (!read_fields(reader, fields, left_out)) return false;
  example.texts.assign(fields.begin(), fields.begin() + static_cast<std::ptrdiff_t>(columns_.size()));
  example.targets.clear();
  example.line = reader.line();
  for (std::size_t i = 0; i < columns_.size() && i < data_.prompts.size(); ++i)
    example.texts[i].insert(0, data_.prompts[i]);
  if (columns_.size() < loss_columns(loss_.kind).first) example.texts.push_back(example.texts[0]);
  for (std::size_t i = columns_.size(); i < fields.size(); ++i) {
    const LossTarget target = loss_target(loss_.kind);
    if (target == LossTarget::kClass) {
      const auto at = std::lower_bound(classes_.begin(), classes_.end(), fields[i]);
      example.targets.push_back(static_cast<double>(at - classes_.begin()));
      continue;
    }
    if (target == LossTarget::kScores && labels_.size() == 1) {
      example.targets = numbers_in(fields[i], reader.where());
      if (example.targets.size() != columns_.size() - 1)
        fail(ErrorCode::kCorrupt, reader.where(), ": expected ", columns_.size() - 1,
             " scores, one for each text after the anchor, found ", example.targets.size());
      continue;
    }
    if (loss_.kind == LossKind::kMarginMse && fields[i].find(',') != std::string::npos) {
      const std::vector<double> scores = numbers_in(fields[i], reader.where());
      if (scores.size() != 2)
        fail(ErrorCode::kCorrupt, reader.where(), ": expected a margin, or the scores of positive and negative, found ",
             scores.size(), " numbers");
      example.targets.push_back(scores[0] - scores[1]);
      continue;
    }
    const double x = number_in(fields[i], reader.where());
    if (target == LossTarget::kBinary && x != 0 && x != 1)
      fail(ErrorCode::kCorrupt, reader.where(), ": expected a label of 0 or 1, found ", x);
    // Of the scores of cosent and angle the order is all that counts, so they have bounds where somebody gave some.
    const bool ordered = loss_.kind == LossKind::kCosent || loss_.kind == LossKind::kAngle,
               given = data_.low != 0 || data_.high != 1;
    const bool bounded = target == LossTarget::kScore && loss_.kind != LossKind::kMarginMse && (given || !ordered);
    if (bounded && !(x >= data_.low && x <= data_.high))
      fail(ErrorCode::kCorrupt, reader.where(), ": expected a score from ", data_.low, " to ", data_.high, ", found ",
           x, "; say the bounds with \"range\"");
    example.targets.push_back(bounded ? (x - data_.low) / (data_.high - data_.low) : x);
  }
  return true;
}

void ExampleSource::for_each(const std::function<void(const Example&)>& use) const {
  if (rows_ <= buffer_rows_) {
    std::vector<const Example*> in_order(kept_.size());
    for (const Example& e : kept_) in_order[static_cast<std::size_t>(e.row)] = &e;
    for (const Example* e : in_order) use(*e);
    return;
  }
  std::vector<std::string> fields;
  RecordReader reader(data_.file, all_columns());
  std::int64_t row = 0;
  for (Example example; read(reader, fields, example);) {
    example.row = row++;
    use(example);
  }
}

void ExampleSource::start_epoch() {
  ++epoch_;
  at_ = 0;
  drawn_ = 0;
  if (rows_ <= buffer_rows_) {
    order_.resize(kept_.size());
    std::iota(order_.begin(), order_.end(), 0U);
    const CounterRng random(seed_, kShuffleStreams + (stream_ << 20) + static_cast<std::uint64_t>(epoch_));
    for (std::size_t i = order_.size(); i > 1; --i)  // Fisher & Yates; numbers far apart, as below() may draw again
      std::swap(order_[i - 1], order_[random.below(static_cast<std::uint64_t>(i) << 8, static_cast<std::uint32_t>(i))]);
    return;
  }
  reader_ = std::make_shared<RecordReader>(data_.file, all_columns());
  kept_.clear();
}

Example ExampleSource::next() {
  if (epoch_ < 0 || (rows_ <= buffer_rows_ ? at_ == order_.size() : drawn_ == rows_)) start_epoch();
  if (rows_ <= buffer_rows_) return kept_[order_[at_++]];
  std::vector<std::string> fields;
  while (std::ssize(kept_) < buffer_rows_ && static_cast<std::int64_t>(at_) < rows_) {
    Example example;
    if (!read(*reader_, fields, example)) fail(ErrorCode::kIo, data_.file.string(), ": has fewer rows than before");
    example.row = static_cast<std::int64_t>(at_++);
    kept_.push_back(std::move(example));
  }
  const CounterRng random(seed_, kShuffleStreams + (stream_ << 20) + static_cast<std::uint64_t>(epoch_));
  const auto chosen = random.below(static_cast<std::uint64_t>(drawn_++) << 8, static_cast<std::uint32_t>(kept_.size()));
  std::swap(kept_[chosen], kept_.back());
  Example out = std::move(kept_.back());
  kept_.pop_back();
  return out;
}

BatchStream::BatchStream(std::vector<ExampleSource>& sources, std::int64_t size, std::optional<bool> no_duplicates,
                         std::uint64_t seed)
    : sources_(sources),
      size_(size),
      no_duplicates_(no_duplicates),
      seed_(seed),
      waiting_(sources.size()),
      taken_(sources.size(), 0) {}

std::int64_t BatchStream::batches_per_epoch() const {
  std::int64_t sum = 0;
  for (const ExampleSource& s : sources_) sum += (s.rows() + size_ - 1) / size_;
  return sum;
}

BatchStream::Batch BatchStream::next() {
  Batch batch;
  double total = 0;
  for (const ExampleSource& s : sources_) total += s.weight();
  double left =
      static_cast<double>(CounterRng(seed_, kChoiceStream).uniform(static_cast<std::uint64_t>(count_++))) * total;
  while (batch.source + 1 < sources_.size() && left >= sources_[batch.source].weight())
    left -= sources_[batch.source++].weight();
  ExampleSource& source = sources_[batch.source];
  const LossKind kind = source.loss().kind;
  const bool apart = no_duplicates_.value_or(kind == LossKind::kRanking || kind == LossKind::kGist);

  std::unordered_set<std::string> seen;
  const auto take = [&](Example&& e) {
    const std::unordered_set<std::string> own(e.texts.begin(), e.texts.end());
    if (apart && std::any_of(own.begin(), own.end(), [&](const std::string& t) { return seen.contains(t); }))
      return false;
    seen.insert(own.begin(), own.end());
    batch.examples.push_back(std::move(e));
    return true;
  };
  std::vector<Example> still;
  for (Example& e : waiting_[batch.source])
    if (std::ssize(batch.examples) >= size_ || !take(std::move(e))) still.push_back(std::move(e));
  waiting_[batch.source] = std::move(still);
  // A batch ends with its epoch, unless rows were put off; rows that do not fit wait for the next batch.
  std::int64_t& taken = taken_[batch.source];
  std::int64_t refused = 0;
  while (std::ssize(batch.examples) < size_ && refused < 8 * size_) {
    if (taken == source.rows()) {
      taken = 0;
      if (!batch.examples.empty()) break;
    }
    Example e = source.next();
    ++taken;
    if (take(std::move(e))) continue;
    waiting_[batch.source].push_back(std::move(e));
    ++refused;
    ++put_off_;
  }
  return batch;
}

}  // namespace sememe::train
