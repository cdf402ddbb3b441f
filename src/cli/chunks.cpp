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
    Chunk chunk{.first = totals.records, .records = input.read(chunk_size.texts())};
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
                       const std::function<void(std::string_view)>& write) {
  constexpr std::int64_t kRecordsPerJob = 16;
  Totals totals;
  Progress progress(console);
  ChunkSize chunk_size(kMaxChunkTexts);
  const bool ahead = input.fraction() >= 0;  // of a pipe that is not known
  Chunk chunk{.first = 0, .records = input.read(chunk_size.texts())};
  // Of the chunk before, if reading goes ahead. Thousands of texts take their time to be freed, too.
  std::vector<std::string> written;
  std::vector<TextRecord> done;
  while (!chunk.records.empty()) {
    const double begin = progress.seconds();
    const bool ends_long = std::ssize(chunk.records.back().text) >= kMaxChunkBytes;
    const std::int64_t count = chunk.size() - (ends_long ? 1 : 0);
    const std::int64_t blocks = (count + kRecordsPerJob - 1) / kRecordsPerJob, others = ahead ? 2 : 0;
    Chunk next{.first = chunk.first + chunk.size()};
    std::exception_ptr unreadable;  // told when all before it is written
    std::vector<std::string> made(static_cast<std::size_t>(blocks));
    pool.run(others + blocks, [&](std::int64_t job, int) {
      const std::int64_t block = job - others, from = block * kRecordsPerJob;
      if (block == -2) {
        try {
          next.records = input.read(chunk_size.texts());
        } catch (...) {
          unreadable = std::current_exception();
        }
      } else if (block == -1) {
        for (const std::string& part : written) write(part);
        written.clear();
        done.clear();
      } else {
        Lines block_lines;
        for (std::int64_t i = from; i < std::min(from + kRecordsPerJob, count); ++i) lines(chunk, i, block_lines);
        made[static_cast<std::size_t>(block)] = std::move(block_lines.text);
      }
    });
    written = std::move(made);
    totals.records = next.first;
    if (!ahead || ends_long || next.records.empty()) {
      for (const std::string& part : written) write(part);
      written.clear();
    }
    if (ends_long) {
      Lines last{.write = &write};
      lines(chunk, count, last);
      write(last.text);
    }
    if (unreadable) std::rethrow_exception(unreadable);
    if (!ahead) next.records = input.read(chunk_size.texts());
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
