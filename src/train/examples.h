#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sememe/trainer.h"
#include "train/losses.h"

namespace sememe::train {

/// The columns of texts that a loss takes of a file where the configuration does not say them. mnr, gist and kl take
/// the hard negatives that are there, too: `negative`, and `negative_1` and so on; mnr takes a file of nothing but
/// texts as well. Errors   those of column_names.
std::vector<std::string> default_columns(LossKind kind, const std::filesystem::path& file);

/// One row of data.
struct Example {
  std::vector<std::string> texts;  ///< a column each
  std::vector<double> targets;     ///< none, one, or one a candidate
  std::int64_t row = 0;            ///< its number in the file, from 0
  std::int64_t line = 0;           ///< where it begins, from 1
};

/// The rows of one file, epoch after epoch, each epoch in an order of its own that the seed decides. Files of more than
/// `buffer` rows are streamed: a row is drawn from the next `buffer` of them.
class ExampleSource {
 public:
  /// Reads the file once, to count it and to find its faults before an hour of training has passed.
  /// Errors   those of RecordReader; kCorrupt: an empty text, a number out of its range.
  ExampleSource(const TrainData& data, LossSpec loss, std::uint64_t seed, std::uint64_t stream,
                std::int64_t buffer = std::int64_t{1} << 20);

  const LossSpec& loss() const { return loss_; }
  const TrainData& data() const { return data_; }
  std::int64_t rows() const { return rows_; }
  std::int64_t left_out() const { return left_out_; }  ///< rows that skip_empty passes over
  double weight() const { return data_.weight > 0 ? data_.weight : static_cast<double>(rows_); }
  std::string digest() const { return digest_; }  ///< of all texts
  std::int64_t columns() const { return static_cast<std::int64_t>(columns_.size()); }

  Example next();
  /// Calls use for every row in the file's order.
  void for_each(const std::function<void(const Example&)>& use) const;

 private:
  bool read_fields(class RecordReader& reader, std::vector<std::string>& fields, std::int64_t* left_out) const;
  bool read(class RecordReader& reader, std::vector<std::string>& fields, Example& example,
            std::int64_t* left_out = nullptr) const;
  std::vector<std::string> all_columns() const;
  void start_epoch();

  TrainData data_;
  LossSpec loss_;
  std::vector<std::string> columns_, labels_;
  std::uint64_t seed_, stream_;
  std::int64_t buffer_rows_, rows_ = 0, left_out_ = 0, epoch_ = -1;
  std::vector<std::string> classes_;  ///< sorted
  std::string digest_;

  std::vector<Example> kept_;  ///< the whole file, or the rows to draw from
  std::vector<std::uint32_t> order_;
  std::size_t at_ = 0;
  std::shared_ptr<class RecordReader> reader_;
  std::int64_t drawn_ = 0;
};

/// Batches out of several sources. What it gives is a function of the seed alone, so a resumed run skips to its place.
class BatchStream {
 public:
  struct Batch {
    std::size_t source = 0;
    std::vector<Example> examples;
  };
  BatchStream(std::vector<ExampleSource>& sources, std::int64_t size, std::optional<bool> no_duplicates,
              std::uint64_t seed);

  Batch next();
  std::int64_t batches_per_epoch() const;
  std::int64_t duplicates_put_off() const { return put_off_; }

 private:
  std::vector<ExampleSource>& sources_;
  std::int64_t size_;
  std::optional<bool> no_duplicates_;
  std::uint64_t seed_;
  std::int64_t count_ = 0, put_off_ = 0;
  std::vector<std::vector<Example>> waiting_;  ///< of each source: rows that would have been twice in a batch
  std::vector<std::int64_t> taken_;            ///< of each source: rows of its epoch
};

}  // namespace sememe::train
