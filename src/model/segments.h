#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "sememe/encoder.h"
#include "sememe/tokenizer.h"

namespace sememe {

/// Texts as the token ids that the transformer sees. A segment is a text, or one window of a long text.
struct Segments {
  std::vector<std::int32_t> ids;      ///< of all segments, one after another
  std::vector<std::int64_t> offsets;  ///< S + 1
  std::vector<std::int64_t> first;    ///< B + 1: text i has segments first[i] to first[i + 1], at least one
  std::vector<TextStats> stats;       ///< B

  std::int64_t count() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
  std::int64_t length(std::int64_t s) const {
    return offsets[static_cast<std::size_t>(s) + 1] - offsets[static_cast<std::size_t>(s)];
  }
  std::span<const std::int32_t> segment(std::int64_t s) const {
    return std::span(ids).subspan(static_cast<std::size_t>(offsets[static_cast<std::size_t>(s)]),
                                  static_cast<std::size_t>(length(s)));
  }
};

struct SegmentOptions {
  std::string prompt;           ///< put before every text
  std::int64_t max_tokens = 0;  ///< special tokens included
  OnLong on_long = OnLong::kTruncate;
  std::int64_t first_text = 0;  ///< number of texts[0] in the caller's list, for messages
  bool bag = false;             ///< for a static model: no special tokens, no windows, texts may have no token
  std::optional<std::int32_t> leave_out;  ///< of a bag: an id that does not count
};

/// Tokenizes texts in jobs that threads may share, so that it can go on beside other work.
class SegmentMaker {
 public:
  /// `texts` and what they look at stay where they are until finish().
  SegmentMaker(const Tokenizer& tokenizer, std::span<const std::string_view> texts, SegmentOptions options);

  std::int64_t jobs() const { return std::ssize(parts_); }
  /// Threads  jobs may run at the same time. Errors  kInvalidArgument, naming the text.
  void run(std::int64_t job);
  /// Call once, after every job has run.
  Segments finish();

  /// What one job makes.
  struct Part {
    std::vector<std::int32_t> ids;
    std::vector<std::int64_t> lengths;  ///< of segments
    std::vector<std::int64_t> counts;   ///< segments of each text
    std::vector<TextStats> stats;
  };

 private:
  static constexpr std::size_t kTextsPerJob = 32;

  const Tokenizer* tokenizer_;
  std::span<const std::string_view> texts_;
  SegmentOptions options_;
  std::vector<Part> parts_;
};

/// Tokenizes texts on the pool. Errors: kInvalidArgument, naming the text.
Segments make_segments(const Tokenizer& tokenizer, std::span<const std::string_view> texts,
                       const SegmentOptions& options, ThreadPool& pool);

/// Splits segments into groups of at most `limit` tokens (at least one segment each), longest segments first. As many
/// as `threads`, or that times a whole number, and as even as they go: no thread waits for the last group.
std::vector<std::vector<std::int64_t>> make_groups(const Segments& segments, std::int64_t limit, std::int64_t threads);

}  // namespace sememe
