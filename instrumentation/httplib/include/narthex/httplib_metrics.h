#pragma once

#include <optional>
#include <string_view>
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

// The request that this thread handles. cpp-httplib calls the pre-routing handler and, at the end, the logger of a
// request on one thread.
inline HttpRequest& current_httplib_request() noexcept {
  thread_local HttpRequest request;
  return request;
}

// Returns the sizes of the bodies that were transferred, as far as cpp-httplib reports them. The size is not known for
// a body that a handler reads in pieces, that is sent in chunks, or that was not sent completely. Headers are not used,
// because a client may send any value.
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

/// Counts all requests of a cpp-httplib server. Call it before the server listens.
///
/// Values: the metrics also count requests without a handler (404), requests whose handler throws (500), requests for
///   files, and invalid HTTP (400). The duration ends when the response has been written. A body that a handler reads
///   in pieces, or sends without a length, has no size. The function sets the pre-routing handler of the server, which
///   starts a request, and its logger, which ends it. A server has only one of each, so pass your own handlers here.
///   They are called between the start and the end of the request, and the duration includes their time.
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
        detail::current_httplib_request() = metrics.start(request.method, request.path);
        return handler ? handler(request, response) : Answer::Unhandled;
      });
  server.set_logger(
      [metrics, logger = std::move(own.logger)](const httplib::Request& request, const httplib::Response& response) {
        if (logger) logger(request, response);
        HttpRequest current = std::move(detail::current_httplib_request());
        if (!current)
          current = metrics.start(request.method, request.path);  // cpp-httplib rejected it before any handler
        current.finish(response.status, detail::sizes_of(request, response));
      });
}

}  // namespace narthex
