#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
  bool repeats = false;    ///< a text that may be given more than once

  bool is_switch() const { return value.empty(); }
  bool is_number() const { return value == "N"; }
  bool is_choice() const { return value.find('|') != std::string_view::npos; }
};

/// Flags that stand together under a title in --help.
struct OptionGroup {
  std::string_view title;
  std::span<const Option> options;
};

/// One subcommand: a table and a function, a group of further subcommands, or both.
struct Command {
  std::string_view name;
  std::string_view summary;   ///< one line
  std::string_view operands;  ///< as the usage line shows them: "[TEXT...]"; "" takes none
  std::int64_t max_operands = 0;
  std::string_view description;  ///< paragraphs
  std::string_view examples;     ///< command lines, each with its line end
  std::span<const OptionGroup> groups = {};
  /// Returns the exit code of a run without error (0, or 1 when the answer is "no").
  int (*run)(const Arguments&, Console&) = nullptr;
  /// Named by the word after its own name. A command that has some takes no operands.
  std::span<const Command* const> subcommands = {};

  /// Whether it is not run itself.
  bool is_group() const { return run == nullptr; }
};

extern const Command kEncode, kSimilarity, kTrain, kDistill, kEval, kWords, kMap, kExplore, kTokenize, kDetokenize,
    kTokenizer, kExplain, kInfo, kVerify, kConvert, kBench, kCompletion;

/// The commands that stand first on a command line, in the order of --help.
std::span<const Command* const> commands();

struct NamedCommand {
  std::string path;  ///< "tokenizer train"
  const Command* command;
};
/// Every command, also those inside of groups, each after the members of its group.
std::vector<NamedCommand> all_commands();
/// "tokenizer train" of the command that is named train.
std::string path_of(const Command& command);

/// Flags that every command takes, before or after its name.
const OptionGroup& shared_options();

}  // namespace sememe::cli
