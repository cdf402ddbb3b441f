#include <gtest/gtest.h>
#include <signal.h>

#include "support/cli.h"

namespace sememe::test {
namespace {

class Signals : public CliTest {
 protected:
  static std::string lines(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text.append("a cat on mat ").append(std::to_string(i)).append("\n");
    return text;
  }
};

TEST_F(Signals, ReaderThatStopsEndsTheProgramQuietly) {
  const RunResult result =
      run_sememe({"encode", "-m", model(), "-i", write("in.txt", lines(50000))}, {.stop_reading_after = 1});
  EXPECT_EQ(result.signal, SIGPIPE);
  EXPECT_EQ(result.err, "");
}

TEST_F(Signals, ReaderThatStopsIsNoticedUnderAParentThatIgnoresIt) {
  const RunResult result = run({"/bin/sh", "-c", "trap '' PIPE; exec \"$0\" \"$@\"", SEMEME_PROGRAM, "encode", "-m",
                                model(), "-i", write("in.txt", lines(50000))},
                               {.stop_reading_after = 1});
  EXPECT_EQ(result.signal, SIGPIPE);
  EXPECT_EQ(result.err, "");
}

TEST_F(Signals, InterruptedWorkLeavesNoFile) {
  const std::string input = write("in.txt", lines(400000));
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    // The temporary file shows that writing has begun.
    const RunResult result = run_sememe({"encode", "-m", model(), "-i", input, "-o", path("o.npy")},
                                        {.signal = signal, .signal_when = [&] { return listing().size() > 1; }});
    EXPECT_EQ(result.signal, signal);
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(listing().size(), 1u);
  }
}

TEST_F(Signals, InterruptedWorkLeavesNoFolder) {
  // The scratch folder of the program is the first thing in the folder for temporary ones.
  const auto interrupt = [&](std::vector<std::string> arguments, const std::string& file) {
    const std::string temporary = path("tmp");
    std::filesystem::create_directory(temporary);
    const RunResult result =
        run_sememe(arguments, {.environment = {{"TMPDIR", temporary}}, .signal = SIGINT, .signal_when = [&] {
                                 for (const auto& entry : std::filesystem::directory_iterator(temporary))
                                   if (std::filesystem::exists(entry.path() / file)) return true;
                                 return false;
                               }});
    EXPECT_TRUE(result.signal == SIGINT || result.exit_code == 0) << result.err;  // it may have been through
    EXPECT_TRUE(std::filesystem::is_empty(temporary)) << arguments.front();
    std::filesystem::remove_all(temporary);
  };
  interrupt({"train", "--demo", "-q", "--max-steps", "100000"}, "model/start");
  interrupt({"convert", model(), "-o", path("model.sememe")}, "config.json");
}

TEST_F(Signals, ClosedStandardOutputIsAnErrorAndNoOtherFileIsWritten) {
  const RunResult result = run({"/bin/sh", "-c", "\"$0\" encode -m \"$1\" a >&-", SEMEME_PROGRAM, model()});
  EXPECT_EQ(result.exit_code, 6);
  EXPECT_EQ(lines_of(result.err).size(), 1u) << result.err;
}

TEST_F(Signals, FileSizeLimitIsAnErrorAndLeavesNoFile) {
  const RunResult result = run({"/bin/sh", "-c", "ulimit -f 100; exec \"$0\" \"$@\"", SEMEME_PROGRAM, "encode", "-m",
                                model(), "-i", write("in.txt", lines(5000)), "-o", path("o.npy")});
  EXPECT_EQ(result.exit_code, 6) << result.err;
  EXPECT_NE(result.err.find("File too large"), std::string::npos) << result.err;
  EXPECT_EQ(listing().size(), 1u);
}

}  // namespace
}  // namespace sememe::test
