// sememe train and eval with a tiny model: the same bytes for any threads and after kills, and clear errors.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>

#include "io/json.h"
#include "support/cli.h"
#include "support/sanitized.h"

namespace sememe::test {
namespace {

class Train : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    std::string pairs = "anchor\tpositive\n", scored = "score\tsentence1\tsentence2\n";
    const char* const words[] = {"cat", "river", "market", "song", "paper", "winter", "engine", "bread"};
    for (int i = 0; i < 64; ++i) {
      const std::string a = std::string("the ") + words[i % 8] + " of " + words[i / 8],
                        b = std::string("a ") + words[i % 8] + " and " + words[(i + 3) % 8];
      pairs += a + "\t" + b + "\n";
      scored += std::to_string(i % 6) + "\t" + a + "\t" + b + "\n";
    }
    write("pairs.tsv", pairs);
    write("scored.tsv", scored);
  }
  std::string config(const std::string& more) const {
    const std::string rate = more.find("learning_rate") == std::string::npos ? "\"learning_rate\": 1e-3, " : "";
    return "{\"model\": \"" + model() + "\", \"data\": \"pairs.tsv\", \"batch_size\": 8, " + rate + more + "}";
  }
  std::vector<std::string> train(const std::string& name, std::vector<std::string> more = {}) const {
    std::vector<std::string> all = {"train", "-q", "--config", path("train.json"), "--out", path(name)};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  /// Every file of a trained model.
  std::string bytes(const std::string& name) const {
    std::string all;
    for (const char* file : {"model.safetensors", "config.json", "golden.jsonl"}) all += read(path(name + "/" + file));
    return all;
  }
};

TEST_F(Train, GivesTheSameBytesForAnyNumberOfThreads) {
  write("train.json", config("\"epochs\": 2, \"dropout\": 0.1"));
  output_of(train("one", {"--threads", "1"}));
  output_of(train("three", {"--threads", "3"}));
  EXPECT_EQ(bytes("one"), bytes("three"));
  EXPECT_NE(read(path("one/model.safetensors")), read(model() + "/model.safetensors"));
  output_of(train("seed", {"--seed", "2"}));
  EXPECT_NE(bytes("one"), bytes("seed"));
}

TEST_F(Train, KilledAndResumedItGivesTheSameBytes) {
  write("train.json", config("\"epochs\": 60, \"save_steps\": 3, \"eval\": \"sts:scored.tsv\", \"eval_steps\": 4"));
  output_of(train("whole"));
  RunResult result;
  int kills = 0;
  for (; kills < 40; ++kills) {
    // Killed ever later, wherever it is then; in the end so late that a slow machine gets through, too.
    int looks = 0;
    result = run_sememe(train("killed", {"--resume"}), {.signal = SIGKILL, .signal_when = [&] {
                                                          return ++looks > 10 * (kills + 1) + kills * kills * kills / 8;
                                                        }});
    if (result.signal == 0) break;
  }
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_GE(kills, 3);
  EXPECT_EQ(bytes("whole"), bytes("killed"));
  EXPECT_FALSE(std::filesystem::exists(path("killed/checkpoint.safetensors")));
}

TEST_F(Train, AFullDiskAtACheckpointLeavesTheOneBefore) {
  write("train.json", config("\"epochs\": 12, \"save_steps\": 2"));
  output_of(train("whole"));
  const std::string checkpoint = path("full/checkpoint.safetensors");
  run_sememe(train("full"), {.signal = SIGKILL, .signal_when = [&] { return std::filesystem::exists(checkpoint); }});
  const std::string before = read(checkpoint);
  // Files of four kilobytes at most: to the program, the same as a full disk.
  std::string words = "ulimit -f 8; exec '" SEMEME_PROGRAM "'";
  for (const std::string& word : train("full", {"--resume"})) words += " '" + word + "'";
  const RunResult full = run({"/bin/sh", "-c", words});
  EXPECT_EQ(full.exit_code, 6) << full.err;
  EXPECT_NE(full.err.find("checkpoint.safetensors"), std::string::npos) << full.err;
  EXPECT_EQ(read(checkpoint), before);
  for (const auto& entry : std::filesystem::directory_iterator(path("full")))
    EXPECT_NE(entry.path().extension(), ".tmp") << entry.path();
  output_of(train("full", {"--resume"}));
  EXPECT_EQ(bytes("whole"), bytes("full"));
}

TEST_F(Train, AdaptersAreTheSameBytesForAnyThreadsAndAfterAKill) {
  write("train.json",
        config("\"epochs\": 12, \"save_steps\": 2, \"lora\": {\"rank\": 4, \"alpha\": 16, \"dropout\": 0.1, "
               "\"target_modules\": [\"query\", \"output.dense\"]}"));
  const auto all = [&](const std::string& name) {
    return bytes(name) + read(path(name + "/adapter/adapter_model.safetensors")) +
           read(path(name + "/adapter/adapter_config.json"));
  };
  output_of(train("one", {"--threads", "1"}));
  output_of(train("two", {"--threads", "2"}));
  EXPECT_EQ(all("one"), all("two"));
  EXPECT_NE(read(path("one/model.safetensors")), read(model() + "/model.safetensors"));
  run_sememe(train("killed"), {.signal = SIGKILL, .signal_when = [&] {
                                 return std::filesystem::exists(path("killed/checkpoint.safetensors"));
                               }});
  output_of(train("killed", {"--resume"}));
  EXPECT_EQ(all("one"), all("killed"));
}

TEST_F(Train, PretrainingByMaskedTokensComesFirstAndIsResumed) {
  const std::string scratch =
      "\"scratch\": {\"hidden_size\": 24, \"layers\": 1, \"heads\": 2, \"intermediate_size\": 32, \"vocab_size\": 90, "
      "\"max_positions\": 16}, \"data\": \"pairs.tsv\", \"batch_size\": 8, \"learning_rate\": 1e-3";
  write("train.json", "{" + scratch +
                          ", \"epochs\": 2, \"save_steps\": 2, \"pretrain\": {\"epochs\": 4, "
                          "\"batch_size\": 16, \"learning_rate\": 2e-3}}");
  output_of(train("one", {"--threads", "1"}));
  output_of(train("two", {"--threads", "2"}));
  EXPECT_EQ(bytes("one"), bytes("two"));
  for (const char* where : {"killed/pretrained/checkpoint.safetensors", "killed/checkpoint.safetensors"})
    run_sememe(train("killed", {"--resume"}),
               {.signal = SIGKILL, .signal_when = [&] { return std::filesystem::exists(path(where)); }});
  output_of(train("killed", {"--resume"}));
  EXPECT_EQ(bytes("one"), bytes("killed"));
  EXPECT_EQ(bytes("one/pretrained"), bytes("killed/pretrained"));
  EXPECT_NE(read(path("one/pretrained/model.safetensors")), read(path("one/pretrained/start/model.safetensors")));
  EXPECT_EQ(read(path("one/model.safetensors")).find("cls.predictions"), std::string::npos);
  write("plain.json", "{" + scratch + ", \"epochs\": 2}");
  output_of({"train", "-q", "--config", path("plain.json"), "--out", path("plain")});
  EXPECT_NE(bytes("one"), bytes("plain"));
}

TEST_F(Train, GradCacheAndAccumulationStayNearTheWholeBatch) {
  write("train.json", config("\"max_steps\": 4"));
  output_of(train("whole"));
  output_of(train("parts", {"--mini-batch", "3"}));
  const auto vectors = [&](const std::string& name) {
    const JsonDocument json = JsonDocument::parse(
        output_of({"encode", "-m", path(name), "--compute", "fp32", "--format", "jsonl", "the cat of bread"}),
        "encode");
    return floats(json.root().at("embedding"));
  };
  const auto a = vectors("whole"), b = vectors("parts");
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_LE(std::abs(a[i] - b[i]), 2e-3) << i;
}

TEST_F(Train, LearnsAndWritesAModelThatIsVerified) {
  write("train.json", "{\"model\": \"" + model() +
                          "\", \"loss\": \"cosent\", \"data\": {\"file\": \"scored.tsv\", "
                          "\"range\": [0, 5]}, \"batch_size\": 8, \"learning_rate\": 1e-3, \"epochs\": 20}");
  output_of(train("model"));
  const auto score = [&](const std::string& name) {
    const JsonDocument json =
        JsonDocument::parse(output_of({"eval", "-m", name, "sts:" + path("scored.tsv"), "--json"}), "eval");
    return json.root().at("metrics").at("spearman").as_number();
  };
  EXPECT_GT(score(path("model")), score(model()) + 0.3);
  EXPECT_NE(output_of({"verify", path("model")}).find("golden vectors"), std::string::npos);
}

TEST_F(Train, APlainTransformersFolderBecomesASentenceEncoder) {
  const std::string plain = (std::filesystem::path(model()).parent_path() / "plain-bert-prefix").string();
  const auto begin = [&](const std::string& name, const std::string& more) {
    write(name + ".json",
          "{\"model\": \"" + plain + "\", \"data\": \"pairs.tsv\", \"learning_rate\": 1e-3" + more + "}");
    return std::vector<std::string>{"train", "-q", "-c", path(name + ".json"), "-o", path(name)};
  };
  expect_error(begin("silent", ""), 2, "say it with --pooling (cls, max, mean");
  const auto vector = [&](const std::string& name, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"encode", "-m", name, "--compute", "fp32", "--format", "jsonl", "the cat of bread"});
    return floats(JsonDocument::parse(output_of(more), "encode").root().at("embedding"));
  };
  // With a rate of nothing, what comes out is what went in.
  output_of(begin("same", ", \"pooling\": \"cls+mean\", \"max_steps\": 1, \"freeze\": \"\""));
  EXPECT_EQ(vector(path("same")), vector(plain, {"--pooling", "cls+mean"}));
  output_of({"verify", path("same")});
  output_of(
      begin("student", ", \"pooling\": \"cls\", \"student\": {\"layers\": [0]}, \"pretrain\": {\"max_steps\": 1}"));
  const JsonDocument json = JsonDocument::load(path("student/1_Pooling/config.json"));
  EXPECT_TRUE(json.root().at("pooling_mode_cls_token").as_bool());
  EXPECT_FALSE(json.root().at("pooling_mode_mean_tokens").as_bool());
  output_of({"verify", path("student")});
  write("own.json", config("\"pooling\": \"cls\""));
  const RunResult own = run_sememe({"train", "-c", path("own.json"), "-o", path("own")});
  EXPECT_EQ(own.exit_code, 2);
  EXPECT_NE(own.err.find("says it; leave out pooling"), std::string::npos) << own.err;
}

TEST_F(Train, FromRandomWeightsAndAsAStudent) {
  write("train.json", config("\"epochs\": 1"));
  write(
      "scratch.json",
      "{\"scratch\": {\"hidden_size\": 24, \"layers\": 1, \"heads\": 2, \"intermediate_size\": 32, \"vocab_size\": 90, "
      "\"max_positions\": 16}, \"data\": \"pairs.tsv\", \"epochs\": 1}");
  output_of({"train", "-q", "--config", path("scratch.json"), "--out", path("scratch")});
  output_of({"encode", "-q", "-m", path("scratch"), "a cat"});
  write("student.json",
        "{\"model\": \"" + model() + "\", \"teacher\": \"" + model() +
            "\", \"student\": {\"layers\": [0, 2], \"vocab_size\": 200}, \"loss\": \"distill\", \"data\": "
            "{\"file\": \"pairs.tsv\", \"columns\": [\"anchor\"]}, \"epochs\": 1}");
  output_of({"train", "-q", "--config", path("student.json"), "--out", path("student")});
  output_of({"encode", "-q", "-m", path("student"), "a cat"});
  const JsonDocument json = JsonDocument::load(path("student/config.json"));
  EXPECT_EQ(json.root().at("num_hidden_layers").as_int(), 2);
  EXPECT_LE(json.root().at("vocab_size").as_int(), 200);
}

TEST_F(Train, TheDemoBringsTheCatNearTheFelineAndKeepsTheStocksAway) {
  const std::string out =
      output_of({"train", "--demo", "-q", "--max-steps", kSanitized ? "12" : "60", "--threads", "1"});
  const std::size_t at = out.find("difference");
  ASSERT_NE(at, std::string::npos) << out;
  double before = 0, after = 0;
  ASSERT_EQ(std::sscanf(out.c_str() + at, "difference %lf %lf", &before, &after), 2) << out;
  EXPECT_GT(after, before + (kSanitized ? 0.02 : 0.3)) << out;
}

TEST_F(Train, BadOptionsAndDataAreNamed) {
  const auto fails = [&](const std::string& more, int code, const std::string& part) {
    write("train.json", config(more));
    const RunResult result = run_sememe(train("out"));
    EXPECT_EQ(result.exit_code, code) << more;
    EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
    EXPECT_FALSE(std::filesystem::exists(path("out/model.safetensors")));
    std::filesystem::remove_all(path("out"));
  };
  fails("\"learning_rat\": 1", 2, "did you mean 'learning_rate'?");
  fails("\"loss\": \"cosnet\"", 2, "cosent");
  fails("\"epochs\": 0", 2, "epochs");
  fails("\"optimizer\": \"adam\"", 2, "adamw");
  fails("\"freeze\": [\"nowhere\"]", 2, "nowhere");
  fails("\"lora\": {\"target_modules\": [\"q_proj\"]}", 2, "encoder.layer.0.attention.self.query");
  fails("\"lora\": {\"rank\": 0}", 2, "lora rank");
  fails("\"scratch\": {}", 2, "leave out model");
  fails("\"seed\": -1", 4, "seed: expected a number from 0 on, found -1");
  fails("\"loss\": {\"name\": \"mnr\", \"scale\": 0}", 2, "scale: expected a number above 0, found 0");
  fails("\"loss\": {\"name\": \"mnr\", \"matryoshka\": [0]}", 2, "widths from 1 on, found 0");
  fails("\"loss\": {\"name\": \"mnr\", \"matryoshka\": [8, 4096]}", 2, "widths up to the model's ");
  fails("\"loss\": \"cosent\"", 2, "its columns are 'anchor', 'positive'");
  fails("\"loss\": \"mse\"", 2, "teacher");
  fails("\"learning_rate\": 1e30, \"max_grad_norm\": 0, \"warmup\": 0, \"epochs\": 3", 2, "in the batch of lines ");
  write("pairs.tsv", "anchor\tpositive\na cat\ta feline\na dog\t \n");
  fails("\"epochs\": 1", 4, "pairs.tsv:3: 'positive' is empty");
  write("scored.tsv", "score\tsentence1\tsentence2\n7\ta\tb\n");
  const RunResult range = run_sememe(
      {"train", "-m", model(), "--data", path("scored.tsv"), "--loss", "cosine-similarity", "-o", path("out")});
  EXPECT_EQ(range.exit_code, 4);
  EXPECT_NE(range.err.find("expected a score from 0 to 1, found 7"), std::string::npos) << range.err;
}

TEST_F(Train, RandomWeightsOfAnImpossibleShapeAreRefusedBeforeAnythingIsMade) {
  const auto fails = [&](const std::string& scratch, const std::string& part) {
    write("train.json", "{\"data\": \"pairs.tsv\", \"scratch\": {" + scratch + "}}");
    const RunResult result = run_sememe(train("out"));
    EXPECT_EQ(result.exit_code, 2) << scratch;
    EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
    EXPECT_FALSE(std::filesystem::exists(path("out")));
  };
  fails("\"hidden_size\": 30, \"heads\": 4", "scratch hidden_size: expected a multiple of the 4 heads, found 30");
  fails("\"layers\": 0", "scratch layers: expected at least 1, found 0");
  fails("\"max_positions\": 2", "scratch max_positions: expected at least 3, found 2");
}

TEST_F(Train, ALossThatIsNoNumberLeavesTheLastGoodCheckpoint) {
  // The rate is 0 at the first step and far too high at the second: what that leaves behind is not written.
  write("train.json",
        config("\"learning_rate\": 1e30, \"max_grad_norm\": 0, \"warmup\": 2, \"epochs\": 3, \"save_steps\": 1"));
  const RunResult result = run_sememe(train("out"));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("step 2: the model's vectors are no longer numbers"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("the last checkpoint stays in"), std::string::npos) << result.err;
  EXPECT_NE(read(path("out/checkpoint.safetensors")).find("\"step\":\"1\""), std::string::npos);
}

TEST_F(Train, EmptyTextsAreCounted) {
  const std::string rows = write("holes.tsv", "anchor\tpositive\na\tb\n\tc\nd\t\ne\tf\n");
  const RunResult result = run_sememe({"train", "-m", model(), "-d", rows, "-o", path("out")});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_NE(result.err.find("holes.tsv:3: 'anchor' is empty, as are 1 further texts; leave"), std::string::npos)
      << result.err;
  write("train.json", "{\"model\": \"" + model() + "\", \"data\": {\"file\": \"holes.tsv\", \"skip_empty\": true}}");
  const RunResult skipped = run_sememe({"train", "-v", "--config", path("train.json"), "-o", path("out"), "--resume"});
  EXPECT_EQ(skipped.exit_code, 0) << skipped.err;
  EXPECT_NE(skipped.err.find("left out 2 rows with an empty text"), std::string::npos) << skipped.err;
}

TEST_F(Train, TheDoctorWarnsOnceAndCanBeSilent) {
  write("train.json", config("\"epochs\": 4, \"no_duplicates\": false, \"eval\": \"sts:scored.tsv\""));
  std::vector<std::string> arguments = train("warned");
  arguments.erase(arguments.begin() + 1);  // -q
  const RunResult warned = run_sememe(arguments);
  ASSERT_EQ(warned.exit_code, 0) << warned.err;
  const auto count = [&](const std::string& part) {
    std::size_t n = 0;
    for (std::size_t at = 0; (at = warned.err.find(part, at)) != std::string::npos; ++at) ++n;
    return n;
  };
  EXPECT_EQ(count("pairs.tsv: 64 of 64 rows hold a text of "), 1u) << warned.err;
  EXPECT_EQ(count("scored.tsv, which judges the model (lines 2, 3, 4, 5, 6, ...)"), 1u) << warned.err;
  EXPECT_EQ(count("pairs.tsv: a text stands twice in a batch (lines "), 1u) << warned.err;
  EXPECT_EQ(count("anchors were nearer to the positive of another row"), 1u) << warned.err;
  arguments.back() = path("silent");
  arguments.push_back("--no-doctor");
  const RunResult silent = run_sememe(arguments);
  ASSERT_EQ(silent.exit_code, 0) << silent.err;
  EXPECT_EQ(silent.err.find("warning"), std::string::npos) << silent.err;
  EXPECT_EQ(bytes("warned"), bytes("silent"));
}

TEST_F(Train, TheModelCardNamesTheLicenceOfEachDataSet) {
  write("train.json", "{\"model\": \"" + model() +
                          "\", \"max_steps\": 1, \"data\": [{\"file\": \"pairs.tsv\", \"license\": \"CC BY-SA 4.0\"}, "
                          "{\"file\": \"scored.tsv\", \"loss\": \"cosent\", \"range\": [0, 5]}]}");
  output_of(train("out"));
  const std::string card = read(path("out/README.md"));
  EXPECT_NE(card.find("| pairs.tsv | 64 | mnr | CC BY-SA 4.0 |\n| scored.tsv | 64 | cosent | not stated |\n"),
            std::string::npos)
      << card;
}

TEST_F(Train, TheModelCardHasTheScoresBeforeAndAfter) {
  write("train.json", config("\"epochs\": 12, \"save_steps\": 2, \"eval\": \"sts:scored.tsv\""));
  const auto scores = [&](const std::string& name) {
    const std::string card = read(path(name + "/README.md"));
    const std::size_t at = card.find("| scored | spearman | ");
    double before = std::nan(""), after = std::nan("");
    if (at != std::string::npos) std::sscanf(card.c_str() + at, "| scored | spearman | %lf | %lf |", &before, &after);
    return std::pair(before, after);
  };
  output_of(train("whole"));
  const JsonDocument json = JsonDocument::parse(
      output_of({"eval", "-m", model(), "--compute", "fp32", "sts:" + path("scored.tsv"), "--json"}), "eval");
  const double before = json.root().at("metrics").at("spearman").as_number();
  EXPECT_LE(std::abs(scores("whole").first - before), 1e-4);
  EXPECT_GT(std::abs(scores("whole").second - before), 1e-3);
  run_sememe(train("killed"), {.signal = SIGKILL, .signal_when = [&] {
                                 return std::filesystem::exists(path("killed/checkpoint.safetensors"));
                               }});
  output_of(train("killed", {"--resume"}));
  EXPECT_EQ(scores("whole"), scores("killed"));
}

TEST_F(Train, HardNegativesAreMinedAndLearntFrom) {
  const std::vector<std::string> mine = {"train", "mine", "-m", model(), "-i", path("pairs.tsv"), "-n", "2"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), mine.begin(), mine.end());
    return more;
  };
  output_of(with({"-o", path("mined.jsonl")}));
  const std::string rows = read(path("mined.jsonl"));
  EXPECT_EQ(std::count(rows.begin(), rows.end(), '\n'), 128);
  const JsonDocument first = JsonDocument::parse(rows.substr(0, rows.find('\n')), "mined");
  EXPECT_EQ(first.root().at("anchor").as_string(), "the cat of cat");
  EXPECT_EQ(first.root().at("positive").as_string(), "a cat and song");
  EXPECT_NE(first.root().at("negative").as_string(), "a cat and song");
  EXPECT_EQ(output_of(with({"--threads", "1"})), rows);
  write("train.json", "{\"model\": \"" + model() + "\", \"max_steps\": 2, \"data\": {\"file\": \"mined.jsonl\"}}");
  output_of(train("out"));
  write("train.json", "{\"model\": \"" + model() +
                          "\", \"max_steps\": 2, \"data\": {\"file\": \"mined.jsonl\", \"columns\": [\"anchor\", "
                          "\"positive\"]}}");
  output_of(train("pairs"));
  EXPECT_NE(bytes("out"), bytes("pairs"));  // without its negatives

  const std::string tuples = output_of(
      with({"--output-format", "n-tuple", "--output-scores", "--corpus", write("more.txt", "the cat of cat\n")}));
  EXPECT_EQ(std::count(tuples.begin(), tuples.end(), '\n'), 64);
  const JsonDocument tuple = JsonDocument::parse(tuples.substr(0, tuples.find('\n')), "tuples");
  EXPECT_EQ(tuple.root().at("negative_1").as_string(), "the cat of cat");
  const std::vector<float> scores = floats(tuple.root().at("scores"));
  ASSERT_EQ(scores.size(), 3u);
  EXPECT_LE(std::abs(scores[1] - 1), 1e-2);  // of a text with itself, in bfloat16
  EXPECT_GE(scores[1], scores[2]);
  write("tuples.jsonl", tuples);  // their scores are what the losses of a teacher's scores learn
  output_of({"train", "-q", "-m", model(), "-d", path("tuples.jsonl"), "-l", "kl", "-o", path("kl")});
  write("scored.jsonl", output_of(with({"--output-scores"})));
  output_of({"train", "-q", "-m", model(), "-d", path("scored.jsonl"), "-l", "margin-mse", "-o", path("margin")});
  output_of(
      {"train", "-q", "-m", model(), "-d", path("scored.jsonl"), "-l", "gist", "--guide", model(), "-o", path("gist")});
  const RunResult few = run_sememe(with({"--max-score", "-0.99"}));
  EXPECT_EQ(few.exit_code, 0);
  EXPECT_NE(few.err.find("128 of 128 negatives were not found"), std::string::npos) << few.err;
  expect_error({"train", "mine"}, 2, "no pairs; give -i FILE");
  expect_error({"train", "min"}, 2, "did you mean 'mine'?");
  expect_error({"train", "-d", "x", "mine"}, 2, "unexpected argument 'mine'");
  expect_error(with({"--range-max", "1"}), 2, "no room for 2 negatives");
}

TEST_F(Train, AFolderInUseIsRefusedAndAnotherRecipeIsNotResumed) {
  write("train.json", config("\"epochs\": 1"));
  write("out/notes.txt", "mine");
  const RunResult used = run_sememe(train("out"));
  EXPECT_EQ(used.exit_code, 2);
  EXPECT_NE(used.err.find("not empty"), std::string::npos) << used.err;
  write("train.json", config("\"epochs\": 400, \"save_steps\": 2"));
  run_sememe(train("part"), {.signal = SIGKILL, .signal_when = [&] {
                               return std::filesystem::exists(path("part/checkpoint.safetensors"));
                             }});
  const RunResult other = run_sememe(train("part", {"--resume", "--seed", "9"}));
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_NE(other.err.find("other options"), std::string::npos) << other.err;
}

}  // namespace
}  // namespace sememe::test
