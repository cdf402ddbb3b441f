#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/console.h"

namespace sememe::cli {

struct ProgressState {
  std::int64_t items = 0;  ///< texts done
  double fraction = -1;    ///< of the whole work, or negative: unknown
  double seconds = 0;      ///< since the start
  std::string_view doing;  ///< what is done, where it is not counting texts
};

/// " 42% [=======>            ] 84,000 texts  1,234/s  0:52 left", in at most `width` columns.
std::string progress_line(const ProgressState& state, int width);

/// A progress line on standard error when that is a terminal, not under --quiet, from the second second on.
class Progress {
 public:
  explicit Progress(Console& console);
  ~Progress() { console_.clear_status(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `fraction` is negative if unknown.
  void update(std::int64_t items, double fraction, std::string_view doing = {});
  double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;
  Console& console_;
  Clock::time_point start_ = Clock::now(), drawn_ = start_;
  bool enabled_;
};

/// The progress of work that goes through stages, each with a line of its own.
class StageProgress {
 public:
  explicit StageProgress(Console& console) : console_(console) {}

  /// `total` 0: unknown. `doing`: what the line says, the stage's name if empty.
  void update(std::string_view stage, std::int64_t done, std::int64_t total, std::string_view doing = {});
  /// Of the stage at hand; 0 before the first.
  double seconds() const { return line_ ? line_->seconds() : 0; }
  void finish() { line_.reset(); }

 private:
  Console& console_;
  std::string stage_;
  std::optional<Progress> line_;
};

}  // namespace sememe::cli
