#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace sememe {

/// The input rows whose mean is each word's vector.
class InputRows {
 public:
  void add(std::span<const std::int64_t> rows) {
    for (const std::int64_t row : rows) rows_.push_back(static_cast<std::int32_t>(row));
    most_rows_ = std::max(most_rows_, std::ssize(rows));
    ends_.push_back(rows_.size());
  }
  std::int64_t size() const { return std::ssize(ends_) - 1; }
  std::int64_t most_rows() const { return most_rows_; }  ///< of one word
  std::span<const std::int32_t> of(std::int32_t word) const {
    const auto i = static_cast<std::size_t>(word);
    return std::span(rows_).subspan(ends_[i], ends_[i + 1] - ends_[i]);
  }

 private:
  std::vector<std::int32_t> rows_;
  std::vector<std::size_t> ends_ = {0};
  std::int64_t most_rows_ = 0;
};

/// The different words of a block of the corpus, numbered from 0 in the order in which they come.
class BlockWords {
 public:
  explicit BlockWords(const InputRows& rows) : rows_(rows), numbers_(static_cast<std::size_t>(rows.size()), -1) {}
  const InputRows& vocabulary() const { return rows_; }
  std::int64_t size() const { return std::ssize(words_); }
  /// The number of a word, which is new if it was not there.
  std::int32_t number(std::int32_t word) {
    std::int32_t& number = numbers_[static_cast<std::size_t>(word)];
    if (number < 0) {
      number = static_cast<std::int32_t>(words_.size());
      words_.push_back(word);
    }
    return number;
  }
  std::span<const std::int32_t> rows(std::int64_t number) const {
    return rows_.of(words_[static_cast<std::size_t>(number)]);
  }
  void clear() {
    for (const std::int32_t word : words_) numbers_[static_cast<std::size_t>(word)] = -1;
    words_.clear();
  }

 private:
  const InputRows& rows_;
  std::vector<std::int32_t> words_;
  std::vector<std::int32_t> numbers_;  // of each word of the vocabulary; -1: none
};

/// Which of `parts` a number falls to, by a hash.
inline std::uint32_t part_of(std::uint32_t number, std::uint32_t parts) {
  return static_cast<std::uint32_t>(std::uint64_t{number * 0x9E3779B1u} * parts >> 32);
}

/// Which rows one of several workers moves.
class RowShare {
 public:
  RowShare(std::int64_t worker, std::int64_t workers)
      : worker_(static_cast<std::uint32_t>(worker)), workers_(static_cast<std::uint32_t>(workers)) {}
  bool operator()(std::int32_t row) const { return part_of(static_cast<std::uint32_t>(row), workers_) == worker_; }

 private:
  std::uint32_t worker_, workers_;
};

}  // namespace sememe
