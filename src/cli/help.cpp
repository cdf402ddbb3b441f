#include "cli/help.h"

#include <algorithm>

#include "base/fail.h"
#include "cli/terminal.h"

namespace sememe::cli {
namespace {

constexpr int kWidth = 100, kHelpColumn = 30;  // not the terminal's: docs/cli.md must not depend on who makes it

/// `text` in lines of at most kWidth columns that begin with `indent` spaces; the first begins at column `at`.
std::string wrapped(std::string_view text, int indent, int at) {
  std::string out;
  bool line_begins = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, end);
    const int width = display_width(word);
    if (!line_begins && at + 1 + width > kWidth) {
      out.append("\n").append(static_cast<std::size_t>(indent), ' ');
      at = indent;
      line_begins = true;
    }
    if (!line_begins) out.push_back(' '), ++at;
    out.append(word);
    at += width;
    line_begins = end < text.size() && text[end] == '\n';
    if (line_begins) {
      out.append("\n").append(static_cast<std::size_t>(indent), ' ');
      at = indent;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out.append("\n");
}

/// "  <left>   <text>", the text from kHelpColumn on, on a line of its own if `left` is long.
std::string entry(std::string_view left, std::string_view text) {
  std::string out = concat("  ", left);
  if (display_width(out) + 2 > kHelpColumn) out.append("\n");
  out.append(static_cast<std::size_t>(out.back() == '\n' ? kHelpColumn : kHelpColumn - display_width(out)), ' ');
  return out.append(wrapped(text, kHelpColumn, kHelpColumn));
}

std::string group_help(const OptionGroup& group) {
  std::string out = concat('\n', group.title, ":\n");
  for (const Option& option : group.options) {
    std::string left = option.letter == '\0' ? "    " : concat('-', option.letter, ", ");
    left.append(concat("--", option.negatable ? "[no-]" : "", option.name));
    if (!option.is_switch()) left.append(" ").append(option.value);
    out.append(entry(left, option.help));
  }
  return out;
}

std::string examples_help(std::string_view examples) {
  std::string out = "\nExamples:\n";
  for (std::string_view rest = examples; !rest.empty();) {
    const std::size_t end = rest.find('\n') + 1;
    out.append("  ").append(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  return out;
}

}  // namespace

std::string program_help() {
  std::string out =
      "Turns text into vectors and shows why they mean something.\n\n"
      "Usage: sememe COMMAND [FLAG...] [ARGUMENT...]\n\nCommands:\n";
  for (const Command* command : commands()) out.append(entry(command->name, command->summary));
  out.append(group_help(shared_options()));
  out.append(
      examples_help("sememe similarity \"A cat sat on the mat.\" \"A feline rested on the rug.\"\n"
                    "sememe encode -i sentences.txt -o vectors.npy\n"
                    "sememe COMMAND --help\n"));
  for (const std::string_view paragraph :
       {"Every flag has an environment twin: SEMEME_MODEL for --model, SEMEME_MAX_TOKENS for --max-tokens, 1 or 0 for "
        "a "
        "switch. What stands on the command line counts more.",
        "Data goes to standard output or to the file of -o, messages to standard error. Files appear when they are "
        "complete, or not at all.",
        "Exit codes: 0 done, 1 the answer is no (verify), 2 usage, 3 not found, 4 corrupt data, 5 unsupported, "
        "6 input/output or memory, 7 overloaded. A closed pipe (| head) or Ctrl-C ends the program quietly, by its "
        "signal."})
    out.append("\n").append(wrapped(paragraph, 0, 0));
  return out;
}

std::string command_help(const Command& command) {
  std::string out = concat(command.summary, ".\n\nUsage: sememe ", path_of(command),
                           command.is_group()             ? " COMMAND"
                           : !command.subcommands.empty() ? " [COMMAND]"
                                                          : "",
                           " [FLAG...]");
  if (!command.operands.empty()) out.append(" ").append(command.operands);
  out.append("\n\n").append(wrapped(command.description, 0, 0));
  if (!command.subcommands.empty()) out.append("\nCommands:\n");
  for (const Command* subcommand : command.subcommands) out.append(entry(subcommand->name, subcommand->summary));
  for (const OptionGroup& group : command.groups) out.append(group_help(group));
  out.append(group_help(shared_options()));
  return out.append(examples_help(command.examples));
}

}  // namespace sememe::cli
