#include "server/http_server.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <thread>

#include "base/fail.h"
#include "support/http_client.h"

namespace sememe {
namespace {

using test::Connection;

/// A server on a thread of its own that says what it was asked.
class Server {
 public:
  explicit Server(HttpServerOptions options = {}) : server_(options, answer), thread_([this] { server_.run(); }) {}
  ~Server() { stop(); }
  void stop() {
    if (!thread_.joinable()) return;
    server_.stop();
    thread_.join();
  }
  std::uint16_t port() const { return server_.port(); }
  std::string host() const { return "127.0.0.1:" + std::to_string(port()); }
  std::string url() const { return server_.url(); }
  std::string ask(const std::string& request) const {
    const Connection connection(port());
    connection.send(request);
    return connection.read_all();
  }
  std::string get(const std::string& host, const std::string& more = "") const {
    return ask("GET /echo?x=1 HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n" + more + "\r\n");
  }

 private:
  static HttpResponse answer(const HttpRequest& request) {
    if (request.path == "/refuse") fail(ErrorCode::kInvalidArgument, "not \"this\"");
    if (request.path == "/absent") fail(ErrorCode::kNotFound, "no such word");
    if (request.path == "/broken") throw std::runtime_error("broken");
    return {
        200, "text/plain", request.method + " " + request.path + " [" + request.content_type + "] " + request.body, {}};
  }

  HttpServer server_;
  std::thread thread_;
};

TEST(HttpServer, AnswersWithTheHeadersThatKeepAPageSafe) {
  const Server server;
  EXPECT_EQ(server.url(), "http://" + server.host() + "/");
  const std::string answer = server.get(server.host());
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nGET /echo [] ")) << answer;
  for (const char* const header :
       {"X-Content-Type-Options: nosniff", "X-Frame-Options: DENY", "Referrer-Policy: no-referrer",
        "Cross-Origin-Resource-Policy: same-origin", "Cache-Control: no-store"})
    EXPECT_NE(answer.find(header), std::string::npos) << header << "\n" << answer;
}

TEST(HttpServer, RefusesOtherHostsAndOrigins) {
  const Server server;
  const std::string port = ":" + std::to_string(server.port());
  for (const std::string name : {"localhost", "127.0.0.1", "[::1]", "LOCALHOST"})
    EXPECT_TRUE(server.get(name + port).starts_with("HTTP/1.1 200 ")) << name;
  for (const std::string name : {"evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "10.0.0.1", ""})
    EXPECT_TRUE(server.get(name + port).starts_with("HTTP/1.1 421 ")) << name;
  EXPECT_TRUE(server.get("localhost").starts_with("HTTP/1.1 421 ")) << "no port is port 80";
  EXPECT_TRUE(server.get("localhost:1").starts_with("HTTP/1.1 421 "));
  EXPECT_TRUE(server.ask("GET / HTTP/1.0\r\n\r\n").starts_with("HTTP/1.0 421 "));
  EXPECT_TRUE(server.get(server.host(), "Origin: http://" + server.host() + "\r\n").starts_with("HTTP/1.1 200 "));
  for (const std::string origin : {"http://evil.example", "null", "http://localhost:1"})
    EXPECT_TRUE(server.get(server.host(), "Origin: " + origin + "\r\n").starts_with("HTTP/1.1 403 ")) << origin;
}

TEST(HttpServer, ErrorsOfTheHandlerAreAnswers) {
  const Server server;
  const auto ask = [&](const std::string& path) {
    return server.ask("GET " + path + " HTTP/1.1\r\nHost: " + server.host() + "\r\nConnection: close\r\n\r\n");
  };
  EXPECT_TRUE(ask("/refuse").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(ask("/refuse").ends_with("{\"error\":\"not \\\"this\\\"\"}")) << ask("/refuse");
  EXPECT_TRUE(ask("/absent").starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(ask("/broken").starts_with("HTTP/1.1 500 "));
}

TEST(HttpServer, KeepsAConnectionForSeveralRequestsAndReadsBodies) {
  const Server server;
  const Connection connection(server.port());
  for (const std::string body : {"one", "", "three"}) {
    connection.send("POST /x HTTP/1.1\r\nHost: " + server.host() +
                    "\r\nContent-Type: Application/JSON; charset=utf-8\r\n" +
                    "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    const std::string end = "POST /x [application/json] " + body;
    EXPECT_TRUE(connection.read_until(end).ends_with(end));
  }
  connection.send("HEAD /x HTTP/1.1\r\nHost: " + server.host() + "\r\nConnection: close\r\n\r\n");
  const std::string head = connection.read_all();
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 ") && head.ends_with("\r\n\r\n")) << head;
}

TEST(HttpServer, RefusesWhatIsTooLongOrNoHttp) {
  const Server server({.max_body = 100});
  const std::string start = "POST / HTTP/1.1\r\nHost: " + server.host() + "\r\n";
  EXPECT_TRUE(server.ask(start + "Content-Length: 101\r\n\r\n" + std::string(101, 'x')).starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(server.ask(start + "X: " + std::string(20000, 'x') + "\r\n\r\n").starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(server.ask("\x16\x03\x01 this is no HTTP\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(server.ask(start + "Content-Length: many\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(server.get(server.host()).starts_with("HTTP/1.1 200 ")) << "it goes on";
}

TEST(HttpServer, IdleConnectionsBlockNobodyAndEndWithTheServer) {
  Server server;
  const Connection first(server.port()), second(server.port());
  first.send("GET / HTTP/1.1\r\nHo");
  EXPECT_TRUE(server.get(server.host()).starts_with("HTTP/1.1 200 "));
  const auto start = std::chrono::steady_clock::now();
  server.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_EQ(first.read_all(), "");
  EXPECT_EQ(second.read_all(), "");
}

TEST(HttpServer, SilentConnectionsAreClosed) {
  const Server server({.idle_seconds = 1});
  const Connection silent(server.port());
  EXPECT_EQ(silent.read_all(), "");
}

TEST(HttpServer, WaitingCostsNoTime) {
  const Server server;
  const auto used = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec + usage.ru_stime.tv_sec * 1000000 +
           usage.ru_stime.tv_usec;
  };
  const auto before = used();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_LT(used() - before, 100000);
}

TEST(HttpServer, ATakenPortAndABadAddressAreErrors) {
  const Server server;
  const auto code_of = [](HttpServerOptions options) {
    try {
      HttpServer(options, [](const HttpRequest&) { return HttpResponse{}; });
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::kOverloaded;
  };
  EXPECT_EQ(code_of({.port = server.port()}), ErrorCode::kIo);
  EXPECT_EQ(code_of({.address = "example.org"}), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace sememe
