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

/// Which rows one of several workers moves.
class RowShare {
 public:
  RowShare(std::int64_t worker, std::int64_t workers)
      : worker_(static_cast<std::uint32_t>(worker)), workers_(static_cast<std::uint32_t>(workers)) {}
  bool operator()(std::int32_t row) const {
    return ((static_cast<std::uint32_t>(row) * 0x9E3779B1u >> 16) * workers_) >> 16 == worker_;
  }

 private:
  std::uint32_t worker_, workers_;
};

}  // namespace sememe
