#include "cli/app.h"

#include <unistd.h>

#include <new>
#include <string>
#include <system_error>

#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/help.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "sememe/log.h"

namespace sememe::cli {
namespace {

constexpr const Command* kCommands[] = {&kEncode, &kSimilarity, &kTrain,    &kDistill,    &kEval,      &kWords,
                                        &kMap,    &kExplore,    &kTokenize, &kDetokenize, &kTokenizer, &kExplain,
                                        &kInfo,   &kVerify,     &kConvert,  &kBench,      &kCompletion};

constexpr Option kSharedOptions[] = {
    {"threads", '\0', "N", "Threads to compute with; 0 is all cores the process may use (default: 0)", 0, 1024},
    {"color", '\0', "auto|always|never",
     "Colours in tables; auto is on a terminal, unless NO_COLOR is set (default: auto)"},
    {"quiet", 'q', "", "No warnings, notes or progress on standard error; errors only"},
    {"verbose", 'v', "", "Say more on standard error: the model, the instruction set, the speed"},
    {"help", 'h', "", "Show this help"},
    {"version", '\0', "", "Show the version"},
};
constexpr OptionGroup kSharedGroup = {"Shared by all commands", kSharedOptions};

void print(std::string_view text) {
  AtomicFile out(output_path("-"));
  out.write(text);
  out.commit();
}

int run_command(const Arguments& arguments) {
  Console console({.quiet = arguments.on("quiet"),
                   .verbose = arguments.on("verbose"),
                   .color = use_color(arguments.text("color").value_or("auto"), STDOUT_FILENO),
                   .threads = static_cast<int>(arguments.number("threads").value_or(0))});
  set_log_handler([&console](LogLevel level, std::string_view message) {
    level == LogLevel::kWarning ? console.warning(message) : console.detail(message);
  });
  struct Detach {
    ~Detach() { set_log_handler({}); }
  } const detach;
  return arguments.command()->run(arguments, console);
}

int dispatch(std::span<const std::string_view> words) {
  const Request request = parse_arguments(words);
  const Command* const command = request.arguments.command();
  if (request.kind == Request::Kind::kVersion)
    print("sememe " SEMEME_VERSION "\n");
  else if (request.kind == Request::Kind::kHelp || command == nullptr || command->is_group())
    print(command == nullptr ? program_help() : command_help(*command));
  else
    return run_command(request.arguments);
  return 0;
}

void append_commands(std::span<const Command* const> commands, const std::string& before,
                     std::vector<NamedCommand>& out) {
  for (const Command* command : commands) {
    const std::string path = concat(before, command->name);
    append_commands(command->subcommands, path + " ", out);
    out.push_back({path, command});
  }
}

}  // namespace

std::span<const Command* const> commands() { return kCommands; }

std::vector<NamedCommand> all_commands() {
  std::vector<NamedCommand> out;
  append_commands(kCommands, "", out);
  return out;
}

std::string path_of(const Command& command) {
  for (const NamedCommand& named : all_commands())
    if (named.command == &command) return named.path;
  return std::string(command.name);
}

const OptionGroup& shared_options() { return kSharedGroup; }

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return 2;
    case ErrorCode::kNotFound:
      return 3;
    case ErrorCode::kCorrupt:
      return 4;
    case ErrorCode::kUnsupported:
      return 5;
    case ErrorCode::kIo:
      return 6;
    case ErrorCode::kOverloaded:
      return 7;
  }
  return 6;
}

int run_app(std::span<const std::string_view> words) {
  try {
    return dispatch(words);
  } catch (const Error& e) {
    print_error(e.what());
    return exit_code(e.code());
  } catch (const std::bad_alloc&) {
    print_error("not enough memory");
  } catch (const std::length_error&) {
    print_error("not enough memory");
  } catch (const std::exception& e) {  // the system's: no thread could be made, a folder could not be read
    print_error(e.what());
  }
  return exit_code(ErrorCode::kIo);
}

}  // namespace sememe::cli
