#include <narthex/civetweb_metrics.h>

#include <memory>
#include <mutex>
#include <utility>

#include <civetweb.h>

namespace narthex {

namespace {

// One server: what to count in, and what its user wants to be called.
struct Server {
  HttpMetrics metrics;
  mg_callbacks own{};
  const mg_context* context = nullptr;
  std::unique_ptr<Server> next{};
};

// All servers that run. They are few, and looked up once by each of their threads.
class Servers {
 public:
  void add(std::unique_ptr<Server> server) noexcept {
    const std::lock_guard lock(mutex_);
    server->next = std::exchange(first_, nullptr);
    first_ = std::move(server);
  }
  const Server* find(const mg_context* context) noexcept {
    const std::lock_guard lock(mutex_);
    return place_of(context)->get();
  }
  // Returns null for one that is not there.
  std::unique_ptr<Server> take(const mg_context* context) noexcept {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<Server>& place = *place_of(context);
    std::unique_ptr<Server> taken = std::move(place);
    if (taken) place = std::move(taken->next);
    return taken;
  }

 private:
  std::unique_ptr<Server>* place_of(const mg_context* context) noexcept {
    std::unique_ptr<Server>* place = &first_;
    while (*place && (*place)->context != context) place = &(*place)->next;
    return place;
  }

  std::mutex mutex_;
  std::unique_ptr<Server> first_;
};

Servers& servers() {
  static auto* const all = new Servers;  // leaked on purpose: threads of a server may outlive static objects
  return *all;
}

// civetweb answers a request on one thread, and its threads serve one server as long as they live.
struct Thread {
  const Server* server = nullptr;
  HttpRequest request{};
  HttpSizes sizes{};
  bool is_known = false;  // the request has begun, or has been counted
};
thread_local Thread t_thread;

// What this thread is starting, until civetweb says which context it has given it.
thread_local std::unique_ptr<Server> t_starting;

void on_init_context(const mg_context* context) {
  const auto own = t_starting->own.init_context;
  t_starting->context = context;
  servers().add(std::move(t_starting));
  if (own) own(context);
}

// A server that could not be started may end before its context was told.
void on_exit_context(const mg_context* context) {
  std::unique_ptr<Server> server = servers().take(context);
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
  if (!std::exchange(t_thread.is_known, false)) {  // redirected before it began
    const mg_request_info* const info = mg_get_request_info(connection);
    t_thread.request = t_thread.server->metrics.start(info->request_method, info->local_uri);
  }
  t_thread.request.finish(code, std::exchange(t_thread.sizes, {}));
}

// Within a request the code comes to on_end_request(). What was refused before has no end of its own, unless civetweb
// could tell its path.
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
  servers();  // now, for it may throw
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
