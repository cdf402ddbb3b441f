#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sememe/error.h"

namespace sememe {

/// Unpacks the members of gzip or the frames of zstd in a stream of bytes, one after another.
class Unpacker {
 public:
  struct Fault {
    ErrorCode code;
    std::string what;  ///< "the gzip data is damaged"
  };
  /// What the first bytes of a file tell. With too few bytes to tell, kUndecided.
  enum class Kind { kUndecided, kPlain, kGzip, kZstd, kOther };
  static Kind kind_of(std::string_view head);
  static bool unpacks(std::string_view head);  ///< whether it is kGzip or kZstd
  /// For kGzip and kZstd.
  static std::unique_ptr<Unpacker> make(Kind kind);
  /// The program that unpacks a file of kind kOther.
  static std::string_view program_for(std::string_view head);

  virtual ~Unpacker() = default;
  virtual std::string_view name() const = 0;  ///< "gzip"
  /// Unpacks from the front of `packed`, which goes, into `out`; how many bytes it wrote. After a fault nothing more.
  virtual std::size_t unpack(std::string_view& packed, std::span<char> out) = 0;

  const std::optional<Fault>& fault() const { return fault_; }
  /// Whether all that was read is whole members or frames, handed out entirely.
  bool between() const { return between_; }
  /// Whether unpack() may have more to write without reading.
  bool holds_more() const { return holds_more_; }

 protected:
  std::optional<Fault> fault_;
  bool between_ = true, holds_more_ = false;
};

/// A file's name without .gz, .zst or .zstd at its end.
std::string_view without_packing(std::string_view name);

}  // namespace sememe
