#pragma once

#include <narthex/detail/export.h>
#include <narthex/http_metrics.h>

// Declared by civetweb.h.
struct mg_callbacks;
struct mg_connection;
struct mg_context;

namespace NARTHEX_VISIBILITY narthex {

/// Starts a civetweb server, as mg_start() does, and counts its requests.
///
/// Values: the metrics also count requests without a handler (404), redirects, and invalid HTTP (400, method `other`).
///   The code is the same as in the access log of civetweb: the status of a response that civetweb itself sends, or the
///   return value of the handler. A handler that returns 1 counts as `other`, so return the status that was sent. Sizes
///   are observed only after set_civetweb_sizes(). A request that civetweb closes without a response or a callback is
///   not counted, for example `OPTIONS *` with default settings. The function replaces the callbacks begin_request,
///   end_request, http_error, init_thread, init_context, and exit_context, and its callbacks call those of the caller.
///   It does not use `user_data`.
/// Thread safety: the same as for mg_start().
/// Exceptions: std::bad_alloc. Returns null if mg_start() returns null.
/// Lifetime: the server keeps a copy of `metrics` until mg_stop().
///
/// Example:
///   mg_context* server = narthex::start_civetweb(metrics, &callbacks, user_data, options);
[[nodiscard]] NARTHEX_EXPORT mg_context* start_civetweb(const HttpMetrics& metrics, const mg_callbacks* callbacks,
                                                        void* user_data, const char** options);

/// Sets the body sizes of the request that this thread handles. Call it in the handler, because civetweb does not
/// report sizes: `narthex::set_civetweb_sizes({.response = body.size()});`
NARTHEX_EXPORT void set_civetweb_sizes(const HttpSizes& sizes) noexcept;

}  // namespace narthex
