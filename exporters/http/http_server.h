#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <narthex/http_exporter.h>

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

// Accepts connections and moves their bytes, on one thread, which the constructor starts. Keeps the limits that concern
// all connections.
// Thread safety: the I/O thread only, except the constructor, the destructor, and post().
class HttpServer {
 public:
  using Clock = std::chrono::steady_clock;

  HttpServer(const HttpOptions& options, std::vector<Listener> listeners, ServerContent content);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  // Waits for the running jobs of the pool. Call stop() first.
  ~HttpServer() = default;

  // Closes the listening sockets, lets started replies finish for shutdown_timeout, and ends the I/O thread. Other
  // threads may still call post() afterwards. Then nothing runs.
  void stop();

  const HttpOptions& options() const noexcept { return options_; }
  const ServerContent& content() const noexcept { return content_; }
  ScrapePool& pool() noexcept { return pool_; }
  BodyStore& bodies() noexcept { return *bodies_; }
  boost::asio::io_context& io() noexcept { return *io_; }
  std::array<char, 65'536>& scratch() noexcept { return scratch_; }
  bool is_stopping() const noexcept { return is_stopping_; }

  // Runs a function on the I/O thread, later. Called on other threads. If there is no memory, it waits for it.
  void post(const std::function<void()>& function);
  // Calls Connection::end_state() at this time, or earlier.
  void schedule(Clock::time_point deadline);
  // Continues a TLS handshake, one at a time, between the events of other connections.
  void queue_handshake(std::shared_ptr<Connection> connection);
  // Computes a reply by a thread of the pool. The job may be shared with other connections.
  std::shared_ptr<ScrapeJob> submit(std::shared_ptr<Connection> connection, Route route, const RequestLine& line,
                                    const ExpositionRequest& scrape);
  // The job cannot be shared any more.
  void forget_job(const std::string& key, const ScrapeJob& job);
  // Closes connections while more than max_pending_bytes are not read: those that have read nothing for the longest
  // time, but not the given one.
  void limit_pending_bytes(const Connection& newest);
  void remove(Connection& connection);

  // After a fork, in the child: closes all descriptors. The server must be leaked then, because its threads do not
  // exist.
  void abandon_in_child();

 private:
  using Descriptor = boost::asio::posix::stream_descriptor;

  void run() noexcept;
  void wait_for_connections(std::size_t listener);
  void accept_connections(std::size_t listener);
  void pause_accepting(std::size_t listener);
  // Closes the connection that is longest without progress among those that may be closed. Returns false if there is
  // none.
  bool close_slowest(const std::function<bool(const Connection&)>& may_close);
  void add_connection(FileDescriptor socket, const SocketAddress& peer);
  // Closes the connection that is longest without progress. Returns false if scrapes run for all.
  bool make_room();
  // Starts threads of the pool while its jobs wait for one.
  void watch_pool();
  void end_states();
  void continue_handshakes();
  void begin_shutdown();
  void log_running_collectors() const;

  const HttpOptions options_;
  const ServerContent content_;
  std::vector<Listener> listeners_;
  std::unique_ptr<boost::asio::io_context> io_ = std::make_unique<boost::asio::io_context>(1);  // for one thread
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_->get_executor()};
  std::vector<Descriptor> acceptors_;  // the sockets of listeners_, which own them
  boost::asio::steady_timer deadlines_{*io_};
  boost::asio::steady_timer shutdown_{*io_};
  boost::asio::steady_timer pool_check_{*io_};
  Clock::time_point next_deadline_ = Clock::time_point::max();
  bool watches_pool_ = false;
  bool is_stopping_ = false;
  std::array<char, 65'536> scratch_;
  Connection::List connections_;
  std::list<std::shared_ptr<Connection>> handshakes_;
  std::map<std::string, std::shared_ptr<ScrapeJob>> jobs_;  // those that may be shared
  std::shared_ptr<BodyStore> bodies_;
  ScrapePool pool_;
  std::mutex post_mutex_;  // held by threads that post, so that none is inside asio during a fork
  std::thread thread_;
  std::optional<ForkPause> fork_pause_;
};

}  // namespace narthex::detail
