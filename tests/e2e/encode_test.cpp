#include <gtest/gtest.h>

#include <cmath>

#include "io/npy.h"
#include "io/npz.h"
#include "support/cli.h"
#include "support/sanitized.h"

namespace sememe::test {
namespace {

using Encode = CliTest;

/// The float32 rows of a .npy.
std::vector<float> values_of(const std::string& file) { return read_npy(file).to_float(); }

TEST_F(Encode, NpyJsonlAndCsvHoldTheSameNumbers) {
  const std::vector<std::string> texts = {"a cat", "", "naïve café", "[MASK]"};
  const auto encode_to = [&](const std::string& file) {
    std::vector<std::string> arguments = {"encode", "-m", model(), "-o", path(file)};
    arguments.insert(arguments.end(), texts.begin(), texts.end());
    EXPECT_EQ(output_of(arguments), "");
  };
  encode_to("v.npy");
  encode_to("v.jsonl");
  encode_to("v.csv");
  const NpyArray array = read_npy(path("v.npy"));
  ASSERT_EQ(array.shape, (std::vector<std::int64_t>{4, 36}));
  const std::vector<float> want = array.to_float();

  std::vector<float> from_json;
  std::int64_t index = 0;
  for (const std::string& line : lines_of(read(path("v.jsonl")))) {
    const JsonDocument document = JsonDocument::parse(line, "line");
    const Json record = document.root();
    EXPECT_EQ(record.at("index").as_int(), index++);
    EXPECT_EQ(record.at("tokens").as_int(), record.at("tokens_used").as_int());
    EXPECT_FALSE(record.at("truncated").as_bool());
    for (const float x : floats(record.at("embedding"))) from_json.push_back(x);
  }
  EXPECT_EQ(from_json, want);

  std::vector<float> from_csv;
  for (const std::string& line : lines_of(read(path("v.csv")))) {
    const JsonDocument document = JsonDocument::parse("[" + line + "]", "line");
    for (const float x : floats(document.root())) from_csv.push_back(x);
  }
  EXPECT_EQ(from_csv, want);
}

TEST_F(Encode, EveryInputFormatGivesTheSameVectors) {
  output_of({"encode", "-m", model(), "-o", path("want.npy"), "one text", "another, longer text"});
  const std::vector<float> want = values_of(path("want.npy"));
  const std::vector<std::pair<std::string, std::vector<std::string>>> inputs = {
      {write("a.txt", "one text\nanother, longer text\n"), {}},
      {write("crlf.txt", "\xef\xbb\xbfone text\r\nanother, longer text"), {}},
      {write("a.jsonl", "{\"text\":\"one text\"}\n{\"text\":\"another, longer text\"}\n"), {}},
      {write("b.jsonl", "{\"t\":\"one text\"}\n{\"t\":\"another, longer text\"}\n"), {"--field", "t"}},
      {write("a.csv", "id,text\n1,one text\n2,\"another, longer text\"\n"), {}},
      {write("b.csv", "id,body\n1,one text\n2,\"another, longer text\"\n"), {"--column", "body"}},
      {write("a.tsv", "id\ttext\n1\tone text\n2\tanother, longer text\n"), {"--column", "2"}},
      {write("noname", "{\"text\":\"one text\"}\n{\"text\":\"another, longer text\"}\n"), {"--input-format", "jsonl"}},
  };
  for (const auto& [file, flags] : inputs) {
    std::vector<std::string> arguments = {"encode", "-m", model(), "-i", file, "-o", path("got.npy")};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    output_of(arguments);
    EXPECT_EQ(values_of(path("got.npy")), want) << file;
  }
  output_of({"encode", "-m", model(), "-o", path("got.npy")}, "one text\nanother, longer text\n");
  EXPECT_EQ(values_of(path("got.npy")), want);
  output_of({"encode", "-m", model(), "-i", "-", "--input-format", "jsonl", "--format", "npy", "-o", path("got.npy")},
            "{\"text\":\"one text\"}\n{\"text\":\"another, longer text\"}\n");
  EXPECT_EQ(values_of(path("got.npy")), want);
}

TEST_F(Encode, NpyGoesThroughAPipeWhoseLengthIsNotKnown) {
  const std::string out = output_of({"encode", "-m", model(), "--format", "npy"}, "a\nb\nc\n");
  const NpyArray array = parse_npy(std::as_bytes(std::span(out)), "pipe");
  EXPECT_EQ(array.shape, (std::vector<std::int64_t>{3, 36}));
  output_of({"encode", "-m", model(), "-o", path("file.npy"), "a", "b", "c"});
  EXPECT_EQ(array.to_float(), values_of(path("file.npy")));
}

TEST_F(Encode, OutputRedirectedToAFileIsWhole) {
  const RunResult result =
      run_sememe({"encode", "-m", model(), "--format", "npy"}, {.input = "a\nb\n", .output_file = path("r.npy")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(read_npy(path("r.npy")).shape, (std::vector<std::int64_t>{2, 36}));
}

TEST_F(Encode, TableShowsShapeFirstValuesAndTexts) {
  const std::vector<std::string> lines =
      lines_of(output_of({"encode", "-m", model(), "--format", "table", "a cat", "two\nlines"}));
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], "shape (2, 36)");
  EXPECT_TRUE(lines[1].starts_with("0 ") && lines[1].ends_with(" ...  a cat")) << lines[1];
  EXPECT_TRUE(lines[2].starts_with("1 ") && lines[2].ends_with(" ...  two lines")) << lines[2];
}

TEST_F(Encode, EmptyFileGivesNoRowsAndANote) {
  const std::string empty = write("empty.txt", "");
  const std::string note = "sememe: note: no texts in " + empty + "\n";
  output_of({"encode", "-m", model(), "-i", empty, "-o", path("e.npy")}, "", note);
  EXPECT_EQ(read_npy(path("e.npy")).shape, (std::vector<std::int64_t>{0, 36}));
  output_of({"encode", "-m", model(), "-i", empty, "-o", path("d.npy"), "--dimensions", "5"}, "", note);
  EXPECT_EQ(read_npy(path("d.npy")).shape, (std::vector<std::int64_t>{0, 5}));
  EXPECT_EQ(output_of({"encode", "-q", "-m", model(), "-i", empty}), "");
}

TEST_F(Encode, EmptyTextIsAText) {
  EXPECT_EQ(lines_of(output_of({"encode", "-m", model(), ""})).size(), 1u);
  EXPECT_EQ(lines_of(output_of({"encode", "-m", model()}, "\n\nx\n")).size(), 3u);
}

TEST_F(Encode, TruncationIsReportedAndCanBeRefused) {
  std::string words;
  for (int i = 0; i < 50; ++i) words.append("word ");
  const std::string file = write("in.txt", "short\n" + words + "\nshort again\n" + words + "\n");
  const RunResult cut = run_sememe({"encode", "-m", model(), "-i", file});
  EXPECT_EQ(cut.exit_code, 0);
  EXPECT_EQ(cut.err, "sememe: warning: 2 of 4 texts were cut to 32 tokens\n");
  const JsonDocument document = JsonDocument::parse(lines_of(cut.out)[1], "line");
  EXPECT_TRUE(document.root().at("truncated").as_bool());
  EXPECT_EQ(document.root().at("tokens_used").as_int(), 32);
  EXPECT_GT(document.root().at("tokens").as_int(), 32);

  EXPECT_EQ(run_sememe({"encode", "-q", "-m", model(), "-i", file}).err, "");
  expect_error({"encode", "-m", model(), "-i", file, "--on-long", "error", "-o", path("x.npy")}, 2,
               "in.txt:2: the text has");
  EXPECT_EQ(run_sememe({"encode", "-m", model(), "-i", file, "--on-long", "window"}).err, "");
  EXPECT_EQ(run_sememe({"encode", "-m", model(), "--max-tokens", "3", "a cat sat"}).err,
            "sememe: warning: 1 of 1 text was cut to 3 tokens\n");
}

TEST_F(Encode, TokensAreWrittenAsArchiveAndAsLines) {
  output_of({"encode", "-m", model(), "--output", "tokens", "-o", path("t.npz"), "a cat", "on the mat"});
  const NpzReader archive(path("t.npz"));
  const NpyArray vectors = archive.read("token_embeddings"), offsets = archive.read("offsets"),
                 ids = archive.read("ids");
  const auto ends = offsets.as<std::int64_t>();
  ASSERT_EQ(ends.size(), 3u);
  EXPECT_EQ(vectors.shape, (std::vector<std::int64_t>{ends[2], 36}));
  EXPECT_EQ(ids.shape, std::vector<std::int64_t>{ends[2]});

  const std::string lines = output_of({"encode", "-m", model(), "--output", "tokens", "a cat", "on the mat"});
  const JsonDocument document = JsonDocument::parse(lines_of(lines)[1], "line");
  const std::vector<Json> rows = document.root().at("token_embeddings").elements();
  ASSERT_EQ(std::ssize(rows), ends[2] - ends[1]);
  const std::vector<float> all = vectors.to_float();
  EXPECT_EQ(floats(rows[0]), std::vector<float>(all.begin() + ends[1] * 36, all.begin() + (ends[1] + 1) * 36));
  EXPECT_EQ(document.root().at("ids").elements()[0].as_int(),
            ids.as<std::int32_t>()[static_cast<std::size_t>(ends[1])]);

  const std::string pipe = output_of({"encode", "-m", model(), "--output", "tokens", "--format", "npz"}, "a cat\n");
  EXPECT_EQ(NpzReader(write("p.npz", pipe)).names(), (std::vector<std::string>{"token_embeddings", "offsets", "ids"}));
}

TEST_F(Encode, ModelOptionsReachTheEncoder) {
  const auto vector_of = [&](std::vector<std::string> flags, const std::string& name = "bert-mean") {
    flags.insert(flags.begin(), {"encode", "-m", model(name), "a cat on a mat"});
    const JsonDocument document = JsonDocument::parse(output_of(flags), "line");
    return floats(document.root().at("embedding"));
  };
  const auto norm = [](const std::vector<float>& v) {
    double sum = 0;
    for (const float x : v) sum += static_cast<double>(x) * x;
    return std::sqrt(sum);
  };
  const std::vector<float> plain = vector_of({});
  EXPECT_GT(std::abs(norm(plain) - 1), 0.1);
  EXPECT_NEAR(norm(vector_of({"--normalize"})), 1, 1e-6);
  EXPECT_EQ(vector_of({"--dimensions", "7"}).size(), 7u);
  EXPECT_NE(vector_of({"--pooling", "cls"}), plain);
  EXPECT_EQ(vector_of({"--pooling", "mean"}), plain);
  EXPECT_EQ(vector_of({"--pooling", "cls+mean"}).size(), 72u);
  EXPECT_EQ(vector_of({"--compute", "auto"}), plain);
  const std::vector<float> exact = vector_of({"--compute", "fp32"});
  for (const char* fewer : {"bf16", "int8"}) {
    const std::vector<float> near = vector_of({"--compute", fewer});
    double product = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) product += static_cast<double>(near[i]) * exact[i];
    EXPECT_NE(near, exact) << fewer;
    EXPECT_GE(product / (norm(near) * norm(exact)), 0.99) << fewer;
  }
  EXPECT_EQ(vector_of({"--threads", "1", "--batch-tokens", "1"}), plain);

  const std::string prompts = "bert-cls-normalize-prompts";
  EXPECT_NE(vector_of({"--prompt-name", "query"}, prompts), vector_of({}, prompts));
  EXPECT_EQ(vector_of({"--prompt-name", "query"}, prompts),
            vector_of({"--prompt", "Represent this sentence for searching relevant passages: "}, prompts));
  EXPECT_EQ(vector_of({"--prompt", ""}, prompts), vector_of({}, prompts));
  EXPECT_NE(vector_of({"--no-normalize"}, prompts), vector_of({}, prompts));
}

TEST_F(Encode, EnvironmentTwinsStandForFlags) {
  const RunResult twin =
      run_sememe({"encode", "a"}, {.environment = {{"SEMEME_MODEL", model()}, {"SEMEME_FORMAT", "csv"}}});
  EXPECT_EQ(twin.exit_code, 0) << twin.err;
  EXPECT_EQ(twin.out, output_of({"encode", "-m", model(), "--format", "csv", "a"}));
}

TEST_F(Encode, InvalidUtf8IsRefusedOrReplaced) {
  const std::string file = write("bad.txt", "fine\nbroken \xff here\n");
  expect_error({"encode", "-m", model(), "-i", file, "-o", path("x.npy")}, 2, "bad.txt:2");
  expect_error({"encode", "-m", model(), "broken \xff here"}, 2, "not valid UTF-8 at byte 7");
  const std::string lossy = output_of({"encode", "-m", model(), "-i", file, "--lossy"});
  EXPECT_EQ(lossy, output_of({"encode", "-m", model(), "fine", "broken \ufffd here"}));
  EXPECT_EQ(lossy, output_of({"encode", "-m", model(), "--lossy", "fine", "broken \xff here"}));
}

TEST_F(Encode, BinaryPrecisionIsPacked) {
  output_of({"encode", "-m", model(), "a cat", "--precision", "ubinary", "-o", path("u.npy")});
  output_of({"encode", "-m", model(), "a cat", "-o", path("f.npy")});
  const NpyArray packed = read_npy(path("u.npy"));
  EXPECT_EQ(packed.shape, (std::vector<std::int64_t>{1, 5}));
  const std::vector<float> values = values_of(path("f.npy"));
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(packed.as<std::uint8_t>()[i / 8] >> (7 - i % 8) & 1, values[i] > 0 ? 1 : 0) << i;
}

TEST_F(Encode, ReplacesAFileOnlyWhenDone) {
  const std::string file = write("v.npy", "old");
  expect_error({"encode", "-m", model(), "-o", file, "fine", "\xff"}, 2, "UTF-8");
  EXPECT_EQ(read(file), "old");
  output_of({"encode", "-m", model(), "-o", file, "fine"});
  EXPECT_EQ(read_npy(file).shape, (std::vector<std::int64_t>{1, 36}));
  // The input itself may be the output.
  const std::string both = write("both.jsonl", "{\"text\":\"a\"}\n");
  output_of({"encode", "-m", model(), "-i", both, "-o", both});
  EXPECT_NE(read(both).find("\"embedding\":["), std::string::npos);
}

TEST_F(Encode, VerboseTellsModelInstructionSetAndSpeed) {
  const RunResult result = run_sememe({"encode", "-v", "--threads", "1", "-m", model(), "a"});
  EXPECT_EQ(result.exit_code, 0);
  for (const std::string& part :
       {model(), std::string("instruction set"), std::string("1 thread\n"), std::string("texts/s")})
    EXPECT_NE(result.err.find(part), std::string::npos) << part << '\n' << result.err;
}

TEST_F(Encode, MemoryDoesNotGrowWithTheInput) {
  if (test::kSanitized) GTEST_SKIP() << "sanitizers keep freed memory";
  const auto peak = [&](int lines) {
    std::string text;
    for (int i = 0; i < lines; ++i) text.append("a cat on mat ").append(std::to_string(i)).append("\n");
    const RunResult result = run_sememe({"encode", "-m", model(), "-i", write("in.txt", text), "-o", path("o.npy")});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(read_npy(path("o.npy")).shape[0], lines);
    return result.peak_memory;
  };
  const std::int64_t small = peak(20000), large = peak(200000);
  EXPECT_LT(large - small, std::int64_t{8} << 20) << small << ' ' << large;
}

}  // namespace
}  // namespace sememe::test
