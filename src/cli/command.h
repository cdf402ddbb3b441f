#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sememe::cli {

class Arguments;
class Console;

/// One flag. Parsing, --help, docs/cli.md and the completions are all made from it.
struct Option {
  std::string_view name;   ///< without its dashes
  char letter = '\0';      ///< of the short form, if there is one
  std::string_view value;  ///< "" a switch, "N" an integer, "a|b|c" a choice, else a text ("FILE" completes files)
  std::string_view help;   ///< one sentence, not ended by a period
  std::int64_t least = 0;  ///< bounds of an integer
  std::int64_t most = 0;   //
  bool negatable = false;  ///< a switch that --no-<name> turns off

  bool is_switch() const { return value.empty(); }
  bool is_number() const { return value == "N"; }
  bool is_choice() const { return value.find('|') != std::string_view::npos; }
};

/// Flags that stand together under a title in --help.
struct OptionGroup {
  std::string_view title;
  std::span<const Option> options;
};

/// One subcommand: a table and a function.
struct Command {
  std::string_view name;
  std::string_view summary;   ///< one line
  std::string_view operands;  ///< as the usage line shows them: "[TEXT...]"; "" takes none
  std::int64_t max_operands = 0;
  std::string_view description;  ///< paragraphs
  std::string_view examples;     ///< command lines, each with its line end
  std::span<const OptionGroup> groups;
  /// Returns the exit code of a run without error (0, or 1 when the answer is "no").
  int (*run)(const Arguments&, Console&) = nullptr;
};

extern const Command kEncode, kSimilarity, kTokenize, kDetokenize, kExplain, kInfo, kVerify, kCompletion;

/// All commands, in the order of --help.
std::span<const Command* const> commands();
/// Flags that every command takes, before or after its name.
const OptionGroup& shared_options();

}  // namespace sememe::cli
