#pragma once

#include <stdexcept>
#include <string>

namespace sememe {

/// Why a call failed. The program's exit codes are a table over these.
enum class ErrorCode {
  kInvalidArgument,  ///< the caller's value is wrong: a shape, a flag, a text that is not UTF-8
  kNotFound,         ///< a file, model, tensor or token that was asked for is absent
  kCorrupt,          ///< bytes that exist but break their own format
  kUnsupported,      ///< well formed, and not something this build can do
  kIo,               ///< the operating system refused
  kOverloaded,       ///< a queue is full: try again
};

/// The one exception that Sememe throws. what() is one line: what, where (file, tensor, line),
/// expected, found, what to do.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace sememe
