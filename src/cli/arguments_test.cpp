#include "cli/arguments.h"

#include <gtest/gtest.h>

#include "sememe/error.h"
#include "support/temporary_folder.h"

namespace sememe::cli {
namespace {

using test::ScopedEnvironment;

Request parse(std::vector<std::string_view> words) { return parse_arguments(words); }

std::string error_of(std::vector<std::string_view> words) {
  return test::error_of<Error>([&] { parse_arguments(words); });
}

TEST(Arguments, FlagsTakeValuesInEveryUsualSpelling) {
  for (const auto& words :
       std::vector<std::vector<std::string_view>>{{"encode", "--max-tokens", "7", "a"},
                                                  {"encode", "--max-tokens=7", "a"},
                                                  {"encode", "a", "--max-tokens", "7"},
                                                  {"encode", "--max-tokens=3", "--max-tokens=7", "a"}}) {
    const Arguments arguments = parse(words).arguments;
    EXPECT_EQ(arguments.number("max-tokens"), 7);
    EXPECT_EQ(arguments.operands(), std::vector<std::string>{"a"});
  }
  EXPECT_EQ(parse({"encode", "-mX"}).arguments.text("model"), "X");
  EXPECT_EQ(parse({"encode", "-m", "X"}).arguments.text("model"), "X");
  EXPECT_EQ(parse({"encode", "-qvmX"}).arguments.text("model"), "X");
  EXPECT_TRUE(parse({"encode", "-qvmX"}).arguments.on("verbose"));
}

TEST(Arguments, SharedFlagsStandBeforeOrAfterTheCommand) {
  EXPECT_EQ(parse({"--threads", "3", "encode"}).arguments.number("threads"), 3);
  EXPECT_EQ(parse({"encode", "--threads", "3"}).arguments.number("threads"), 3);
  EXPECT_EQ(parse({"-q", "info", "x"}).arguments.command(), &kInfo);
}

TEST(Arguments, TextsAreTakenAsTheyAre) {
  const std::vector<std::string_view> texts = {"[MASK]", "[a,b]", "", "++", "-", "info", "a=b", "it's", "\"\""};
  std::vector<std::string_view> words = texts;
  words.insert(words.begin(), "encode");
  const Arguments arguments = parse(words).arguments;
  EXPECT_EQ(std::vector<std::string_view>(arguments.operands().begin(), arguments.operands().end()), texts);
}

TEST(Arguments, AfterTwoDashesAllAreTexts) {
  const Arguments arguments = parse({"encode", "--", "--format", "-5", "--"}).arguments;
  EXPECT_EQ(arguments.operands(), (std::vector<std::string>{"--format", "-5", "--"}));
}

TEST(Arguments, EmptyValueIsAValue) {
  EXPECT_EQ(parse({"encode", "--prompt", "", "a"}).arguments.text("prompt"), "");
  const Arguments arguments = parse({"encode", "--prompt=", "a"}).arguments;
  EXPECT_EQ(arguments.text("prompt"), "");
  EXPECT_EQ(arguments.operands(), std::vector<std::string>{"a"});
}

TEST(Arguments, SwitchCanBeTurnedOff) {
  EXPECT_EQ(parse({"encode"}).arguments.toggle("normalize"), std::nullopt);
  EXPECT_EQ(parse({"encode", "--normalize"}).arguments.toggle("normalize"), true);
  EXPECT_EQ(parse({"encode", "--normalize", "--no-normalize"}).arguments.toggle("normalize"), false);
}

TEST(Arguments, HelpAndVersionWinOverWhatFollows) {
  EXPECT_EQ(parse({"encode", "--help", "--bogus"}).kind, Request::Kind::kHelp);
  EXPECT_EQ(parse({"-h"}).arguments.command(), nullptr);
  EXPECT_EQ(parse({"--version", "bogus"}).kind, Request::Kind::kVersion);
  EXPECT_EQ(parse({}).arguments.command(), nullptr);
}

TEST(Arguments, EnvironmentTwinIsReadUnlessTheFlagIsGiven) {
  const ScopedEnvironment tokens("SEMEME_MAX_TOKENS", "9"), normalize("SEMEME_NORMALIZE", "0"),
      empty("SEMEME_MODEL", "");
  const Arguments twin = parse({"encode", "a"}).arguments;
  EXPECT_EQ(twin.number("max-tokens"), 9);
  EXPECT_EQ(twin.source("max-tokens"), Source::kEnvironment);
  EXPECT_EQ(twin.toggle("normalize"), false);
  EXPECT_FALSE(twin.given("model"));
  const Arguments flag = parse({"encode", "a", "--max-tokens", "7"}).arguments;
  EXPECT_EQ(flag.number("max-tokens"), 7);
  EXPECT_EQ(flag.source("max-tokens"), Source::kCommandLine);
}

TEST(Arguments, WrongEnvironmentTwinIsAnErrorThatNamesIt) {
  const ScopedEnvironment twin("SEMEME_THREADS", "many");
  EXPECT_EQ(error_of({"encode", "a"}), "0: SEMEME_THREADS: expected a whole number from 0 to 1024, found 'many'");
}

TEST(Arguments, UnknownNamesGiveTheNearest) {
  EXPECT_EQ(error_of({"encode", "--fromat", "npy"}), "0: unknown flag '--fromat'; did you mean '--format'?");
  EXPECT_EQ(error_of({"encode", "--fromat=npy"}), "0: unknown flag '--fromat'; did you mean '--format'?");
  EXPECT_EQ(error_of({"encdoe"}), "0: unknown command 'encdoe'; did you mean 'encode'?");
  EXPECT_EQ(error_of({"frobnicate"}), "0: unknown command 'frobnicate'; sememe --help lists them");
  EXPECT_EQ(error_of({"encode", "--format", "nyp"}),
            "0: --format: expected one of npy, npz, jsonl, csv, table, found 'nyp'; did you mean 'npy'?");
  EXPECT_EQ(error_of({"encode", "-5"}), "0: unknown flag '-5'; write -- before a text that begins with a dash");
  EXPECT_EQ(error_of({"--model", "x"}), "0: unknown flag '--model'; flags of a command stand after its name");
}

TEST(Arguments, NumbersAreWholeAndInBounds) {
  for (const std::string_view wrong : {"-1", "1025", "1.5", "0x2", "2 ", "", "99999999999999999999"})
    EXPECT_TRUE(error_of({"encode", "--threads", wrong}).starts_with("0: --threads: expected a whole number")) << wrong;
  EXPECT_EQ(parse({"encode", "--threads", "1024"}).arguments.number("threads"), 1024);
}

TEST(Arguments, MissingAndSuperfluousWordsAreErrors) {
  EXPECT_EQ(error_of({"encode", "--format"}), "0: flag '--format' needs a value (npy|npz|jsonl|csv|table)");
  EXPECT_EQ(error_of({"encode", "-m"}), "0: flag '-m' needs a value (MODEL)");
  EXPECT_EQ(error_of({"encode", "--lossy=1"}), "0: flag '--lossy' takes no value; found '--lossy=1'");
  EXPECT_EQ(error_of({"info", "a", "b"}), "0: info: unexpected argument 'b'; it takes [MODEL]");
}

TEST(Arguments, CommandsOfAGroupAreNamedAfterIt) {
  EXPECT_EQ(parse({"tokenizer"}).arguments.command(), &kTokenizer);
  const Arguments arguments = parse({"tokenizer", "-q", "train", "train", "--vocab-size", "7"}).arguments;
  ASSERT_NE(arguments.command(), nullptr);
  EXPECT_EQ(path_of(*arguments.command()), "tokenizer train");
  EXPECT_EQ(arguments.operands(), std::vector<std::string>{"train"});
  EXPECT_EQ(arguments.number("vocab-size"), 7);
  EXPECT_EQ(error_of({"tokenizer", "trian"}), "0: unknown command 'tokenizer trian'; did you mean 'train'?");
  EXPECT_EQ(error_of({"tokenizer", "encode"}),
            "0: unknown command 'tokenizer encode'; sememe tokenizer --help lists them");
  EXPECT_EQ(error_of({"tokenizer", "--vocab-size", "7", "train"}),
            "0: unknown flag '--vocab-size'; flags of a command stand after its name");
  EXPECT_EQ(error_of({"tokenizer", "info", "a", "b"}), "0: tokenizer info: unexpected argument 'b'; it takes [MODEL]");
}

TEST(Arguments, FlagsThatRepeatKeepAllTheirValues) {
  const ScopedEnvironment twin("SEMEME_INPUT", "z");
  EXPECT_EQ(parse({"tokenizer", "train", "-i", "a", "-ib", "--input=c"}).arguments.texts("input"),
            (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(parse({"tokenizer", "train"}).arguments.texts("input"), std::vector<std::string>{"z"});
  EXPECT_EQ(parse({"encode", "-i", "a", "-i", "b"}).arguments.text("input"), "b");
}

TEST(Arguments, EveryCommandIsComplete) {
  for (const auto& [path, command] : all_commands()) {
    EXPECT_FALSE(command->summary.empty() || command->description.empty()) << path;
    EXPECT_TRUE(command->examples.ends_with('\n')) << path;
    EXPECT_EQ(command->run == nullptr, command->is_group()) << path;
    EXPECT_TRUE(!command->is_group() || !command->subcommands.empty()) << path;
    EXPECT_TRUE(command->subcommands.empty() || command->max_operands == 0) << path;
    for (const OptionGroup& group : command->groups)
      for (const Option& option : group.options) {
        EXPECT_FALSE(option.help.empty() || option.help.ends_with('.')) << option.name;
        EXPECT_EQ(option.is_number(), option.most > 0) << option.name;
      }
  }
}

}  // namespace
}  // namespace sememe::cli
