#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include <httplib.h>  // of cpp-httplib: include this header only where it is installed
#include <narthex/detail/export.h>
#include <narthex/http_metrics.h>

namespace NARTHEX_VISIBILITY narthex {

/// Your handlers for the two hooks of a cpp-httplib server that instrument() uses.
struct HttplibHandlers {
  httplib::Server::HandlerWithResponse pre_routing = {};  ///< Handler as for set_pre_routing_handler().
  httplib::Logger logger = {};                            ///< Logger as for set_logger().
};

namespace detail {

// A request since the pre-routing handler. It ends with its object, and is not counted if it has no response then,
// because its connection became a WebSocket.
class HttplibRequest {
 public:
  HttplibRequest() = default;
  explicit HttplibRequest(HttpRequest request) noexcept : request_(std::move(request)) {}
  HttplibRequest(const HttplibRequest&) noexcept {}  // a logger may copy the response, and keep the copy
  HttplibRequest(HttplibRequest&&) noexcept = default;
  HttplibRequest& operator=(const HttplibRequest&) = delete;
  HttplibRequest& operator=(HttplibRequest&&) noexcept = default;
  ~HttplibRequest() {
    if (status_ != 0) request_.finish(status_, sizes_);
    request_.cancel();  // has no effect on a request that is finished
  }

  explicit operator bool() const noexcept { return static_cast<bool>(request_); }
  // const, because a logger gets a const response.
  void set_response(int status, const HttpSizes& sizes) const noexcept {
    status_ = status;
    sizes_ = sizes;
  }

 private:
  HttpRequest request_;
  mutable int status_ = 0;
  mutable HttpSizes sizes_;
};

// Whether responses keep data of handlers until their end. cpp-httplib 0.41 calls the logger before it writes a
// response, so that only the end of the Response object is the end of the request. Versions without this data, such as
// 0.11 and 0.18, call the logger when the response was written.
template <class Response>
inline constexpr bool kHasUserData = requires(Response& response) {
  response.user_data.set("", HttplibRequest());
};

inline constexpr const char* kHttplibKey = "narthex::HttplibRequest";

// For versions without the data. They call the pre-routing handler and the logger of a request on one thread.
inline HttplibRequest& current_httplib_request() noexcept {
  thread_local HttplibRequest request;
  return request;
}

template <class Response>
void start_httplib_request(Response& response, HttplibRequest request) {
  if constexpr (kHasUserData<Response>) {
    response.user_data.set(kHttplibKey, std::move(request));
  } else {
    current_httplib_request() = std::move(request);
  }
}

// Sets the response of the request that was started, or of `unstarted()` if cpp-httplib rejected it before any handler.
template <class Response, class Unstarted>
void finish_httplib_request(const Response& response, const HttpSizes& sizes, Unstarted unstarted) {
  if constexpr (kHasUserData<Response>) {
    if (const auto* request = response.user_data.template get<HttplibRequest>(kHttplibKey)) {
      request->set_response(response.status, sizes);
    } else {
      unstarted().finish(response.status, sizes);
    }
  } else {
    HttplibRequest request = std::exchange(current_httplib_request(), HttplibRequest());
    if (!request) request = HttplibRequest(unstarted());
    request.set_response(response.status, sizes);
  }
}

// Returns the sizes of the bodies, as far as cpp-httplib reports them in public members. The size of the request is not
// known for a body that a handler reads in pieces. Its headers are not used, because a client may send any value. The
// headers of the response are those of the server: Content-Length is the only public size of a body that is streamed.
inline HttpSizes sizes_of(const httplib::Request& request, const httplib::Response& response) {
  HttpSizes sizes;
  const bool has_body = request.has_header("Content-Length") || request.has_header("Transfer-Encoding");
  if (!request.body.empty() || !has_body) sizes.request = request.body.size();
  if (request.method == "HEAD" || response.status == 204 || response.status == 304) {
    sizes.response = 0;
  } else if (!response.body.empty()) {
    sizes.response = response.body.size();
  } else {
    const std::string length = response.get_header_value("Content-Length");
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), size);
    if (error == std::errc() && end == length.data() + length.size()) sizes.response = size;
  }
  return sizes;
}

}  // namespace detail

/// Counts all requests of a cpp-httplib server. Call it before the server listens.
///
/// Values: the metrics also count requests without a handler (404), requests whose handler throws (500), requests for
///   files, and invalid HTTP (400). They do not count a request whose connection becomes a WebSocket. The duration ends
///   when the response has been written. A body that a handler reads in pieces, or sends without a length, has no size.
///   Another streamed body has the length that its handler declared, even if the client disconnects before its end:
///   no version of cpp-httplib makes public how much of it was sent. The function sets the pre-routing handler of the
///   server, which starts a request, and its logger, which observes the response. A server has only one of each, so
///   pass your own handlers here. They are called between the start and the end of the request, and the duration
///   includes their time.
/// Thread safety: the same as for the functions of the server that set handlers.
/// Exceptions: std::bad_alloc.
/// Lifetime: the server keeps copies of `metrics` and of the handlers.
///
/// Example:
///   narthex::instrument(server, metrics);
inline void instrument(httplib::Server& server, const HttpMetrics& metrics, HttplibHandlers own = {}) {
  using Answer = httplib::Server::HandlerResponse;
  server.set_pre_routing_handler(
      [metrics, handler = std::move(own.pre_routing)](const httplib::Request& request, httplib::Response& response) {
        detail::start_httplib_request(response, detail::HttplibRequest(metrics.start(request.method, request.path)));
        return handler ? handler(request, response) : Answer::Unhandled;
      });
  server.set_logger(
      [metrics, logger = std::move(own.logger)](const httplib::Request& request, const httplib::Response& response) {
        if (logger) logger(request, response);
        detail::finish_httplib_request(response, detail::sizes_of(request, response),
                                       [&] { return metrics.start(request.method, request.path); });
      });
}

}  // namespace narthex
