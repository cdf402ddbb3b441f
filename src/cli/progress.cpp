#include "cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "cli/numbers.h"
#include "cli/terminal.h"

namespace sememe::cli {
namespace {

std::string duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::ceil(std::clamp(seconds, 0.0, 3.6e8)));
  const auto two_digits = [](std::int64_t n) { return concat(n < 10 ? "0" : "", n); };
  if (whole < 3600) return concat(whole / 60, ':', two_digits(whole % 60));
  return concat(whole / 3600, ':', two_digits(whole / 60 % 60), ':', two_digits(whole % 60));
}

}  // namespace

std::string progress_line(const ProgressState& state, int width) {
  const double rate = state.seconds > 0 ? static_cast<double>(state.items) / state.seconds : 0;
  std::string numbers = state.doing.empty()
                            ? concat(with_commas(state.items), " texts  ", with_commas(std::llround(rate)), "/s")
                            : std::string(state.doing);
  if (!(state.fraction >= 0)) return shorten(numbers, width - 1);
  const double fraction = std::min(state.fraction, 1.0);
  if (fraction > 0) numbers.append(concat("  ", duration(state.seconds * (1 - fraction) / fraction), " left"));

  const std::string percent = std::to_string(static_cast<int>(fraction * 100));
  std::string line = concat(std::string(3 - percent.size(), ' '), percent, "% ");
  const int room = std::min(40, width - 1 - static_cast<int>(line.size() + numbers.size()) - 3);  // brackets, space
  if (room >= 5) {
    std::string bar(static_cast<std::size_t>(std::lround(fraction * room)), '=');
    if (!bar.empty() && static_cast<int>(bar.size()) < room) bar.back() = '>';
    line.append(concat('[', pad_right(bar, room), "] "));
  }
  return shorten(line + numbers, width - 1);  // a full last column makes some terminals wrap
}

Progress::Progress(Console& console)
    : console_(console), enabled_(!console.options().quiet && is_terminal(STDERR_FILENO)) {}

double Progress::seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

void Progress::update(std::int64_t items, double fraction, std::string_view doing) {
  using std::chrono::milliseconds;
  const Clock::time_point now = Clock::now();
  if (!enabled_ || now - start_ < milliseconds(1000) || now - drawn_ < milliseconds(100)) return;
  drawn_ = now;
  console_.set_status(progress_line({.items = items, .fraction = fraction, .seconds = seconds(), .doing = doing},
                                    terminal_width(STDERR_FILENO)));
}

void StageProgress::update(std::string_view stage, std::int64_t done, std::int64_t total, std::string_view doing) {
  if (stage != stage_) {
    stage_ = stage;
    line_.emplace(console_);
  }
  line_->update(0, total > 0 ? static_cast<double>(done) / static_cast<double>(total) : -1,
                doing.empty() ? stage_ : doing);
}

}  // namespace sememe::cli
