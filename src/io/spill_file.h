#pragma once

#include <cstdint>
#include <span>

#include "io/descriptor.h"

namespace sememe {

/// A nameless temporary file, which no signal and no crash leaves behind. Errors  kIo.
class SpillFile {
 public:
  /// Appends bytes. Where they begin.
  std::int64_t append(std::span<const std::byte> bytes);
  void read(std::int64_t at, std::span<std::byte> out) const;

  std::int64_t size() const { return size_; }
  int descriptor() const { return file_.fd; }  ///< -1 before the first append()

 private:
  Descriptor file_;  // opened when it is first written
  std::int64_t size_ = 0;
};

}  // namespace sememe
