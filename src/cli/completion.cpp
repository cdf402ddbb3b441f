#include "cli/completion.h"

#include <algorithm>

#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/output.h"

namespace sememe::cli {
namespace {

/// What may stand for a value.
enum class Kind { kNothing, kChoice, kFile };

Kind kind_of(std::string_view value) {
  if (value.find('|') != std::string_view::npos) return Kind::kChoice;
  return value.find("FILE") != std::string_view::npos || value.find("MODEL") != std::string_view::npos ? Kind::kFile
                                                                                                       : Kind::kNothing;
}

/// "npy|jsonl" as "npy jsonl".
std::string words_of(std::string_view choices) {
  std::string words(choices);
  for (char& c : words)
    if (c == '|') c = ' ';
  return words;
}

template <class Visit>
void for_each_option(const Command* command, Visit visit) {
  if (command != nullptr)
    for (const OptionGroup& group : command->groups)
      for (const Option& option : group.options) visit(option);
  for (const Option& option : shared_options().options) visit(option);
}

/// All spellings of an option: "--quiet", "-q".
std::vector<std::string> spellings(const Option& option) {
  std::vector<std::string> names = {concat("--", option.name)};
  if (option.letter != '\0') names.push_back(concat('-', option.letter));
  if (option.negatable) names.push_back(concat("--no-", option.name));
  return names;
}

/// Puts a backslash before each of `special`, and what single quotes need.
std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out.push_back('\\');
    c == '\'' ? out.append("'\\''") : out.append(1, c);
  }
  return out;
}

/// Names of a group's commands, separated by spaces; of those at the top if there is no group.
std::string names_of(const Command* group) {
  std::string names;
  for (const Command* command : group == nullptr ? commands() : group->subcommands)
    names.append(names.empty() ? "" : " ").append(command->name);
  return names;
}

/// The two `case`s of a command for bash: values of its flags, then flags and operands. `name` has those of its groups
/// before its own.
std::string bash_command(const Command* command, std::string_view name) {
  std::string flags, values;
  for_each_option(command, [&](const Option& option) {
    std::string patterns;
    for (const std::string& spelling : spellings(option)) {
      flags.append(flags.empty() ? "" : " ").append(spelling);
      patterns.append(concat(patterns.empty() ? "" : "|", '"', name, ' ', spelling, '"'));
    }
    if (option.is_switch()) return;
    const Kind kind = kind_of(option.value);
    const std::string reply = kind == Kind::kFile     ? "_sememe_files"
                              : kind == Kind::kChoice ? concat("_sememe_words \"", words_of(option.value), '"')
                                                      : ":";
    values.append(concat("    ", patterns, ") ", reply, "; return ;;\n"));
  });
  std::string operands = ":";
  if (command == nullptr || !command->subcommands.empty()) {
    operands = concat("_sememe_words \"", names_of(command), '"');
  } else if (kind_of(command->operands) == Kind::kChoice) {
    operands = concat("_sememe_words \"", words_of(command->operands), '"');
  } else if (kind_of(command->operands) == Kind::kFile) {
    operands = "_sememe_files";
  }
  return concat(values, "    \"", name, " \"*) if [[ $word == -* ]]; then _sememe_words \"", flags, "\"; else ",
                operands, "; fi ;;\n");
}

std::string zsh_action(std::string_view value) {
  switch (kind_of(value)) {
    case Kind::kChoice:
      return concat(":(", words_of(value), ')');
    case Kind::kFile:
      return ":_files";
    case Kind::kNothing:
      break;
  }
  return ": ";
}

std::string zsh_options(const Command* command) {
  std::string out;
  for_each_option(command, [&](const Option& option) {
    for (const std::string& spelling : spellings(option)) {
      out.append(concat(" \\\n        '", spelling, option.is_switch() || !spelling.starts_with("--") ? "" : "=", '[',
                        escaped(option.help, "[]:\\"), ']'));
      if (!option.is_switch()) out.append(concat(":value", zsh_action(option.value)));
      out.append("'");
    }
  });
  return out;
}

/// The commands of a group for zsh, which asks for flags, then for a name, then for what that command takes.
std::string zsh_group(const Command* group) {
  const auto members = group == nullptr ? commands() : group->subcommands;
  std::string out = concat("_arguments -C", zsh_options(nullptr),
                           " \\\n        '1:command:->command' '*::argument:->arguments'\n  case $state in\n"
                           "    command)\n      local -a names=(");
  for (const Command* command : members)
    out.append(concat("\n        '", command->name, ':', escaped(command->summary, ":\\"), '\''));
  out.append("\n      )\n      _describe command names ;;\n    arguments)\n      case $line[1] in\n");
  for (const Command* command : members) {
    out.append(concat("      ", command->name, ")\n      "));
    out.append(command->is_group() ? zsh_group(command) : concat("_arguments", zsh_options(command)));
    if (!command->is_group() && !command->subcommands.empty())
      out.append(concat(" \\\n        '1:command:(", names_of(command), ")'"));
    if (!command->operands.empty()) out.append(concat(" \\\n        '*:argument", zsh_action(command->operands), '\''));
    out.append(" ;;\n");
  }
  return out.append("      esac ;;\n  esac");
}

const Command* group_at(std::string_view path) {
  for (const NamedCommand& named : all_commands())
    if (named.path == path) return named.command;
  return nullptr;
}

/// Whether the words so far name a command, for fish.
std::string fish_condition(std::string_view path) {
  std::string out;
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t space = std::min(rest.find(' '), rest.size());
    out.append(concat(out.empty() ? "" : "; and ", "__fish_seen_subcommand_from ", rest.substr(0, space)));
    rest.remove_prefix(std::min(space + 1, rest.size()));
  }
  if (path.find(' ') != std::string_view::npos) return out;
  // A command of a group may have a name that stands at the top as well.
  for (const Command* command : commands())
    if (command->is_group() && command->name != path)
      out.append(concat("; and not __fish_seen_subcommand_from ", command->name));
  return out;
}

int run_completion(const Arguments& arguments, Console&) {
  if (arguments.operands().empty())
    fail(ErrorCode::kInvalidArgument, "completion: which shell? one of bash, zsh, fish");
  const std::string& shell = arguments.operands()[0];
  std::string script;
  if (shell == "bash") script = bash_completion();
  if (shell == "zsh") script = zsh_completion();
  if (shell == "fish") script = fish_completion();
  if (script.empty())
    fail(ErrorCode::kInvalidArgument, "completion: expected one of bash, zsh, fish, found ", quote(shell));
  AtomicFile out(output_path("-"));
  out.write(script);
  out.commit();
  return 0;
}

}  // namespace

std::string bash_completion() {
  std::string out = R"sh(# sememe completion for bash. In ~/.bashrc: eval "$(sememe completion bash)"
_sememe_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word"); }
_sememe_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$word")
}
_sememe() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= i
  COMPREPLY=()
  if [[ $word == "=" ]]; then  # bash splits --flag=value at the sign
    word=
  elif [[ $before == "=" ]]; then
    before=${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command ${COMP_WORDS[i]}" in
)sh";
  const std::vector<NamedCommand> all = all_commands();
  std::string paths;
  for (const NamedCommand& named : all) {
    const bool at_top = named.path.find(' ') == std::string::npos;
    paths.append(concat(paths.empty() ? "" : "|", '"', at_top ? " " : "", named.path, '"'));
  }
  out.append(concat("      ", paths, ") command=${command:+$command }${COMP_WORDS[i]} ;;\n    esac\n  done\n",
                    "  case \"$command $before\" in\n"));
  for (const NamedCommand& named : all) out.append(bash_command(named.command, named.path));
  return out.append(bash_command(nullptr, "")).append("  esac\n}\ncomplete -F _sememe sememe\n");
}

std::string zsh_completion() {
  std::string out = R"sh(#compdef sememe
# sememe completion for zsh. In ~/.zshrc, after compinit: eval "$(sememe completion zsh)"
_sememe() {
  local context state state_descr line
  typeset -A opt_args
)sh";
  return out.append(concat("  ", zsh_group(nullptr), "\n}\n"))
      .append("if [[ $funcstack[1] == _sememe ]]; then _sememe \"$@\"; else compdef _sememe sememe; fi\n");
}

std::string fish_completion() {
  std::string out =
      "# sememe completion for fish: sememe completion fish > ~/.config/fish/completions/sememe.fish\n"
      "complete -c sememe -f\n";
  const auto append_option = [&](const Option& option, std::string_view condition) {
    out.append(concat("complete -c sememe", condition, " -l ", option.name));
    if (option.letter != '\0') out.append(concat(" -s ", option.letter));
    const Kind kind = kind_of(option.value);
    if (kind == Kind::kFile) out.append(" -r -F");
    if (kind == Kind::kChoice) out.append(concat(" -x -a '", words_of(option.value), '\''));
    if (kind == Kind::kNothing && !option.is_switch()) out.append(" -x");
    out.append(concat(" -d '", escaped(option.help, "\\"), "'\n"));
    if (option.negatable) out.append(concat("complete -c sememe", condition, " -l no-", option.name, '\n'));
  };
  for (const Option& option : shared_options().options) append_option(option, "");
  for (const auto& [path, command] : all_commands()) {
    const std::size_t space = path.rfind(' ');
    const Command* const group = space == std::string::npos ? nullptr : group_at(path.substr(0, space));
    const std::string place = group == nullptr
                                  ? "__fish_use_subcommand"
                                  : concat('\'', fish_condition(path.substr(0, space)),
                                           "; and not __fish_seen_subcommand_from ", names_of(group), '\'');
    out.append(concat("complete -c sememe -n ", place, " -a ", command->name, " -d '", escaped(command->summary, "\\"),
                      "'\n"));
    const std::string condition = concat(" -n '", fish_condition(path), '\'');
    for (const OptionGroup& options : command->groups)
      for (const Option& option : options.options) append_option(option, condition);
    const Kind kind = kind_of(command->operands);
    if (kind == Kind::kFile) out.append(concat("complete -c sememe", condition, " -F\n"));
    if (kind == Kind::kChoice)
      out.append(concat("complete -c sememe", condition, " -a '", words_of(command->operands), "'\n"));
  }
  return out;
}

const Command kCompletion = {
    .name = "completion",
    .summary = "Print a completion script for a shell",
    .operands = "bash|zsh|fish",
    .max_operands = 1,
    .description = "Prints a script that completes commands, flags, choices and file names.",
    .examples =
        "eval \"$(sememe completion bash)\"\n"
        "sememe completion fish > ~/.config/fish/completions/sememe.fish\n",
    .run = run_completion,
};

}  // namespace sememe::cli
