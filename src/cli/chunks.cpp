#include "cli/chunks.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "base/fail.h"
#include "cli/numbers.h"
#include "cli/progress.h"

namespace sememe::cli {

std::vector<std::string_view> Chunk::texts() const {
  std::vector<std::string_view> views;
  views.reserve(records.size());
  for (const TextRecord& record : records) views.push_back(record.text);
  return views;
}

Totals for_each_chunk(TextInput& input, Console& console, const std::function<void(Chunk&)>& work,
                      std::int64_t max_records) {
  Totals totals;
  Progress progress(console);
  ChunkSize chunk_size(max_records);
  for (;;) {
    const double begin = progress.seconds();
    Chunk chunk{.first = totals.records};
    input.read(chunk_size.texts(), chunk.records);
    if (chunk.records.empty()) break;
    work(chunk);
    totals.records += chunk.size();
    totals.texts += std::ssize(chunk.stats);
    for (const TextStats& s : chunk.stats) {
      totals.tokens += s.tokens;
      totals.truncated += s.truncated() ? 1 : 0;
    }
    chunk_size.took(chunk.size(), progress.seconds() - begin);
    progress.update(totals.records, input.fraction());
  }
  totals.seconds = progress.seconds();
  if (totals.records == 0) console.note("no texts in ", input.name());
  return totals;
}

Totals for_each_record(TextInput& input, Console& console, ThreadPool& pool,
                       const std::function<void(const Chunk&, std::int64_t, Lines&)>& lines,
                       const std::function<void(std::string_view)>& write, const std::function<void()>& flush) {
  // What a core's own cache holds, with its lines, goes faster through than more.
  constexpr std::int64_t kChunkBytes = std::int64_t{1} << 19, kJobs = 64, kMostPerJob = 16;
  constexpr std::size_t kKeptBytes = std::size_t{1} << 16;  // of the lines of a job
  Totals totals;
  Progress progress(console);
  ChunkSize chunk_size(kMaxChunkTexts);
  const bool ahead = input.fraction() >= 0;  // of a pipe that is not known
  const auto read = [&](std::vector<TextRecord>& records) { input.read(chunk_size.texts(), records, kChunkBytes); };
  Chunk chunk;
  read(chunk.records);
  // Texts and lines take the memory of those before them: thousands of pieces that one thread frees while the other one
  // allocates some would have them wait for each other.
  std::vector<TextRecord> done;
  std::vector<std::string> made, before;  // lines of this chunk, and of the one before
  bool waiting = false;                   // `before` is not yet written
  const auto write_before = [&] {
    if (std::exchange(waiting, false))
      for (const std::string& part : before) write(part);
  };
  while (!chunk.records.empty()) {
    const double begin = progress.seconds();
    const bool ends_long = std::ssize(chunk.records.back().text) >= kMaxChunkBytes;
    const std::int64_t count = chunk.size() - (ends_long ? 1 : 0);
    const std::int64_t per_job = std::clamp<std::int64_t>(count / kJobs, 1, kMostPerJob);
    const std::int64_t blocks = (count + per_job - 1) / per_job, others = ahead ? 2 : 0;
    Chunk next{.first = chunk.first + chunk.size(), .records = std::exchange(done, {})};
    std::exception_ptr unreadable;  // told when all before it is written
    made.resize(static_cast<std::size_t>(blocks));
    pool.run(others + blocks, [&](std::int64_t job, int) {
      const std::int64_t block = job - others, from = block * per_job;
      if (block == -2) {
        try {
          read(next.records);
        } catch (...) {
          next.records.clear();
          unreadable = std::current_exception();
        }
      } else if (block == -1) {
        write_before();
      } else {
        Lines block_lines{.text = std::move(made[static_cast<std::size_t>(block)])};
        block_lines.text.clear();
        if (block_lines.text.capacity() > kKeptBytes) std::string().swap(block_lines.text);
        for (std::int64_t i = from; i < std::min(from + per_job, count); ++i) lines(chunk, i, block_lines);
        made[static_cast<std::size_t>(block)] = std::move(block_lines.text);
      }
    });
    std::swap(made, before);
    waiting = true;
    totals.records = next.first;
    if (!ahead || ends_long || next.records.empty()) write_before();
    if (ends_long) {
      Lines last{.write = &write};
      lines(chunk, count, last);
      write(last.text);
    }
    if (unreadable) std::rethrow_exception(unreadable);
    if (!ahead) {
      flush();
      read(next.records);
    }
    chunk_size.took(chunk.size(), progress.seconds() - begin);
    progress.update(totals.records, input.fraction());
    done = std::exchange(chunk, std::move(next)).records;
  }
  totals.seconds = progress.seconds();
  if (totals.records == 0) console.note("no texts in ", input.name());
  return totals;
}

void report(const Totals& totals, const Encoder& encoder, Console& console) {
  if (totals.truncated > 0)
    console.warning(totals.truncated, " of ", totals.texts, totals.texts == 1 ? " text was" : " texts were", " cut to ",
                    encoder.info().max_tokens, " tokens");
  if (totals.texts > 0 && totals.seconds > 0)
    console.detail(with_commas(totals.texts), totals.texts == 1 ? " text, " : " texts, ", with_commas(totals.tokens),
                   " tokens in ", fixed(totals.seconds, 3, 0),
                   " s: ", with_commas(std::llround(static_cast<double>(totals.texts) / totals.seconds)), " texts/s");
}

void refuse_truncated(const Chunk& chunk, const TextInput& input, const Encoder& encoder) {
  for (std::size_t i = 0; i < chunk.stats.size(); ++i)
    if (chunk.stats[i].truncated())
      fail(ErrorCode::kInvalidArgument, input.where(chunk.records[i * chunk.records.size() / chunk.stats.size()]),
           ": the text has ", chunk.stats[i].tokens, " tokens, more than the ", encoder.info().max_tokens,
           " that are taken; shorten it, or choose --on-long truncate or window");
}

}  // namespace sememe::cli
