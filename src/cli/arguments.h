#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace sememe::cli {

enum class Source { kNone, kEnvironment, kCommandLine };

/// What one run of the program was asked: values of flags, each from the command line or else from its environment
/// twin SEMEME_<FLAG>, and the operands. All are checked against the tables before anything runs.
class Arguments {
 public:
  Source source(std::string_view name) const;
  bool given(std::string_view name) const { return source(name) != Source::kNone; }
  /// Value of a flag that takes one.
  std::optional<std::string> text(std::string_view name) const;
  /// All values of a flag that repeats, in their order.
  std::vector<std::string> texts(std::string_view name) const;
  std::optional<std::int64_t> number(std::string_view name) const;
  /// Whether a switch is on; nullopt if neither it nor its negation is given.
  std::optional<bool> toggle(std::string_view name) const;
  bool on(std::string_view name) const { return toggle(name).value_or(false); }

  const std::vector<std::string>& operands() const { return operands_; }
  /// The command that they are for; nullptr: none was named. A group: none of its subcommands was.
  const Command* command() const { return command_; }

 private:
  friend class Parser;
  struct Value {
    std::string text;
    std::vector<std::string> texts;  // of a flag that repeats
    std::int64_t number = 0;
    Source source = Source::kNone;
  };
  const Value* find(std::string_view name) const;

  const Command* command_ = nullptr;
  std::map<std::string, Value, std::less<>> values_;
  std::vector<std::string> operands_;
};

struct Request {
  enum class Kind { kRun, kHelp, kVersion };
  Kind kind = Kind::kRun;
  Arguments arguments;
};

/// Reads the words after the program's name: flags anywhere, `--flag VALUE` or `--flag=VALUE`, `-f VALUE` or `-fVALUE`,
/// switches bundled (`-qv`), "--" before operands that begin with a dash. The last of repeated flags counts, unless the
/// flag is meant to repeat.
/// Environment twins are read for the flags of the command that is run; an empty variable is none.
/// Errors  kInvalidArgument: an unknown command or flag (with the nearest), a missing or wrong value, too many
/// operands.
Request parse_arguments(std::span<const std::string_view> words);

/// "SEMEME_MAX_TOKENS" of "max-tokens".
std::string environment_twin(std::string_view flag);

/// The parts of "a|b|c".
std::vector<std::string_view> choices_of(const Option& option);

}  // namespace sememe::cli
