// Files packed by gzip or zstd are read by every command as what they unpack to.

#include <gtest/gtest.h>

#include "io/test_packing.h"
#include "support/cli.h"

namespace sememe::test {
namespace {

class Packed : public CliTest {
 protected:
  /// Runs `run` with a file as it is and in each packing; the outputs must be equal.
  template <class Run>
  void expect_same(const std::string& name, const std::string& bytes, const Run& run) const {
    const std::string expected = run(write(name, bytes));
    EXPECT_FALSE(expected.empty());
    const std::string half = bytes.substr(0, bytes.size() / 2), rest = bytes.substr(bytes.size() / 2);
    EXPECT_TRUE(run(write(name + ".gz", gzip(half) + gzip(rest))) == expected) << name << ", gzip";
    EXPECT_TRUE(run(write(name + ".zst", zstd(half) + zstd(rest))) == expected) << name << ", zstd";
  }
  static std::string sentences() {
    std::string text;
    for (int i = 0; i < 300; ++i)
      text += i % 2 == 0 ? "the cat eats a fish and sleeps\n" : "red cars drive on roads to town\n";
    return text;
  }
};

TEST_F(Packed, TextsAreEncodedAndTokenized) {
  const auto encode = [&](const std::string& file) {
    return output_of({"encode", "-m", model(), "-i", file, "--format", "csv"});
  };
  expect_same("a.txt", "one\ntwo words\n", encode);
  expect_same("a.jsonl", "{\"text\": \"one\"}\n{\"text\": \"two words\"}\n", encode);
  expect_same("a.csv", "id,text\n1,one\n2,two words\n", encode);
  expect_same("pairs.tsv", "text\tid\none\t1\n", [&](const std::string& file) {
    return output_of({"tokenize", "-m", model(), "-i", file, "--format", "json"});
  });
}

TEST_F(Packed, CorporaTrainTokenizersAndWordVectors) {
  expect_same("corpus.txt", sentences(), [&](const std::string& file) {
    output_of({"tokenizer", "train", "-i", file, "--type", "wordpiece", "--vocab-size", "60", "-o", path("t.json")});
    return read(path("t.json"));
  });
  const std::vector<std::string> usual = {"--dim", "8", "--epochs", "2", "--min-count", "1"};
  for (const std::string method : {"word2vec", "glove", "fasttext"})
    expect_same("corpus.txt", sentences(), [&](const std::string& file) {
      std::vector<std::string> all = {"words", "train", method, "-i", file, "-o", path("v.bin"), "-q"};
      all.insert(all.end(), usual.begin(), usual.end());
      if (method == "fasttext") all.insert(all.end(), {"--bucket", "500"});
      output_of(all);
      return read(path("v.bin"));
    });
  std::string labelled;
  for (int i = 0; i < 100; ++i)
    labelled += i % 2 == 0 ? "__label__pet cat fur paw\n" : "__label__car wheel motor road\n";
  expect_same("labelled.txt", labelled, [&](const std::string& file) {
    output_of({"words", "train", "supervised", "-i", file, "-o", path("m.bin"), "--dim", "8", "-q"});
    return read(path("m.bin")) + output_of({"words", "predict", path("m.bin"), "-i", file, "--test"});
  });
}

TEST_F(Packed, WordVectorsAreReadFromPackedFiles) {
  const auto neighbors = [&](const std::string& file) {
    return output_of({"words", "neighbors", file, "a", "-k", "2"});
  };
  const std::string rows = "a 1 0\nb 1 1\nc 0 1\n";
  expect_same("glove.txt", rows, neighbors);
  expect_same("v.vec", "3 2\n" + rows, neighbors);
  const std::string text = write("v.vec", "3 2\n" + rows);
  output_of({"words", "convert", text, "--to", "binary", "-o", path("v")});
  expect_same("v.bin", read(path("v")), neighbors);
  output_of({"words", "convert", text, "--to", "safetensors", "-o", path("v")});
  expect_error({"words", "neighbors", write("v.gz", gzip(read(path("v")))), "a"}, 5, "packed safetensors are not read");
  expect_error({"words", "neighbors", write("cut.vec.gz", gzip(rows).substr(0, 20)), "a"}, 4, "breaks off at byte 20");
}

TEST_F(Packed, ModelsLearnFromAndAreJudgedByPackedRows) {
  std::string pairs = "anchor\tpositive\n", json, csv = "score,sentence1,sentence2\n";
  for (int i = 0; i < 16; ++i) {
    const std::string n = std::to_string(i);
    pairs += "cat " + n + "\tfeline " + n + "\n";
    json += "{\"anchor\": \"cat " + n + "\", \"positive\": \"feline " + n + "\"}\n";
    csv += "0." + n + ",cat " + n + ",\"feline, " + n + "\"\n";
  }
  const auto train = [&](const std::string& file) {
    std::filesystem::remove_all(path("out"));
    output_of({"train", "-q", "-m", model(), "-d", file, "--batch-size", "8", "-o", path("out")});
    return read(path("out/model.safetensors"));
  };
  expect_same("pairs.tsv", pairs, train);
  expect_same("pairs.jsonl", json, train);
  expect_same("scored.csv", csv, [&](const std::string& file) {
    const std::string line = output_of({"eval", "-m", model(), "sts:" + file});
    return line.substr(line.find(':'));
  });
}

TEST_F(Packed, TruncatedInputIsAnErrorAndLeavesNothing) {
  const std::string packed = zstd(sentences());
  const std::string cut = write("cut.zst", packed.substr(0, packed.size() - 5));
  const std::string part = "cut.zst: the zstd data is truncated: it breaks off at byte ";
  expect_error({"encode", "-m", model(), "-i", cut, "-o", path("v.npy")}, 4, part);
  expect_error({"words", "train", "word2vec", "-i", cut, "-o", path("v.txt")}, 4, part);
  expect_error({"tokenizer", "train", "-i", cut, "-o", path("t.json")}, 4, part);
}

}  // namespace
}  // namespace sememe::test
