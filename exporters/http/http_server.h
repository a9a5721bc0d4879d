#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <narthex/http_exporter.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/body_store.h"
#include "http/connection.h"
#include "http/fork_pause.h"
#include "http/listener.h"
#include "http/routes.h"
#include "http/scrape_pool.h"
#include "http/server_reply.h"
#include "http/web_gate.h"

namespace narthex::detail {

// What a server serves. The references and pointers must be valid for as long as the server.
struct ServerContent {
  const Routes& routes;
  WebGate* gate = nullptr;  // decides about every request; null: all are admitted
  // Returns the reply to a request for "/"; empty: there is no page.
  std::function<ServerReply(const ReplyForm& form)> page{};
  std::function<void(std::string_view line)> log{};
};

// Accepts connections, and reads and writes their bytes, on one thread, the I/O thread. Keeps the limits that concern all
// connections.
// Thread safety: the I/O thread only, except the constructor, start(), stop(), the destructor, and post().
class HttpServer {
 public:
  using Clock = std::chrono::steady_clock;

  HttpServer(const HttpOptions& options, std::vector<Listener> listeners, ServerContent content);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  // Waits for the running jobs of the pool. If start() was called, stop() must have been called.
  ~HttpServer() = default;

  // Starts the I/O thread. Throws std::system_error if the system has no thread.
  void start();
  // Closes the listening sockets, lets started replies finish for shutdown_timeout, and ends the I/O thread. Functions
  // that are posted afterwards do not run.
  void stop();

  const HttpOptions& options() const noexcept { return options_; }
  const ServerContent& content() const noexcept { return content_; }
  ScrapePool& pool() noexcept { return pool_; }
  BodyStore& bodies() noexcept { return *bodies_; }
  boost::asio::io_context& io() noexcept { return *io_; }
  std::array<char, 65'536>& scratch() noexcept { return scratch_; }
  bool is_stopping() const noexcept { return is_stopping_; }

  // Runs a function on the I/O thread, later. Called on other threads. If there is no memory, it waits for it.
  template <class Function>
  void post(const Function& function) {
    for (;;) {
      try {
        const std::lock_guard lock(post_mutex_);
        return boost::asio::post(*io_, function);
      } catch (const std::bad_alloc&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    }
  }
  // Calls Connection::end_state() at this time, or up to 5 ms later.
  void schedule(Clock::time_point deadline);
  // Continues a TLS handshake, one at a time, between the events of other connections.
  void queue_handshake(std::shared_ptr<Connection> connection);
  // Computes a reply by a thread of the pool. The job may be shared with other connections.
  std::shared_ptr<ScrapeJob> submit(std::shared_ptr<Connection> connection, Route route, const RequestHead& head,
                                    const ExpositionRequest& scrape);
  // The job cannot be shared any more.
  void forget_job(const std::string& key, const ScrapeJob& job);
  // Closes connections while more than max_pending_bytes are not read: those whose replies are the oldest, but none that
  // reads the same body as the given one.
  void limit_pending_bytes(const Connection& newest);
  void remove(Connection& connection);

  // Returns whether this is the child of a fork, which does not have the threads.
  bool is_in_child() const noexcept { return fork_pause_ && fork_pause_->is_child(); }
  // Closes all descriptors in the child of a fork. The server must be leaked then.
  void abandon_in_child() noexcept;

 private:
  using Descriptor = boost::asio::posix::stream_descriptor;

  void run() noexcept;
  // Continues what a handler without memory may have interrupted.
  void recover();
  void wait_for_connections(std::size_t listener);
  void accept_connections(std::size_t listener);
  void pause_accepting(std::size_t listener);
  void add_connection(FileDescriptor socket, const SocketAddress& peer);
  // Closes the connection that is longest without progress. Returns false if scrapes run for all.
  bool make_room();
  // Starts threads of the pool while its jobs wait for one.
  void watch_pool();
  void end_states();
  void start_handshakes();
  void continue_handshakes();
  void begin_shutdown();
  void log_running_collectors() const noexcept;

  const HttpOptions options_;
  const ServerContent content_;
  std::vector<Listener> listeners_;
  std::unique_ptr<boost::asio::io_context> io_ = std::make_unique<boost::asio::io_context>(1);  // for one thread
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_->get_executor()};
  std::vector<Descriptor> acceptors_;  // own the sockets of listeners_
  std::vector<bool> is_accepting_;     // whether a handler will call accept_connections()
  boost::asio::steady_timer deadlines_{*io_};
  boost::asio::steady_timer shutdown_{*io_};
  boost::asio::steady_timer pool_check_{*io_};
  Clock::time_point next_deadline_ = Clock::time_point::max();
  bool watches_pool_ = false;
  bool is_stopping_ = false;
  std::array<char, 65'536> scratch_;
  Connection::List connections_;
  Connection::List handshakes_;
  bool continues_handshakes_ = false;
  std::map<std::string, std::shared_ptr<ScrapeJob>> jobs_;  // those that may be shared
  std::shared_ptr<BodyStore> bodies_;
  std::mutex post_mutex_;  // held by threads that post, so that none is inside asio during a fork
  ScrapePool pool_;
  std::thread thread_;
  std::optional<ForkPause> fork_pause_;
};

}  // namespace narthex::detail
