#include <narthex/civetweb_metrics.h>

#include <memory>
#include <mutex>
#include <utility>

#include <civetweb.h>

namespace narthex {

namespace {

// One server, its metrics, and the callbacks of its user.
struct Server {
  HttpMetrics metrics;
  mg_callbacks own{};
  const mg_context* context = nullptr;
  std::unique_ptr<Server> next{};
};

// All running servers. Each thread of a server looks it up once.
class Servers {
 public:
  void add(std::unique_ptr<Server> server) noexcept {
    const std::lock_guard lock(mutex_);
    server->next = std::exchange(first_, nullptr);
    first_ = std::move(server);
  }
  const Server* find(const mg_context* context) noexcept {
    const std::lock_guard lock(mutex_);
    return position_of(context)->get();
  }
  // Returns null if the context has no server.
  std::unique_ptr<Server> remove(const mg_context* context) noexcept {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<Server>& position = *position_of(context);
    std::unique_ptr<Server> removed = std::move(position);
    if (removed) position = std::move(removed->next);
    return removed;
  }

 private:
  std::unique_ptr<Server>* position_of(const mg_context* context) noexcept {
    std::unique_ptr<Server>* position = &first_;
    while (*position && (*position)->context != context) position = &(*position)->next;
    return position;
  }

  std::mutex mutex_;
  std::unique_ptr<Server> first_;
};

Servers& servers() {
  static auto* const all = new Servers;  // never destroyed: threads of a server may run after static destructors
  return *all;
}

// civetweb handles a request on one thread, and each of its threads belongs to one server.
struct Thread {
  const Server* server = nullptr;
  HttpRequest request{};
  HttpSizes sizes{};
  bool is_known = false;  // the request was started, or has been counted
};
thread_local Thread t_thread;

// The server that this thread starts, until civetweb reports its context.
thread_local std::unique_ptr<Server> t_starting;

void on_init_context(const mg_context* context) {
  const auto own = t_starting->own.init_context;
  t_starting->context = context;
  servers().add(std::move(t_starting));
  if (own) own(context);
}

// A server that fails to start may end before civetweb reports its context.
void on_exit_context(const mg_context* context) {
  std::unique_ptr<Server> server = servers().remove(context);
  if (!server) server = std::move(t_starting);
  if (server && server->own.exit_context) server->own.exit_context(context);
}

void* on_init_thread(const mg_context* context, int type) {
  t_thread.server = servers().find(context);
  const auto own = t_thread.server ? t_thread.server->own.init_thread : nullptr;
  return own ? own(context, type) : nullptr;
}

int on_begin_request(mg_connection* connection) {
  const mg_request_info* const info = mg_get_request_info(connection);
  t_thread.request = t_thread.server->metrics.start(info->request_method, info->local_uri);
  t_thread.sizes = {};
  t_thread.is_known = true;
  const auto own = t_thread.server->own.begin_request;
  return own ? own(connection) : 0;
}

void on_end_request(const mg_connection* connection, int code) {
  if (const auto own = t_thread.server->own.end_request) own(connection, code);
  if (!std::exchange(t_thread.is_known, false)) {  // civetweb redirected it before begin_request
    const mg_request_info* const info = mg_get_request_info(connection);
    t_thread.request = t_thread.server->metrics.start(info->request_method, info->local_uri);
  }
  t_thread.request.finish(code, std::exchange(t_thread.sizes, {}));
}

// Within a request, on_end_request() receives the code. A request that civetweb rejected earlier has no
// on_end_request(), unless civetweb has parsed its path.
int on_http_error(mg_connection* connection, int code, const char* message) {
  if (!t_thread.is_known) {
    t_thread.server->metrics.start("", "").finish(code);
    const mg_request_info* const info = mg_get_request_info(connection);
    t_thread.is_known = info && info->local_uri;
  }
  const auto own = t_thread.server->own.http_error;
  return own ? own(connection, code, message) : 1;
}

}  // namespace

mg_context* start_civetweb(const HttpMetrics& metrics, const mg_callbacks* callbacks, void* user_data,
                           const char** options) {
  servers();  // allocates, so it must come before mg_start(), whose callbacks must not throw
  t_starting = std::make_unique<Server>(Server{.metrics = metrics, .own = callbacks ? *callbacks : mg_callbacks{}});
  mg_callbacks all = t_starting->own;
  all.init_context = on_init_context;
  all.exit_context = on_exit_context;
  all.init_thread = on_init_thread;
  all.begin_request = on_begin_request;
  all.end_request = on_end_request;
  all.http_error = on_http_error;
  mg_context* const context = mg_start(&all, user_data, options);
  t_starting.reset();
  return context;
}

void set_civetweb_sizes(const HttpSizes& sizes) noexcept { t_thread.sizes = sizes; }

}  // namespace narthex
