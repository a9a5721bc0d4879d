#pragma once

#include <narthex/detail/export.h>
#include <narthex/http_metrics.h>

// civetweb's own, as its header declares them.
struct mg_callbacks;
struct mg_connection;
struct mg_context;

namespace narthex {

/// Starts a civetweb server of your own, as mg_start() does, and counts the requests that it answers:
///   mg_context* server = narthex::start_civetweb(metrics, &callbacks, user_data, options);
/// Values: also what no handler answers (404), what is redirected, and what is no HTTP (400, method `other`). The code
///   is what civetweb puts into its access log: what it has answered by itself, or what a handler returns. A handler
///   that returns 1 counts as `other`: return the status that was sent. No sizes, unless set_civetweb_sizes() tells.
///   Not what civetweb closes without a reply or a callback, as its default settings do with `OPTIONS *`.
/// It takes the callbacks begin_request, end_request, http_error, init_thread, init_context and exit_context, and calls
/// yours from them; `user_data` is yours alone.
/// Threads: as mg_start(). Copies of `metrics` stay with the server until mg_stop().
/// Errors: null where mg_start() returns it, for the same reasons; std::bad_alloc.
NARTHEX_EXPORT mg_context* start_civetweb(const HttpMetrics& metrics, const mg_callbacks* callbacks, void* user_data,
                                          const char** options);

/// Tells the sizes of the request that is being handled on this thread, from within its handler, for civetweb does not:
///   narthex::set_civetweb_sizes({.response = body.size()});
NARTHEX_EXPORT void set_civetweb_sizes(const HttpSizes& sizes) noexcept;

}  // namespace narthex
