#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sememe {

/// The input rows whose mean is each word's vector.
class InputRows {
 public:
  void add(std::span<const std::int64_t> rows) {
    for (const std::int64_t row : rows) rows_.push_back(static_cast<std::int32_t>(row));
    ends_.push_back(rows_.size());
  }
  std::int64_t size() const { return std::ssize(ends_) - 1; }
  std::span<const std::int32_t> of(std::int32_t word) const {
    const auto i = static_cast<std::size_t>(word);
    return std::span(rows_).subspan(ends_[i], ends_[i + 1] - ends_[i]);
  }

 private:
  std::vector<std::int32_t> rows_;
  std::vector<std::size_t> ends_ = {0};
};

}  // namespace sememe
