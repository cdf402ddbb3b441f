#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "io/file.h"
#include "io/json.h"
#include "support/run_program.h"
#include "support/shared_data.h"
#include "support/temporary_folder.h"

namespace sememe::test {

/// Tests of the program with a tiny model, in a folder of their own. Skipped without the shared data.
class CliTest : public testing::Test {
 protected:
  void SetUp() override { SEMEME_SKIP_WITHOUT(model_path()); }

  static std::filesystem::path model_path(const std::string& name = "bert-mean") {
    return shared_data("golden/models/" + name);
  }
  static std::string model(const std::string& name = "bert-mean") { return model_path(name).string(); }
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  std::string write(const std::string& name, std::string_view bytes) const {
    return folder_.write(name, bytes).string();
  }
  static std::string read(const std::string& file) { return read_file(file, std::int64_t{1} << 30); }

  /// Names and sizes of all files of the folder.
  std::map<std::string, std::uintmax_t> listing() const {
    std::map<std::string, std::uintmax_t> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      files[entry.path().filename().string()] = entry.is_regular_file() ? entry.file_size() : 0;
    return files;
  }

  /// Runs a command that must succeed, and say nothing but `err`.
  static std::string output_of(const std::vector<std::string>& arguments, const std::string& input = "",
                               const std::string& err = "") {
    const RunResult result = run_sememe(arguments, {.input = input});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, err);
    return result.out;
  }

  /// The contract of every error: its code, one line on standard error, nothing on standard output, no file left.
  void expect_error(const std::vector<std::string>& arguments, int code, const std::string& part,
                    const RunOptions& options = {}) const {
    std::string words;
    for (const std::string& argument : arguments) words.append(argument.substr(0, 100)).append(" ");
    SCOPED_TRACE(words);
    const auto before = listing();
    const RunResult result = run_sememe(arguments, options);
    EXPECT_EQ(result.exit_code, code);
    EXPECT_EQ(result.signal, 0);
    EXPECT_FALSE(result.timed_out);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(result.err.starts_with("sememe: ")) << result.err;
    EXPECT_EQ(result.err.find('\n'), result.err.size() - 1) << result.err;
    EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
    EXPECT_EQ(listing(), before);
  }

  /// The numbers of a JSON array.
  static std::vector<float> floats(const Json& array) {
    std::vector<float> values;
    for (const Json& element : array.elements()) values.push_back(static_cast<float>(element.as_number()));
    return values;
  }

  TemporaryFolder folder_;
};

}  // namespace sememe::test
