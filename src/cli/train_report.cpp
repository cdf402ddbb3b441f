#include "cli/train_report.h"

#include <algorithm>
#include <cmath>

#include "cli/numbers.h"

namespace sememe::cli {

TrainProgress TrainWatcher::callback() {
  return [this](const TrainEvent& event) { see(event); };
}

void TrainWatcher::see(const TrainEvent& e) {
  switch (e.kind) {
    case TrainEvent::Kind::kStage:
      if (e.steps > 0)
        progress_.update(e.text, e.step, e.steps);
      else
        console_.detail(e.text);
      return;
    case TrainEvent::Kind::kWarning:
      console_.warning(e.text);
      return;
    case TrainEvent::Kind::kEval:
      console_.note(e.step == 0 ? "before" : concat("step ", with_commas(e.step)), ": ", result_line(*e.result));
      return;
    case TrainEvent::Kind::kStep:
      break;
  }
  loss_ = begun_ ? 0.98 * loss_ + 0.02 * e.loss : e.loss;
  begun_ = true;
  const std::string line =
      concat("step ", with_commas(e.step), " of ", with_commas(e.steps), ", loss ", fixed(loss_, 4, 0), ", ",
             with_commas(static_cast<std::int64_t>(e.tokens_per_second)), " tokens/s");
  progress_.update("training", e.step, e.steps, line);
  const std::int64_t every = std::max<std::int64_t>(1, e.steps / 20);
  if (e.step % every == 0 || e.step == e.steps)
    console_.detail(line, ", rate ", rounded(e.rate, 3), ", gradient ", fixed(e.gradient_norm, 3, 0));
}

void TrainWatcher::finish(const TrainReport& report) {
  progress_.finish();
  if (report.tokens == 0) return;
  console_.detail(with_commas(report.texts), " texts, ", with_commas(report.tokens), " tokens in ",
                  fixed(report.seconds, 1, 0), " s; kept the parameters of step ", with_commas(report.best_step));
}

std::string result_line(const EvalResult& result) {
  std::string line = result.task + ":";
  for (std::size_t i = 0; i < result.metrics.size(); ++i)
    line += concat(i == 0 ? " " : ", ", result.metrics[i].first, " ", fixed(result.metrics[i].second, 4, 0));
  return line;
}

std::string small_plot(const std::vector<double>& values, int columns, int rows) {
  if (values.empty()) return {};
  const int width = std::min<int>(columns, static_cast<int>(values.size()));
  std::vector<double> means;
  for (int c = 0; c < width; ++c) {
    const std::size_t begin = values.size() * static_cast<std::size_t>(c) / static_cast<std::size_t>(width),
                      end = values.size() * static_cast<std::size_t>(c + 1) / static_cast<std::size_t>(width);
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) sum += values[i];
    means.push_back(sum / static_cast<double>(end - begin));
  }
  const double most = *std::max_element(means.begin(), means.end()),
               least = *std::min_element(means.begin(), means.end());
  std::string out;
  for (int r = 0; r < rows; ++r) {
    const double label = most - (most - least) * r / std::max(1, rows - 1);
    out += fixed(label, 2, 8) + " |";
    for (const double m : means) {
      const double height = most > least ? (m - least) / (most - least) * (rows - 1) : 0;
      out += static_cast<int>(std::lround(height)) == rows - 1 - r ? '*' : ' ';
    }
    while (out.back() == ' ') out.pop_back();
    out += '\n';
  }
  return out;
}

}  // namespace sememe::cli
