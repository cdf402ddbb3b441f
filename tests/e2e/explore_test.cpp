#include <gtest/gtest.h>
#include <signal.h>

#include <string>
#include <vector>

#include "base/rng.h"
#include "io/base64.h"
#include "io/npy.h"
#include "support/cli.h"
#include "support/http_client.h"

namespace sememe::test {
namespace {

class ExploreCommand : public CliTest {
 protected:
  std::string vectors(std::int64_t n) const {
    const std::string file = path("vectors.npy");
    NpyWriter out(file, DType::kF32, {4});
    for (std::int64_t i = 0; i < n; ++i) {
      std::vector<float> row;
      for (std::int64_t j = 0; j < 4; ++j) row.push_back(CounterRng(1, 1).normal(i * 4 + j));
      out.append(std::span<const float>(row));
    }
    out.finish();
    return file;
  }
  /// The document in a block of a page.
  static JsonDocument block(const std::string& page, const std::string& name) {
    const std::string head = "data-block=\"" + name + "\">";
    const std::size_t begin = page.find(head) + head.size();
    const auto bytes = decode_base64(page.substr(begin, page.find('<', begin) - begin));
    return JsonDocument::parse(bytes.value_or(""), name);
  }
};

TEST_F(ExploreCommand, TextsBecomeOneFileWithEveryMapAndColumns) {
  const std::string in = write("in.jsonl",
                               "{\"text\":\"one\",\"label\":\"A\",\"year\":\"1999\"}\n"
                               "{\"text\":\"two\",\"label\":\"B\",\"year\":\"2001\"}\n"
                               "{\"text\":\"</script>\",\"label\":\"B\",\"year\":\"\"}\n");
  const std::string html = path("page.html");
  output_of({"explore", "-m", model(), "-i", in, "--labels-field", "label", "--labels-field", "year", "--html", html});
  const std::string page = read(html);
  EXPECT_TRUE(page.starts_with("<!DOCTYPE html>"));
  EXPECT_NE(page.find("Content-Security-Policy"), std::string::npos);
  const JsonDocument texts = block(page, "texts"), meta = block(page, "meta");
  EXPECT_EQ(texts.root().elements()[2].as_string(), "</script>");
  const Json root = meta.root();
  EXPECT_EQ(root.at("title").as_string(), "in.jsonl");
  EXPECT_EQ(root.at("model").as_string(), "bert-mean");
  EXPECT_EQ(root.at("neighbors").as_int(), 2);
  ASSERT_EQ(root.at("layouts").size(), 3u);
  EXPECT_EQ(root.at("layouts").elements()[0].at("method").as_string(), "tsne");
  ASSERT_EQ(root.at("columns").size(), 2u);
  EXPECT_EQ(root.at("columns").elements()[0].at("values").elements()[0].as_string(), "B");
  EXPECT_EQ(root.at("columns").elements()[1].at("type").as_string(), "number");
}

TEST_F(ExploreCommand, TheSameInputGivesTheSamePage) {
  const std::string in = vectors(80), first = path("first.html"), second = path("second.html");
  output_of({"explore", "-i", in, "--threads", "1", "--iterations", "30", "-o", first});
  output_of({"explore", "-i", in, "--threads", "2", "--iterations", "30", "-o", second});
  EXPECT_TRUE(read(first) == read(second));
}

TEST_F(ExploreCommand, FlagsOfUmapShapeItsMap) {
  const std::string in = vectors(60), plain = path("plain.html"), other = path("other.html");
  output_of({"explore", "-i", in, "--method", "umap", "--epochs", "20", "-o", plain});
  for (const std::vector<std::string>& flags :
       {std::vector<std::string>{"--umap-neighbors", "4"}, {"--min-dist", "0.7"}, {"--epochs", "40"}}) {
    std::vector<std::string> command = {"explore", "-i", in, "--method", "umap", "--epochs", "20", "-o", other};
    if (flags[0] == "--epochs")
      command[6] = flags[1];
    else
      command.insert(command.end(), flags.begin(), flags.end());
    output_of(command);
    EXPECT_FALSE(read(plain) == read(other)) << flags[0];
  }
}

TEST_F(ExploreCommand, MapWritesThePageOfOneMethod) {
  const std::string html = path("map.html");
  output_of({"map", "-i", vectors(12), "--method", "pca", "-o", html});
  const JsonDocument meta = block(read(html), "meta");
  ASSERT_EQ(meta.root().at("layouts").size(), 1u);
  EXPECT_EQ(meta.root().at("layouts").elements()[0].at("method").as_string(), "pca");
  EXPECT_EQ(output_of({"map", "-i", vectors(12), "--method", "pca", "--format", "html"}), read(html));
}

TEST_F(ExploreCommand, NoPointsAndFewPointsGivePages) {
  for (const std::int64_t n : {0, 1, 2, 3}) {
    const std::string html = path("few.html");
    output_of({"explore", "-i", vectors(n), "-o", html});
    const JsonDocument meta = block(read(html), "meta");
    EXPECT_EQ(meta.root().at("points").as_int(), n);
    EXPECT_EQ(meta.root().at("neighbors").as_int(), std::max<std::int64_t>(0, n - 1));
  }
}

TEST_F(ExploreCommand, TourHasTheLessonOfItsTexts) {
  const std::string html = path("tour.html");
  output_of({"explore", "-m", model(), "--tour", "one text", "another", "--html", html});
  const std::string page = read(html);
  const JsonDocument tour = block(page, "tour"), texts = block(page, "texts");
  EXPECT_EQ(tour.root().at("lesson").at("texts").elements()[1].at("text").as_string(), "another");
  EXPECT_EQ(texts.root().size(), 14u);
  const std::string out = path("x.html");
  expect_error({"explore", "-m", model(), "--tour", "--demo", "-o", out}, 2, "leave out --demo");
  expect_error({"explore", "-m", model(), "--tour", "a", "b", "c", "-o", out}, 2, "at most two texts, found 3");
  expect_error({"explore", "-m", model(), "--tour", " ", "-o", out}, 2, "the text is empty");
}

TEST_F(ExploreCommand, IsServedUntilItIsInterrupted) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const std::uint16_t port = free_port();
    std::string page, placed, unknown;
    const auto ask = [&] {
      const std::string host = "Host: 127.0.0.1:" + std::to_string(port) + "\r\nConnection: close\r\n";
      const Connection first(port);
      if (!first.connected()) return false;
      first.send("GET / HTTP/1.1\r\n" + host + "\r\n");
      page = first.read_all();
      const std::string body = "{\"text\":\"two\"}";
      const Connection second(port), third(port);
      second.send("POST /api/place HTTP/1.1\r\n" + host + "Content-Type: application/json\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\n\r\n" + body);
      placed = second.read_all();
      third.send("POST /api/place HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\n{}");
      unknown = third.read_all();
      return true;
    };
    const RunResult result =
        run_sememe({"explore", "-m", model(), "--port", std::to_string(port), "one", "two", "three"},
                   {.signal = signal, .signal_when = ask});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, "sememe: note: the page is at http://127.0.0.1:" + std::to_string(port) + "/ until Ctrl-C\n");
    EXPECT_TRUE(page.starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_NE(page.find("\r\nContent-Security-Policy: default-src 'none'; script-src 'sha256-"), std::string::npos);
    EXPECT_NE(page.find("connect-src 'self'"), std::string::npos);
    EXPECT_EQ(page.find("connect-src 'none'"), std::string::npos);
    EXPECT_NE(placed.find("\"neighbors\":[[1,1.0"), std::string::npos) << placed;
    EXPECT_TRUE(unknown.starts_with("HTTP/1.1 400 ")) << unknown;
  }
}

TEST_F(ExploreCommand, ErrorsNameWhatIsWrong) {
  const std::string in = vectors(4), one = write("one.txt", "a\n"), out = path("page.html");
  expect_error({"explore", "-i", in, "-o", out, "--method", "magic"}, 2, "--method: expected a method of sememe map");
  expect_error({"explore", "-i", in, "-o", out, "--labels", one}, 2, "expected 4 labels, one for each point, found 1");
  expect_error({"explore", "-i", in, "-o", out, "--labels-field", "x"}, 2, "which file has the labels?");
  expect_error({"explore", "-i", path("none.npy"), "-o", out}, 3, "none.npy");
  expect_error({"explore", "-i", in, "-o", out, "--port", "0"}, 2, "choose one");
  expect_error({"explore", "-i", in, "--address", "nowhere"}, 2, "expected an IP address");
  expect_error({"explore", "--words", "-o", out, "x"}, 2, "expected a file of word vectors with -i");
  expect_error({"map", "-i", in, "-o", out, "--report", path("r.json")}, 2, "--report: a page has its report inside");
}

}  // namespace
}  // namespace sememe::test
