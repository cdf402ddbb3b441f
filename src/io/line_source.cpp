#include "io/line_source.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/fail.h"
#include "io/byte_source.h"
#include "io/utf8.h"

namespace sememe {

struct LineSource::State {
  ByteSource bytes;
  std::size_t max_line_bytes;
  std::string text;  // text[at..end) is not handed out yet
  std::size_t at = 0, end = 0;
  std::int64_t lines = 0;

  /// Passes over a byte order mark. Only bytes that could be one are worth waiting for the next: somebody may be
  /// typing.
  void start() {
    text.resize(std::size_t{1} << 17);
    while (end < kByteOrderMark.size() && kByteOrderMark.starts_with(std::string_view(text).substr(0, end))) {
      const std::size_t got = bytes.read(text.data() + end, text.size() - end);
      if (got == 0) break;
      end += got;
    }
    if (std::string_view(text).substr(0, end).starts_with(kByteOrderMark)) at = kByteOrderMark.size();
  }
};

std::size_t content_length(std::string_view line) {
  if (line.ends_with("\r\n")) return line.size() - 2;
  return line.size() - (line.ends_with('\n') || line.ends_with('\r') ? 1 : 0);
}

LineSource::LineSource(const std::filesystem::path& path, std::int64_t max_line_bytes)
    : state_(std::make_unique<State>(
          State{ByteSource(path), static_cast<std::size_t>(std::max<std::int64_t>(max_line_bytes, 0))})) {
  state_->start();
}

LineSource::~LineSource() = default;
LineSource::LineSource(LineSource&&) noexcept = default;
LineSource& LineSource::operator=(LineSource&&) noexcept = default;

bool LineSource::append_line(std::string& line) {
  State& state = *state_;
  bool any = false;
  for (;;) {
    const std::string_view ready(state.text.data() + state.at, state.end - state.at);
    const std::size_t feed = ready.find('\n');
    const std::size_t take = feed == std::string_view::npos ? ready.size() : feed + 1;
    line.append(ready.substr(0, take));
    if (content_length(line) > state.max_line_bytes) {
      fail(ErrorCode::kInvalidArgument, name(), ":", state.lines + 1, ": the text is longer than the limit of ",
           state.max_line_bytes, " bytes; split it or raise the limit");
    }
    state.at += take;
    any = any || take > 0;
    if (feed != std::string_view::npos) break;
    state.at = 0;
    state.end = state.bytes.read(state.text.data(), state.text.size());
    if (state.end == 0) break;
  }
  state.lines += any ? 1 : 0;
  return any;
}

bool LineSource::waits(std::int64_t milliseconds) const {
  const std::string_view ready(state_->text.data() + state_->at, state_->end - state_->at);
  return ready.find('\n') == std::string_view::npos && state_->bytes.waits(milliseconds);
}

std::int64_t LineSource::lines() const { return state_->lines; }
const std::string& LineSource::name() const { return state_->bytes.name(); }
std::int64_t LineSource::bytes_read() const { return state_->bytes.bytes_read(); }
std::int64_t LineSource::total_bytes() const { return state_->bytes.total_bytes(); }

}  // namespace sememe
