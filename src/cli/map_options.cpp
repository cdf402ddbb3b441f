#include "cli/map_options.h"

#include "cli/numbers.h"

namespace sememe::cli {

MapOptions map_options(const Arguments& arguments, const Console& console) {
  MapOptions options;
  options.metric = *parse_map_metric(arguments.text("metric").value_or("cosine"));
  if (const auto perplexity = arguments.text("perplexity")) options.perplexity = number_of(*perplexity, "perplexity");
  options.iterations = arguments.number("iterations").value_or(options.iterations);
  if (const auto distance = arguments.text("min-dist")) options.min_dist = number_of(*distance, "min-dist");
  options.epochs = arguments.number("epochs");
  options.seed = static_cast<std::uint64_t>(arguments.number("seed").value_or(1));
  options.threads = console.options().threads;
  options.progress_interval = 10;
  return options;
}

}  // namespace sememe::cli
