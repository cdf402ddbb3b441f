#include "server/http_server.h"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/version.hpp>
#include <csignal>
#include <set>

#include "base/fail.h"
#include "io/json_writer.h"

namespace sememe {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr std::uint32_t kMostHeaderBytes = 16 << 10;

std::string text_of(beast::string_view view) { return {view.data(), view.size()}; }

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

HttpResponse error_answer(int status, std::string_view message) {
  JsonWriter json;
  json.begin_object().member("error", message).end_object();
  return {.status = status, .content_type = "application/json", .body = json.take()};
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kCorrupt:
      return 400;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kOverloaded:
      return 429;
    case ErrorCode::kUnsupported:
      return 501;
    case ErrorCode::kIo:
      break;
  }
  return 500;
}

}  // namespace

struct HttpServer::State {
  State(const HttpServerOptions& options_, Handler handler_)
      : options(options_), handler(std::move(handler_)), acceptor(context), signals(context) {
    beast::error_code error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error)
      fail(ErrorCode::kInvalidArgument, "server: expected an IP address to listen on, found ", quote(options.address));
    const tcp::endpoint endpoint(address, options.port);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error)
      fail(ErrorCode::kIo, "server: cannot listen on ", options.address, " port ", options.port, ": ", error.message());
    port = acceptor.local_endpoint().port();
    host = address.is_v6() ? concat("[", address.to_string(), "]") : address.to_string();
    loopback = address.is_loopback();
    if (options.stop_on_signals) {
      signals.add(SIGINT);
      signals.add(SIGTERM);
      signals.async_wait([this](const beast::error_code& failed, int) {
        if (!failed) close();
      });
    }
  }

  /// No further connection; idle ones end now, busy ones after their answer.
  void close() {
    beast::error_code ignored;
    stopping = true;
    acceptor.close(ignored);
    signals.cancel(ignored);
    for (beast::tcp_stream* const stream : idle) stream->cancel();
  }

  /// Names by which this server may be called: those of loopback, else any IP address, since a name could be a trick.
  bool is_own_host(const std::string& value) const {
    std::string name = lower(value);
    const std::string suffix = concat(":", port);
    if (name.ends_with(suffix))
      name.resize(name.size() - suffix.size());
    else if (port != 80)
      return false;
    if (name == "localhost" || name == "127.0.0.1" || name == "[::1]") return true;
    if (loopback) return name == host;
    beast::error_code error;
    if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
    asio::ip::make_address(name, error);
    return !error;
  }

  HttpResponse answer(const http::request<http::string_body>& request) {
    const std::string own = text_of(request[http::field::host]);
    if (!is_own_host(own)) return error_answer(421, "this server does not answer to that Host");
    const auto origin = request.find(http::field::origin);
    if (origin != request.end() && text_of(origin->value()) != concat("http://", own))
      return error_answer(403, "requests of other pages are not answered");
    HttpRequest out;
    out.method = request.method() == http::verb::head ? "GET" : text_of(request.method_string());
    const std::string target = text_of(request.target());
    out.path = target.substr(0, target.find('?'));
    out.body = request.body();
    const std::string type = lower(text_of(request[http::field::content_type]));
    out.content_type = type.substr(0, std::min(type.find(';'), type.size()));
    while (out.content_type.ends_with(' ')) out.content_type.pop_back();
    try {
      return handler(out);
    } catch (const Error& error) {
      return error_answer(status_of(error.code()), error.what());
    } catch (const std::exception& error) {
      return error_answer(500, error.what());
    }
  }

  http::response<http::string_body> message(const http::request<http::string_body>& request,
                                            HttpResponse answer) const {
    http::response<http::string_body> out(static_cast<http::status>(answer.status), request.version());
    out.set(http::field::server, "sememe");
    out.set(http::field::content_type, answer.content_type);
    out.set("X-Content-Type-Options", "nosniff");
    out.set("Referrer-Policy", "no-referrer");
    out.set("Cross-Origin-Resource-Policy", "same-origin");
    out.set("Cross-Origin-Opener-Policy", "same-origin");
    out.set("X-Frame-Options", "DENY");
    out.set(http::field::cache_control, "no-store");
    for (const auto& [name, value] : answer.headers) out.set(name, value);
    out.keep_alive(request.keep_alive() && !stopping);
    out.content_length(answer.body.size());
    if (request.method() != http::verb::head) out.body() = std::move(answer.body);
    return out;
  }

  /// One connection. Errors of the network end it; nobody is there to be told.
  asio::awaitable<void> serve(tcp::socket socket) {
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer;
    try {
      while (!stopping) {
        http::request_parser<http::string_body> parser;
        parser.header_limit(kMostHeaderBytes);
        parser.body_limit(static_cast<std::uint64_t>(options.max_body));
        stream.expires_after(std::chrono::seconds(options.idle_seconds));
        beast::error_code error;
        idle.insert(&stream);
        co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
        idle.erase(&stream);
        if (error == http::error::body_limit || error == http::error::header_limit ||
            error == http::error::bad_target ||
            (error && error.category() == http::make_error_code(http::error::end_of_stream).category() &&
             error != http::error::end_of_stream && error != http::error::partial_message)) {
          http::request<http::string_body> none(http::verb::get, "/", 11);
          none.keep_alive(false);
          const int status = error == http::error::body_limit ? 413 : error == http::error::header_limit ? 431 : 400;
          auto refusal = message(none, error_answer(status, error.message()));
          co_await http::async_write(stream, refusal, asio::use_awaitable);
          break;
        }
        if (error) break;
        auto response = message(parser.get(), answer(parser.get()));
        stream.expires_after(std::chrono::seconds(options.idle_seconds));
        co_await http::async_write(stream, response, asio::use_awaitable);
        if (!response.keep_alive()) break;
      }
    } catch (const std::exception&) {
      idle.erase(&stream);
    }
    beast::error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    --connections;
  }

  asio::awaitable<void> accept() {
    while (!stopping) {
      beast::error_code error;
      tcp::socket socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (stopping) break;
      if (error || connections >= options.max_connections) {
        // Out of descriptors, or too many guests: the next one may have more luck.
        if (error) {
          asio::steady_timer pause(context, std::chrono::milliseconds(50));
          co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
        }
        continue;
      }
      ++connections;
      asio::co_spawn(context, serve(std::move(socket)), asio::detached);
    }
  }

  HttpServerOptions options;
  Handler handler;
  asio::io_context context{1};
  tcp::acceptor acceptor;
  asio::signal_set signals;
  std::set<beast::tcp_stream*> idle;
  std::uint16_t port = 0;
  std::string host;
  bool loopback = true, stopping = false;
  int connections = 0;
};

HttpServer::HttpServer(const HttpServerOptions& options, Handler handler)
    : state_(std::make_unique<State>(options, std::move(handler))) {}
HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const { return state_->port; }
std::string HttpServer::url() const { return concat("http://", state_->host, ":", state_->port, "/"); }

void HttpServer::run() {
  asio::co_spawn(state_->context, state_->accept(), asio::detached);
  state_->context.run();
}

void HttpServer::stop() {
  asio::post(state_->context, [state = state_.get()] { state->close(); });
}

}  // namespace sememe
