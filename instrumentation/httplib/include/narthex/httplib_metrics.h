#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include <httplib.h>  // not ours: include this header only where cpp-httplib is used
#include <narthex/http_metrics.h>

namespace narthex {

/// Handlers of your own for the two places of a cpp-httplib server that instrument() takes.
struct HttplibHandlers {
  httplib::Server::HandlerWithResponse pre_routing = {};  ///< As for set_pre_routing_handler().
  httplib::Logger logger = {};                            ///< As for set_logger().
};

namespace detail {

// cpp-httplib answers a request on the thread where it calls the pre-routing handler, and calls the logger at its end.
inline HttpRequest& current_httplib_request() noexcept {
  thread_local HttpRequest request;
  return request;
}

// What has gone through, as far as cpp-httplib tells: not the size of a body that a handler reads by pieces, and not
// that of one that is sent in chunks, or was not sent to its end. Never what a header claims, which may be anything.
inline HttpSizes sizes_of(const httplib::Request& request, const httplib::Response& response) {
  HttpSizes sizes;
  const bool has_body = request.has_header("Content-Length") || request.has_header("Transfer-Encoding");
  if (!request.body.empty() || !has_body) sizes.request = request.body.size();
  if (request.method == "HEAD") {
    sizes.response = 0;
  } else if (!response.content_provider_) {
    sizes.response = response.body.size();
  } else if (response.content_provider_success_ && request.ranges.empty() && response.content_length_ != 0) {
    sizes.response = response.content_length_;
  }
  return sizes;
}

}  // namespace detail

/// Counts all requests of a cpp-httplib server, before it listens:
///   narthex::instrument(server, metrics);
/// Values: also what no handler answers (404), what a handler throws at (500), files, and what is no HTTP (400). A
///   duration ends when the response has been written. Bodies that a handler reads by pieces, or sends without a
///   length, have no size.
/// It takes the server's pre-routing handler, which begins a request, and its logger, which ends it; pass your own ones
/// here, for the server has only one of each. Yours are called in between, so that what they take counts as well.
/// Threads: as the server. Copies of `metrics` stay with it.
/// Errors: none but std::bad_alloc.
inline void instrument(httplib::Server& server, const HttpMetrics& metrics, HttplibHandlers own = {}) {
  using Answer = httplib::Server::HandlerResponse;
  server.set_pre_routing_handler(
      [metrics, handler = std::move(own.pre_routing)](const httplib::Request& request, httplib::Response& response) {
        detail::current_httplib_request() = metrics.start(request.method, request.path);
        return handler ? handler(request, response) : Answer::Unhandled;
      });
  server.set_logger(
      [metrics, logger = std::move(own.logger)](const httplib::Request& request, const httplib::Response& response) {
        if (logger) logger(request, response);
        HttpRequest current = std::move(detail::current_httplib_request());
        if (!current) current = metrics.start(request.method, request.path);  // refused before any handler
        current.finish(response.status, detail::sizes_of(request, response));
      });
}

}  // namespace narthex
