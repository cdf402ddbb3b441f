#include "sememe/words.h"

#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <filesystem>
#include <sstream>

#include "support/cli.h"

namespace sememe::test {
namespace {

class WordsProgram : public CliTest {
 protected:
  void SetUp() override {}  // needs no shared data

  std::string royal() const {
    return write("royal.txt",
                 "man 10 0 0 0\nwoman 0 10 0 0\nking 1 0 1 0\nqueen 0 1 1 0\nbanana 0 0 0 1\napple 0 0 0.1 1\n");
  }
};

TEST_F(WordsProgram, AnswersAreLinesOrJson) {
  EXPECT_EQ(output_of({"words", "neighbors", royal(), "banana", "-k", "2"}), "apple   0.9950\nman     0.0000\n");
  EXPECT_EQ(output_of({"words", "neighbors", royal(), "banana", "apple", "-k", "1", "--json"}),
            "{\"words\":[\"banana\",\"apple\"],\"neighbors\":[{\"word\":\"king\",\"score\":0.035223607}]}\n");
  EXPECT_EQ(output_of({"words", "analogy", royal(), "king", "man", "woman", "-k", "1"}), "queen   0.9586\n");
  const JsonDocument analogy = JsonDocument::parse(
      output_of({"words", "analogy", royal(), "king", "man", "woman", "--method", "3cosmul", "--json"}), "output");
  EXPECT_EQ(analogy.root().at("method").as_string(), "3cosmul");
  EXPECT_EQ(analogy.root().at("b").as_string(), "man");
  EXPECT_EQ(analogy.root().at("answers").elements()[0].at("word").as_string(), "queen");
  EXPECT_EQ(output_of({"words", "similarity", royal(), "king", "queen"}), "0.5000\n");
  EXPECT_EQ(output_of({"words", "similarity", royal(), "king queen", "woman", "--json"}),
            "{\"a\":\"king queen\",\"b\":\"woman\",\"similarity\":0.4082483}\n");
  EXPECT_EQ(lines_of(output_of({"words", "odd-one-out", royal(), "king", "banana", "queen"}))[0], "banana   0.5000");
  EXPECT_TRUE(output_of({"words", "odd-one-out", royal(), "king", "banana", "queen", "--json"})
                  .starts_with("{\"odd\":\"banana\",\"words\":[{\"word\":\"banana\",\"score\":0.5"));
}

TEST_F(WordsProgram, AnalogiesByDirectionAndByPairs) {
  const std::vector<std::string> direct = {"words", "analogy", royal(), "king", "man", "woman", "-k", "1"};
  std::vector<std::string> by_direction = direct;
  by_direction.insert(by_direction.end(), {"--method", "pairdirection"});
  EXPECT_TRUE(output_of(by_direction).starts_with("queen "));
  EXPECT_EQ(output_of({"words", "analogy", royal(), "woman", "--pair", "man:king", "-k", "1"}), output_of(direct));
  const JsonDocument json = JsonDocument::parse(
      output_of({"words", "analogy", royal(), "woman", "--pair", "man:king", "--pair", "banana:apple", "--json"}), "x");
  EXPECT_EQ(json.root().at("word").as_string(), "woman");
  EXPECT_EQ(json.root().at("pairs").elements().size(), 2u);
  EXPECT_EQ(json.root().at("answers").elements().size(), 1u);
  expect_error({"words", "analogy", royal(), "woman", "--pair", "man"}, 2, "expected two words with a colon between");
  expect_error({"words", "analogy", royal(), "woman", "--pair", "man:king", "--method", "3cosmul"}, 2,
               "not for --pair");
  expect_error({"words", "analogy", royal(), "woman", "--pair", "man:kingg"}, 3, "did you mean 'king'");
}

TEST_F(WordsProgram, PhrasesStandWithUnderscores) {
  const std::string file = write("p.txt", "new_york 1 0\nlos_angeles 1 0.1\nnew 0 1\nsalad 0.1 1\n");
  EXPECT_EQ(output_of({"words", "neighbors", file, "new york", "-k", "1"}), "los_angeles   0.9950\n");
  EXPECT_EQ(output_of({"words", "similarity", file, "new york", "los angeles"}), "0.9950\n");
  EXPECT_EQ(output_of({"words", "similarity", file, "new salad", "new"}), "0.9988\n");
  EXPECT_EQ(output_of({"words", "vector", file, "new york"}), "new_york 1 0\n");
  EXPECT_EQ(lines_of(output_of({"words", "odd-one-out", file, "new york", "los angeles", "salad"}))[0].substr(0, 5),
            "salad");
  EXPECT_EQ(output_of({"words", "analogy", file, "new york", "new", "salad", "-k", "1"}), "los_angeles   0.9946\n");
}

TEST_F(WordsProgram, CompareShowsOneStaticVectorAndTwoContextualOnes) {
  const std::string model = SEMEME_SOURCE_DIR "/data/sememe-mini-en.sememe";
  const JsonDocument json = JsonDocument::parse(
      output_of({"words", "compare", "river bank", "Bank account", "--word", "bank", "-m", model, "--json"}), "output");
  EXPECT_EQ(json.root().at("static").as_number(), 1.0);
  EXPECT_LT(json.root().at("contextual").as_number(), 0.95);
  EXPECT_GT(json.root().at("contextual").as_number(), 0.0);
  const JsonDocument same = JsonDocument::parse(
      output_of({"words", "compare", "river bank", "river bank", "--word", "bank", "-m", model, "--json"}), "output");
  EXPECT_GT(same.root().at("contextual").as_number(), 0.999999);
  const auto lines = lines_of(output_of({"words", "compare", "river bank", "bank account", "--word", "bank"}));
  EXPECT_EQ(lines[0], "              static      contextual");
  EXPECT_TRUE(lines[1].starts_with("bank          1.0000      0.")) << lines[1];
  expect_error({"words", "compare", "river bank", "account", "--word", "bank"}, 2,
               "'bank' does not stand in the text 'account'");
  expect_error({"words", "compare", "river bank", "bank account"}, 2, "no --word; give --word WORD");
  expect_error({"words", "compare", "bank", "--word", "bank"}, 2, "expected two texts");
  expect_error({"words", "compare", "a bannana", "bannana", "--word", "bannana"}, 3, "did you mean 'banana'");
  expect_error({"words", "compare", "king", "a king", "--word", "king", "--vectors", path("absent")}, 3, "absent");
}

TEST_F(WordsProgram, FilesOfWordVectorsEncodeTexts) {
  const std::string file = write("v.txt", "the 1 1\nking 2 0\nqueen 0 3\n");
  EXPECT_EQ(output_of({"encode", "-m", file, "The King, the queen", "unknown", "--format", "csv"}), "1,1.25\n0,0\n");
  EXPECT_EQ(output_of({"encode", "-m", file, "king", "--normalize", "--format", "csv"}), "1,0\n");
  EXPECT_EQ(output_of({"encode", "-m", file, "king the", "--format", "jsonl"}),
            "{\"index\":0,\"tokens\":2,\"tokens_used\":2,\"truncated\":false,\"embedding\":[1.5,0.5]}\n");
  // The one direction of all texts is taken away.
  const std::string nothing =
      output_of({"encode", "-m", file, "king", "king king", "--pooling", "sif", "--format", "jsonl"});
  ASSERT_EQ(lines_of(nothing).size(), 2u);
  for (const std::string& line : lines_of(nothing))
    for (const float value : floats(JsonDocument::parse(line, "line").root().at("embedding")))
      EXPECT_LE(std::abs(value), 1e-12F);
  EXPECT_NE(
      output_of({"encode", "-m", file, "king", "--pooling", "sif", "--remove-components", "0", "--format", "csv"}),
      "0,0\n");
  const std::string pairs = write("p.tsv",
                                  "score\tsentence1\tsentence2\n5\tking\tthe king\n1\tking\tqueen\n3\tqueen\tthe "
                                  "king\n");
  EXPECT_NE(output_of({"eval", "-m", file, "sts:" + pairs}).find("spearman"), std::string::npos);
  expect_error({"encode", "-m", file, "king", "--pooling", "cls"}, 2, "word vectors have mean, sif and usif");
  expect_error({"encode", "-m", file, "king", "--dimensions", "1"}, 2, "--dimensions is for models");
  expect_error({"encode", "-m", file, "king", "--remove-components", "3"}, 2, "expected 0 to 2, found 3");
  expect_error({"encode", "king", "--remove-components", "1"}, 2, "is for files of word vectors");
}

TEST_F(WordsProgram, FilesOfWordVectorsCompareAndMapTexts) {
  const std::string file = write("v.txt", "the 1 1\nking 2 0\nqueen 0 3\n");
  EXPECT_EQ(output_of({"similarity", "-m", file, "king", "queen", "King", "--format", "csv"}), "1,0,1\n0,1,0\n1,0,1\n");
  const std::string pairs = write("p.txt", "king\tthe king\nking\tqueen\n");
  EXPECT_EQ(output_of({"similarity", "-m", file, "--pairs", "--measure", "dot", "-i", pairs}), "3\n0\n");
  // The one direction of all texts, of which these have no other, is taken away.
  const std::string same = write("s.txt", "king\tking king\n");
  EXPECT_EQ(output_of({"similarity", "-m", file, "--pairs", "--measure", "dot", "--pooling", "sif", "-i", same}),
            "0\n");
  const std::string texts = write("t.txt", "the king\nqueen\nking\nthe queen\n");
  const std::string map = output_of({"map", "-m", file, "-i", texts, "--method", "pca", "-o", "-", "--format", "csv"});
  EXPECT_NE(map.find("the queen"), std::string::npos) << map;
  output_of({"explore", "-m", file, "-i", texts, "--html", path("page.html")});
  EXPECT_TRUE(read(path("page.html")).starts_with("<!DOCTYPE html>"));
  expect_error({"similarity", "-m", file, "king", "--max-tokens", "9"}, 2, "--max-tokens is for models");
}

TEST_F(WordsProgram, VectorsArePrinted) {
  EXPECT_EQ(output_of({"words", "vector", royal(), "king", "apple"}), "king 1 0 1 0\napple 0 0 0.1 1\n");
  EXPECT_EQ(output_of({"words", "vector", royal(), "king", "--json"}),
            "{\"word\":\"king\",\"known\":true,\"vector\":[1.0,0.0,1.0,0.0]}\n");
}

TEST_F(WordsProgram, WithoutAFileTheProgramsOwnVectorsAnswer) {
  EXPECT_TRUE(output_of({"words", "analogy", "king", "man", "woman"}).starts_with("queen "));
  const std::vector<std::vector<std::string>> kinds = {{"cat", "dog", "bird", "fish"},
                                                       {"car", "truck", "bus", "bike"},
                                                       {"apple", "banana", "orange"},
                                                       {"king", "queen", "prince"}};
  const WordVectors vectors =
      WordVectors::load(std::filesystem::path(SEMEME_SOURCE_DIR) / "data" / "words-en.safetensors");
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    for (const std::string& word : kinds[kind]) {
      float best = -1;
      std::size_t nearest = 0;
      for (std::size_t other = 0; other < kinds.size(); ++other) {
        for (const std::string& candidate : kinds[other]) {
          const std::string a[] = {word}, b[] = {candidate};
          if (candidate == word || vectors.similarity(a, b) <= best) continue;
          best = vectors.similarity(a, b);
          nearest = other;
        }
      }
      EXPECT_EQ(nearest, kind) << word;
    }
  }
  expect_error({"words", "neighbors", "kkkking"}, 3, "is not among its 50000 words");
  expect_error({"words", "similarity", "a", "b", "c"}, 2, "no file is named 'a'");
}

TEST_F(WordsProgram, UnknownWordsAreThreeWithWhatMayBeMeant) {
  for (const std::string command : {"neighbors", "vector"})
    expect_error({"words", command, royal(), "bannana"}, 3, "is not among its 6 words; did you mean 'banana'?");
  expect_error({"words", "analogy", royal(), "king", "man", "womna"}, 3, "did you mean 'woman'");
  expect_error({"words", "similarity", royal(), "king", "qqq"}, 3, "'qqq' is not among its 6 words");
  expect_error({"words", "odd-one-out", royal(), "king", "qqq", "man"}, 3, "'qqq'");
}

TEST_F(WordsProgram, UsageAndBadFilesAreErrors) {
  expect_error({"words", "neighbors"}, 2, "expected a file and 1 or more words, found no file");
  expect_error({"words", "analogy", royal(), "king", "man"}, 2, "expected a file and 3 words, found 2 words");
  expect_error({"words", "eval", royal()}, 2, "give --similarity FILE or --analogies FILE");
  expect_error({"words", "info", path("absent")}, 3, "absent");
  expect_error({"words", "info", write("cut.txt", "3 2\na 1 2\nbbbb 3 4\n")}, 4, "the file ends after 2");
  expect_error({"words", "info", write("odd.txt", "a 1 nan\n")}, 4, "odd.txt:1: 'nan' is not a finite number");
  expect_error({"words", "info", write("pickle.kv", "\x80\x04.")}, 5, "save_word2vec_format");
  expect_error({"words", "convert", write("s.txt", "a 1\nb c 2\n"), "-o", path("out.txt")}, 2, "has a space inside");
}

TEST_F(WordsProgram, ConvertsThereAndBackWithoutChange) {
  const std::string text = path("a.txt"), binary = path("b.bin"), glove = path("c.txt");
  EXPECT_EQ(output_of({"words", "convert", royal(), "-o", text}), "");
  EXPECT_EQ(output_of({"words", "convert", text, "-o", binary}), "");
  EXPECT_EQ(output_of({"words", "convert", binary, "-o", glove, "--to", "glove"}), "");
  EXPECT_EQ(output_of({"words", "convert", glove}), read(text));
  EXPECT_EQ(output_of({"words", "convert", glove, "-o", path("d.safetensors")}), "");
  EXPECT_EQ(output_of({"words", "convert", path("d.safetensors")}), read(text));
  EXPECT_EQ(output_of({"words", "convert", glove, "-o", path("e.safetensors"), "--precision", "int8"}), "");
  // 127 steps of each row change the cosine of 0.9950 a little.
  EXPECT_EQ(output_of({"words", "neighbors", path("e.safetensors"), "banana", "-k", "1"}).substr(0, 12),
            "apple   0.99");
  expect_error({"words", "convert", glove, "--precision", "int8"}, 2, "is for safetensors");
  EXPECT_TRUE(read(text).starts_with("6 4\nman 10.0 0.0 0.0 0.0\n"));
  EXPECT_TRUE(read(binary).starts_with("6 4\nman "));
  EXPECT_EQ(output_of({"words", "convert", binary, "--limit", "1", "--to", "glove"}), "man 10.0 0.0 0.0 0.0\n");
  EXPECT_EQ(output_of({"words", "convert", write("s.txt", "a 1\nb c 2\n"), "--spaces", "_"}), "2 1\na 1.0\nb_c 2.0\n");
}

TEST_F(WordsProgram, ConvertTakesTheMeanAway) {
  EXPECT_EQ(output_of({"words", "convert", write("m.txt", "a 1 4\nb 2 0\n"), "--center", "--to", "glove"}),
            "a -0.5 2.0\nb 0.5 -2.0\n");
}

TEST_F(WordsProgram, InfoTellsFormatAndSizes) {
  EXPECT_EQ(output_of({"words", "info", "--json", royal()}),
            "{\"file\":\"" + royal() +
                "\",\"format\":\"glove\",\"words\":6,\"dim\":4,\"ngram_buckets\":0,\"first_words\":[\"man\",\"woman\","
                "\"king\",\"queen\",\"banana\",\"apple\"]}\n");
  EXPECT_NE(output_of({"words", "info", royal()}).find("words           6\n"), std::string::npos);
}

TEST_F(WordsProgram, WordsThatAreNotUtf8AreShownSafely) {
  const std::string file = write("odd.txt", "a 1 0\n\xff\x1b[31m 1 0.1\n");
  const std::string warning = "sememe: warning: " + file + ": 1 words are not UTF-8; their bytes are kept\n";
  EXPECT_EQ(output_of({"words", "neighbors", file, "a"}, "", warning), "\\xff\\x1b[31m   0.9950\n");
  EXPECT_EQ(output_of({"words", "neighbors", file, "a", "--json", "-q"}),
            "{\"words\":[\"a\"],\"neighbors\":[{\"word\":\"\xEF\xBF\xBD\\u001b[31m\",\"score\":0.9950372}]}\n");
}

TEST_F(WordsProgram, EvaluationIsATableOrJson) {
  const std::string pairs = write("p.tsv", "king\tqueen\t9\nman\tbanana\t1\napple\tbanana\t8\nx\ty\t3\nodd line\n");
  const std::string questions = write("q.txt", ": royal\nman king woman queen\nman king woman x\n");
  const std::string warning =
      "sememe: warning: " + pairs + ": 1 lines are not two words and a number and were passed over\n";
  const std::string table =
      output_of({"words", "eval", royal(), "--similarity", pairs, "--analogies", questions}, "", warning);
  EXPECT_NE(table.find("spearman  0.5000  pearson  "), std::string::npos) << table;
  EXPECT_NE(table.find("3 of 4 pairs"), std::string::npos) << table;
  EXPECT_NE(table.find("total                          100.00 %       1 of      1, 1 skipped"), std::string::npos)
      << table;
  const JsonDocument json = JsonDocument::parse(
      output_of({"words", "eval", royal(), "--json", "-q", "--similarity", pairs, "--analogies", questions}), "output");
  EXPECT_NEAR(json.root().at("similarity").elements()[0].at("spearman").as_number(), 0.5, 1e-12);
  EXPECT_EQ(json.root().at("analogies").elements()[0].at("total").at("correct").as_int(), 1);
}

TEST_F(WordsProgram, Word2VecTrainsTheSameBytesWithAnyNumberOfThreads) {
  std::string text;
  for (int i = 0; i < 900; ++i)
    text.append(i % 2 == 0 ? "the cat eats a fish and sleeps\n" : "red cars drive on roads to town\n");
  const std::string corpus = write("corpus.txt", text);
  const std::vector<std::string> words = {"words", "train", "word2vec", "-i", corpus, "--dim", "8", "--sample", "0.01"};
  const auto trained = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all = words;
    all.insert(all.end(), more.begin(), more.end());
    return output_of(all);
  };
  const std::string expected = trained({"--threads", "1"});
  EXPECT_TRUE(expected.starts_with("14 8\n")) << expected.substr(0, 20);
  EXPECT_EQ(trained({"--threads", "2"}), expected);
  EXPECT_EQ(trained({"--threads", "4"}), expected);
  EXPECT_NE(trained({"--seed", "2"}), expected);
  EXPECT_NE(trained({"--architecture", "cbow"}), expected);
  EXPECT_EQ(trained({"-o", path("v.bin"), "--epochs", "9", "--lr", "0.1"}), "");
  EXPECT_EQ(lines_of(output_of({"words", "neighbors", path("v.bin"), "cat", "-k", "14"})).size(), 13u);
  EXPECT_EQ(lines_of(output_of({"words", "info", path("v.bin")}))[1], "format          binary");
}

TEST_F(WordsProgram, FastTextTrainsModelsThatAnswerForUnknownWords) {
  std::string text;
  for (int i = 0; i < 400; ++i)
    text.append(i % 2 == 0 ? "the cat eats a fish and sleeps\n" : "red cars drive on roads to town\n");
  const std::string corpus = write("corpus.txt", text);
  EXPECT_EQ(output_of({"words", "train", "fasttext", "-i", corpus, "-o", path("m.bin"), "--vec", path("m.vec"), "--dim",
                       "8", "--bucket", "1000", "--min-count", "1"}),
            "");
  EXPECT_EQ(output_of({"words", "convert", path("m.bin"), "--to", "text"}), read(path("m.vec")));
  const JsonDocument info = JsonDocument::parse(output_of({"words", "info", "--json", path("m.bin")}), "output");
  EXPECT_EQ(info.root().at("format").as_string(), "fasttext");
  EXPECT_EQ(info.root().at("ngram_buckets").as_int(), 1000);
  EXPECT_NE(output_of({"words", "vector", path("m.bin"), "catfish", "--json"}).find("\"known\":false"),
            std::string::npos);
  expect_error({"words", "train", "fasttext", "-i", corpus}, 2, "no --out; give -o FILE");
  expect_error({"words", "predict", path("m.bin"), "a"}, 5, "a model of words predicts no labels");
}

TEST_F(WordsProgram, LabelsAreLearntToldAndKeptSmall) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    const std::string n = std::to_string(i % 40);
    text.append(i % 2 == 0 ? "__label__pet cat fur paw tail" + n + "\n"
                           : "__label__car wheel motor road seat" + n + "\n");
  }
  const std::string corpus = write("labelled.txt", text), model = path("m.bin"), small = path("m.ftz");
  EXPECT_EQ(output_of({"words", "train", "supervised", "-i", corpus, "-o", model, "--dim", "8", "--lr", "0.5",
                       "--word-ngrams", "2", "--bucket", "500"}),
            "");
  EXPECT_TRUE(output_of({"words", "predict", model, "cat paw"}).starts_with("__label__pet 0.9"));
  EXPECT_EQ(lines_of(output_of({"words", "predict", model, "cat paw", "wheel", "-k", "2"})).size(), 2u);
  EXPECT_EQ(output_of({"words", "predict", model, "-i", corpus, "--test", "--json"}),
            "{\"lines\":300,\"precision\":1.0,\"recall\":1.0}\n");
  EXPECT_EQ(output_of({"words", "quantize", model, "-o", small, "--cutoff", "300", "--qnorm", "--retrain", corpus}),
            "");
  EXPECT_LT(read(small).size(), read(model).size());
  const JsonDocument answer =
      JsonDocument::parse(output_of({"words", "predict", small, "--json", "-i", write("t.txt", "motor road\n")}), "x");
  EXPECT_EQ(answer.root().at("labels").elements()[0].at("label").as_string(), "__label__car");
  expect_error({"words", "predict", model}, 2, "expected texts, or a file of them");
  expect_error({"words", "predict", corpus, "a"}, 5, "not a fastText model");
  expect_error({"words", "quantize", small, "-o", path("x")}, 5, "only once");
}

TEST_F(WordsProgram, TrainingsThatAreKilledAndResumedGiveTheSameBytes) {
  std::string text;
  for (int i = 0; i < 8000; ++i)
    text.append(i % 2 == 0 ? "the cat eats a fish and sleeps\n" : "red cars drive on roads to town\n");
  const std::string corpus = write("corpus.txt", text);
  const auto command = [&](const std::string& what, const std::string& out, std::vector<std::string> more) {
    std::vector<std::string> all = {"words",
                                    "train",
                                    what,
                                    "-i",
                                    corpus,
                                    "-o",
                                    path(out),
                                    "--dim",
                                    "20",
                                    "--epochs",
                                    what == "glove" ? "200" : "8"};
    if (what == "fasttext") all.insert(all.end(), {"--bucket", "2000"});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  for (const std::string what : {"word2vec", "fasttext", "glove"}) {
    output_of(command(what, "whole", {}));
    RunResult result;
    int kills = 0, left = 0;
    for (; kills < 40; ++kills) {
      // Killed twice where there is a checkpoint, then ever later, wherever it is; in the end so late that a slow
      // machine gets through, too.
      int looks = 0;
      const std::string threads = std::to_string(1 + kills % 3);
      result = run_sememe(command(what, "killed", {"--resume", "--save-minutes", "1e-9", "--threads", threads}),
                          {.signal = SIGKILL, .signal_when = [&] {
                             if (kills < 2)
                               return std::filesystem::exists(path("killed.checkpoint")) && ++looks > 3 * kills;
                             return ++looks > 10 * (kills + 1) + kills * kills * kills / 2;
                           }});
      if (result.signal == 0) break;
      left += std::filesystem::exists(path("killed.checkpoint"));
    }
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_GE(left, 2) << what;
    EXPECT_EQ(read(path("whole")), read(path("killed"))) << what;
    EXPECT_FALSE(std::filesystem::exists(path("killed.checkpoint")));
  }
}

TEST_F(WordsProgram, CorporaArePreparedAndTheirPhrasesJoined) {
  EXPECT_EQ(output_of({"words", "prepare", "-i", "-", "--max-words", "2"}, "New York!\nis far\n"), "new york\n");
  EXPECT_EQ(output_of({"words", "prepare", "-i",
                       write("t",
                             "A\xFF"
                             "b\n")},
                      "", "sememe: warning: 1 lines are not UTF-8; what is not counts as spaces\n"),
            "a b\n");
  const std::string corpus = write("c", "new york x\nnew york y\nnew york z\nold york\n");
  EXPECT_EQ(output_of({"words", "phrases", "-i", corpus, "--min-count", "1", "--threshold", "1.5"}),
            "new_york x\nnew_york y\nnew_york z\nold york\n");
  EXPECT_EQ(output_of({"words", "phrases", corpus, "--list", "--scoring", "npmi", "--min-count", "2"}).substr(0, 9),
            "new_york\t");
  expect_error({"words", "phrases", "-i", corpus, "-o", path("no/x")}, 6, "cannot write");
  expect_error({"words", "prepare"}, 2, "no corpus; give -i FILE");
}

TEST_F(WordsProgram, OptionsOfAClassifierAreLookedFor) {
  std::string text;
  for (int i = 0; i < 200; ++i) text.append(i % 2 == 0 ? "__label__x p q\n" : "__label__y q p\n");
  const std::string corpus = write("l", text);
  const std::vector<std::string> tune = {"words",       "train", "supervised", "-i",       corpus, "-o",
                                         path("m.bin"), "--dim", "8",          "--bucket", "1000"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), tune.begin(), tune.end());
    return more;
  };
  const RunResult found = run_sememe(with({"--autotune-validation", corpus, "--autotune-trials", "10"}));
  EXPECT_EQ(found.exit_code, 0);
  EXPECT_TRUE(found.err.starts_with("sememe: note: F1 1.0000, the best of 10: --epochs ")) << found.err;
  const std::string flags = found.err.substr(found.err.find("--epochs"));
  std::vector<std::string> again;
  std::istringstream words(flags);
  for (std::string word; words >> word;) again.push_back(word);
  const std::string model = read(path("m.bin"));
  EXPECT_EQ(output_of(with(again)), "");
  EXPECT_EQ(read(path("m.bin")), model);
  const RunResult late =
      run_sememe(with({"--autotune-validation", corpus, "--autotune-trials", "1", "--cooldown", "0.8"}));
  EXPECT_TRUE(late.err.find(" --cooldown 0.8\n") != std::string::npos) << late.err;
  expect_error(with({"--autotune-trials", "3"}), 2, "--autotune-trials needs --autotune-validation FILE");
  expect_error(with({"--autotune-validation", corpus, "--autotune-metric", "f2"}), 2, "expected f1 or f1:LABEL");
  expect_error(with({"--autotune-validation", corpus, "--resume"}), 2, "has no checkpoints");
}

TEST_F(WordsProgram, CheckpointsAreAskedForRightlyAndOutputsAreLookedAtFirst) {
  const std::string corpus = write("c", "a b a b a b a b a b\n");
  expect_error({"words", "train", "glove", "-i", corpus, "--resume"}, 2, "give -o FILE");
  expect_error({"words", "train", "word2vec", "-i", corpus, "-o", path("v"), "--save-minutes", "-1"}, 2,
               "--save-minutes: expected 0 or more");
  expect_error({"words", "train", "word2vec", "-i", path("absent"), "-o", path("no/v")}, 6, "cannot write");
  write("v.checkpoint", "not one");
  expect_error({"words", "train", "word2vec", "-i", corpus, "-o", path("v")}, 2, "there is a checkpoint already");
  expect_error({"words", "train", "word2vec", "-i", corpus, "-o", path("v"), "--resume"}, 4, "v.checkpoint");
}

TEST_F(WordsProgram, Word2VecErrorsLeaveNothing) {
  expect_error({"words", "train", "word2vec"}, 2, "no corpus; give -i FILE");
  expect_error({"words", "train", "word2vec", "-i", "-"}, 2, "standard input cannot be read again");
  expect_error({"words", "train", "word2vec", "-i", path("absent"), "-o", path("v")}, 3, "absent");
  expect_error({"words", "train", "word2vec", "-i", write("c", "a b a"), "-o", path("v")}, 2, "no word of the corpus");
  expect_error({"words", "train", "word2vec", "-i", write("c", "a b a"), "--sample", "x"}, 2,
               "--sample: expected a number");
  expect_error({"words", "train", "word2vec", "-i", write("c", "a b a"), "--sample", "2"}, 2, "sample is 2");
}

}  // namespace
}  // namespace sememe::test
