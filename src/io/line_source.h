#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace sememe {

/// Length of `line` without its line end: LF or CR LF, or a CR at the end of the input.
std::size_t content_length(std::string_view line);

/// Lines of a file or of standard input ("-"), unpacked as ByteSource does. A UTF-8 byte order mark at the start is
/// dropped. Reads what is there and waits for no more than a line, so that a pipe may be followed.
/// Errors  kInvalidArgument: an overlong line; those of ByteSource.
class LineSource {
 public:
  LineSource(const std::filesystem::path& path, std::int64_t max_line_bytes);
  ~LineSource();
  LineSource(LineSource&&) noexcept;
  LineSource& operator=(LineSource&&) noexcept;

  /// Appends the next line with its line end to `line`; false at the end of the input. Refuses to make `line` longer
  /// than the limit, line end apart, without reading further.
  bool append_line(std::string& line);
  /// Whether append_line() would still wait after so long.
  bool waits(std::int64_t milliseconds) const;

  std::int64_t lines() const;        ///< handed out so far
  const std::string& name() const;   ///< the path, or "standard input"
  std::int64_t bytes_read() const;   ///< of the file as stored
  std::int64_t total_bytes() const;  ///< 0 if unknown

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sememe
