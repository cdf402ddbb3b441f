#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "cli/console.h"
#include "cli/lines.h"
#include "cli/text_input.h"
#include "sememe/encoder.h"

namespace sememe::cli {

/// Texts taken at a time at most.
inline constexpr std::int64_t kMaxChunkTexts = 8192;

/// Some texts on their way from input to output.
struct Chunk {
  std::int64_t first = 0;  ///< index of the first text in the whole input
  std::vector<TextRecord> records;
  std::vector<TextStats> stats;  ///< filled by whoever encodes: one for each record, or two for each pair

  std::int64_t size() const { return static_cast<std::int64_t>(records.size()); }
  std::vector<std::string_view> texts() const;
};

struct Totals {
  std::int64_t records = 0;                           ///< of the input
  std::int64_t texts = 0, tokens = 0, truncated = 0;  ///< as they were encoded: two texts for a pair
  double seconds = 0;
};

/// Takes the input in chunks of at most `max_records` through `work`, with a progress line.
/// Tells on standard error when there was nothing to read.
Totals for_each_chunk(TextInput& input, Console& console, const std::function<void(Chunk&)>& work,
                      std::int64_t max_records = kMaxChunkTexts);

/// As for_each_chunk(), for output in lines: lines(chunk, i, out) appends those of record i, on all threads of `pool`;
/// write() gets them in the order of the records. A text of kMaxChunkBytes or more goes alone, with Lines that are
/// written while they are made. While a chunk is in work, the lines of the one before are written, and the next one is
/// read unless it may be waited for (as from a pipe): then flush() is called when its lines are written.
Totals for_each_record(TextInput& input, Console& console, ThreadPool& pool,
                       const std::function<void(const Chunk& chunk, std::int64_t i, Lines& out)>& lines,
                       const std::function<void(std::string_view)>& write, const std::function<void()>& flush);

/// The warning about texts that were cut and, with --verbose, the speed.
void report(const Totals& totals, const Encoder& encoder, Console& console);

/// --on-long error: kInvalidArgument for the first text that was cut. Not left to the library, which does not know of
/// files and lines.
void refuse_truncated(const Chunk& chunk, const TextInput& input, const Encoder& encoder);

}  // namespace sememe::cli
