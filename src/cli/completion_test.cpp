#include "cli/completion.h"

#include <gtest/gtest.h>

#include "cli/help.h"
#include "cli/terminal.h"
#include "support/run_program.h"
#include "support/temporary_folder.h"

namespace sememe::cli {
namespace {

/// What bash offers for the last of `words`.
std::vector<std::string> offers(const std::string& words, int last) {
  const std::string script = bash_completion() + "COMP_WORDS=(" + words + "); COMP_CWORD=" + std::to_string(last) +
                             "; _sememe; printf '%s\\n' \"${COMPREPLY[@]}\"";
  const test::RunResult result = test::run({"/bin/bash", "-c", script});
  EXPECT_EQ(result.err, "");
  return test::lines_of(result.out);
}

using Words = std::vector<std::string>;

TEST(BashCompletion, OffersCommandsFlagsAndChoices) {
  EXPECT_EQ(offers("sememe en", 1), Words{"encode"});
  EXPECT_EQ(offers("sememe encode --form", 2), Words{"--format"});
  EXPECT_EQ(offers("sememe encode --no-", 2), Words{"--no-normalize"});
  EXPECT_EQ(offers("sememe -q encode --format n", 4), (Words{"npy", "npz"}));
  EXPECT_EQ(offers("sememe encode --format = j", 4), Words{"jsonl"});
  EXPECT_EQ(offers("sememe similarity --format j", 3), Words{"json"});
  EXPECT_EQ(offers("sememe --color a", 2), (Words{"auto", "always"}));
  EXPECT_EQ(offers("sememe completion z", 2), Words{"zsh"});
  EXPECT_EQ(offers("sememe encode --threads ''", 3), Words{""});
}

TEST(BashCompletion, OffersWhatACommandOfAGroupTakes) {
  EXPECT_EQ(offers("sememe tokenizer ''", 2), (Words{"train", "info"}));
  EXPECT_EQ(offers("sememe -q tokenizer tr", 3), Words{"train"});
  EXPECT_EQ(offers("sememe tokenizer train --vocab", 3), Words{"--vocab-size"});
  EXPECT_EQ(offers("sememe tokenizer train --type w", 4), (Words{"wordpiece", "wordlevel"}));
  EXPECT_EQ(offers("sememe tokenizer --vocab", 2), Words{""});
  EXPECT_EQ(offers("sememe tokenizer info --pool", 3), Words{""}) << "not those of sememe info";
  EXPECT_EQ(offers("sememe info --pool", 2), Words{"--pooling"});
}

TEST(BashCompletion, OffersFilesWithTheirSpaces) {
  const test::TemporaryFolder folder;
  folder.write("two words.txt", "");
  const std::string stem = (folder.path() / "two").string();
  EXPECT_EQ(offers("sememe encode -i " + stem, 3), Words{stem + " words.txt"});
  EXPECT_EQ(offers("sememe info " + stem, 2), Words{stem + " words.txt"});
}

TEST(Completion, EveryShellParsesItsScript) {
  const test::TemporaryFolder folder;
  const std::pair<std::string, std::string> shells[] = {
      {"bash", bash_completion()}, {"zsh", zsh_completion()}, {"fish", fish_completion()}};
  for (const auto& [shell, script] : shells) {
    EXPECT_NE(script.find("encode"), std::string::npos);
    const std::filesystem::path program = "/usr/bin/" + shell;
    if (!std::filesystem::exists(program)) continue;  // bash is where there is a Debian; the others need not be
    const test::RunResult result = test::run({program.string(), "-n", folder.write(shell, script).string()});
    EXPECT_EQ(result.err, "") << shell;
    EXPECT_EQ(result.exit_code, 0) << shell;
  }
}

TEST(Help, LinesFitIntoAHundredColumns) {
  std::string all = program_help();
  for (const auto& [path, command] : all_commands()) {
    std::string help = command_help(*command);
    all.append(help.substr(0, help.find("\nExamples:")));  // a command line is not broken
  }
  for (const std::string& line : test::lines_of(all)) EXPECT_LE(display_width(line), 100) << line;
}

TEST(Help, AGroupListsItsCommands) {
  const std::string help = command_help(kTokenizer);
  EXPECT_NE(help.find("Usage: sememe tokenizer COMMAND [FLAG...]\n"), std::string::npos) << help;
  EXPECT_NE(help.find("\nCommands:\n  train "), std::string::npos) << help;
  EXPECT_NE(command_help(*kTokenizer.subcommands[0]).find("Usage: sememe tokenizer train [FLAG...] [FILE...]\n"),
            std::string::npos);
}

TEST(Help, ParagraphsOfADescriptionAreParted) {
  EXPECT_NE(command_help(kExplore).find("woman.\n\n--tour begins with the lesson: tokens"), std::string::npos)
      << command_help(kExplore);
}

TEST(Help, NamesEveryFlag) {
  for (const auto& [path, command] : all_commands())
    for (const OptionGroup& group : command->groups)
      for (const Option& option : group.options)
        EXPECT_NE(command_help(*command).find(option.name), std::string::npos) << path << ' ' << option.name;
}

}  // namespace
}  // namespace sememe::cli
