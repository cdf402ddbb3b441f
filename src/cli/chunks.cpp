#include "cli/chunks.h"

#include <cmath>

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
