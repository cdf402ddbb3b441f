#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sememe {

/// Code points first..last, both included.
struct CodePointRange {
  char32_t first, last;
  bool operator==(const CodePointRange&) const = default;
};

/// A set of code points: ranges in order that neither overlap nor touch.
class CodePointSet {
 public:
  CodePointSet() = default;
  explicit CodePointSet(std::span<const CodePointRange> ranges) { add(ranges); }

  /// Precondition: first <= last <= U+10FFFF.
  void add(char32_t first, char32_t last);
  void add(std::span<const CodePointRange> ranges);
  void add(const CodePointSet& other) { add(other.ranges()); }

  bool contains(char32_t c) const;
  bool contains(const CodePointSet& other) const;
  CodePointSet complement() const;
  CodePointSet intersection(const CodePointSet& other) const;

  bool empty() const { return ranges_.empty(); }
  std::size_t size() const { return ranges_.size(); }  ///< ranges
  std::span<const CodePointRange> ranges() const { return ranges_; }
  bool operator==(const CodePointSet&) const = default;

 private:
  std::vector<CodePointRange> ranges_;
};

}  // namespace sememe
