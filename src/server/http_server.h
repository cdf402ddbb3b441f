#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sememe {

struct HttpRequest {
  std::string method;  ///< "GET", "POST", ...; HEAD comes as GET, and its answer goes without a body
  std::string path;    ///< of the target, without its query
  std::string body;
  std::string content_type;  ///< in lower case, without parameters; "" if there is none
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any that is free
  std::int64_t max_body = 1 << 20;
  int max_connections = 256;
  int idle_seconds = 30;         ///< after which a connection that says nothing is closed
  bool stop_on_signals = false;  ///< SIGINT and SIGTERM end run(), as stop() does
};

/// A small HTTP/1.1 server. A request whose Host header names another machine than the one it came to is refused: a
/// page of a stranger cannot reach a loopback server by a name of its own. So is one whose Origin is another page.
///
/// Every answer says that it is to be taken as its type, not kept, and not shown in a frame.
/// Errors   kIo: the address cannot be listened on (another program does). The handler's exceptions become answers:
///          kInvalidArgument and kCorrupt 400, kNotFound 404, others 500; the body is {"error": message}.
/// Threads  handlers run on the thread of run(), one after another; stop() may be called from any thread.
class HttpServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  /// Listens from here on; answers when run() is called.
  HttpServer(const HttpServerOptions& options, Handler handler);
  ~HttpServer();

  std::uint16_t port() const;
  std::string url() const;  ///< "http://127.0.0.1:8642/"
  /// Answers until stop(), then ends what is in flight.
  void run();
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sememe
