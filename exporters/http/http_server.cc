#include "http/http_server.h"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <iterator>
#include <new>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <narthex/detail/http_totals.h>
#include <narthex/detail/quote.h>
#include <narthex/detail/scrape_phases.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "http/block_signals.h"
#include "http/socket.h"

namespace narthex::detail {

namespace {

using boost::system::error_code;

constexpr int kMaxAcceptsPerTurn = 64;
constexpr int kMaxUnsent = 262'144;                   // bytes that the kernel buffers for a connection and has not sent
constexpr std::chrono::milliseconds kShortPause{10};  // of accepting, if there are no descriptors
constexpr std::chrono::milliseconds kLongPause{100};  // the same if no connection can give way
constexpr std::chrono::milliseconds kMemoryPause{10};
constexpr std::chrono::milliseconds kMinSweepPause{5};  // between two calls of end_states()

}  // namespace

HttpServer::HttpServer(const HttpOptions& options, std::vector<Listener> listeners, ServerContent content)
    : options_(options),
      content_(std::move(content)),
      listeners_(std::move(listeners)),
      is_accepting_(listeners_.size(), false),
      bodies_(std::make_shared<BodyStore>(static_cast<std::size_t>(options.scrape_threads))),
      pool_(options.scrape_threads, options.max_scrapes_in_flight) {
  acceptors_.reserve(listeners_.size());
  for (Listener& listener : listeners_) {
    acceptors_.emplace_back(*io_).assign(listener.fd());
    listener.release();
  }
}

void HttpServer::start() {
  recover();
  fork_pause_.emplace(post_mutex_,
                      [this](std::function<void()> function) { boost::asio::post(*io_, std::move(function)); });
  const BlockSignals block;
  thread_ = std::thread([this] { run(); });
  fork_pause_->set_io_thread(thread_.get_id());
}

void HttpServer::stop() {
  if (!thread_.joinable()) return;
  fork_pause_.reset();
  post([this] { begin_shutdown(); });
  thread_.join();
  if (pool_.is_busy()) log_running_collectors();
}

void HttpServer::run() noexcept {
  for (bool has_failed = false;;) {
    try {
      if (std::exchange(has_failed, false)) recover();
      io_->run();
      return;
    } catch (const std::exception&) {  // a handler has no memory
      has_failed = true;
      std::this_thread::sleep_for(kMemoryPause);
    }
  }
}

void HttpServer::recover() {
  if (is_stopping_) return;
  for (std::size_t i = 0; i < acceptors_.size(); ++i) {
    if (!is_accepting_[i]) wait_for_connections(i);
  }
  next_deadline_ = Clock::time_point::max();
  end_states();
  watches_pool_ = false;
  watch_pool();
  continues_handshakes_ = false;
  start_handshakes();
}

void HttpServer::wait_for_connections(std::size_t listener) {
  acceptors_[listener].async_wait(Descriptor::wait_read, [this, listener](error_code error) {
    is_accepting_[listener] = false;
    if (!error && !is_stopping_) accept_connections(listener);
  });
  is_accepting_[listener] = true;
}

void HttpServer::accept_connections(std::size_t listener) {
  for (int accepted = 0; accepted < kMaxAcceptsPerTurn; ++accepted) {
    SocketAddress peer;
    peer.size = sizeof peer.storage;
    FileDescriptor socket(
        ::accept4(acceptors_[listener].native_handle(), peer.raw(), &peer.size, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket) {
      try {
        add_connection(std::move(socket), peer);
      } catch (const std::exception&) {  // no memory for the connection, which ends
      }
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != ECONNABORTED && errno != EINTR && errno != EPROTO && errno != EPERM) {
      return pause_accepting(listener);
    }
  }
  wait_for_connections(listener);
}

// Without the pause, the thread would spin when the process has no more descriptors, because the listening socket stays
// ready. Another connection is closed, so that the next client gets its descriptor.
void HttpServer::pause_accepting(std::size_t listener) {
  const auto timer = std::make_shared<boost::asio::steady_timer>(*io_, make_room() ? kShortPause : kLongPause);
  timer->async_wait([this, listener, timer](error_code error) {
    is_accepting_[listener] = false;
    if (!error && !is_stopping_) accept_connections(listener);
  });
  is_accepting_[listener] = true;
}

void HttpServer::add_connection(FileDescriptor socket, const SocketAddress& peer) {
  HttpTotals& totals = http_totals();
  while (connections_.size() >= options_.max_connections) {
    if (make_room()) continue;
    totals.refused_connections.fetch_add(1, std::memory_order_relaxed);  // relaxed: see HttpTotals
    return;
  }
  if (peer.storage.ss_family != AF_UNIX) {  // a short reply must not wait until the last one is acknowledged
    const int on = 1;
    ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // The kernel would otherwise buffer megabytes for a client that does not read.
    ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMaxUnsent, sizeof kMaxUnsent);
  }
  const bool is_encrypted = content_.gate && content_.gate->has_tls();
  auto connection = std::make_shared<Connection>(*this, std::move(socket), ClientAddress(peer), is_encrypted);
  connections_.push_back(connection);
  connection->position = std::prev(connections_.end());
  totals.open_connections.fetch_add(1, std::memory_order_relaxed);  // relaxed: see HttpTotals
  connection->start();
}

bool HttpServer::make_room() {
  std::shared_ptr<Connection> slowest;
  for (const auto& connection : connections_) {
    if (connection->is_running()) continue;
    if (!slowest || connection->last_progress() < slowest->last_progress()) slowest = connection;
  }
  if (!slowest) return false;
  http_totals().refused_connections.fetch_add(1, std::memory_order_relaxed);  // relaxed: see HttpTotals
  slowest->close();
  return true;
}

// The oldest bodies go first, because closing some of the connections that share a body frees nothing. One reply always
// fits.
void HttpServer::limit_pending_bytes(const Connection& newest) {
  while (bodies_->size() > options_.max_pending_bytes) {
    std::shared_ptr<Connection> oldest;
    for (const auto& connection : connections_) {
      if (!connection->body() || connection->body() == newest.body()) continue;
      if (!oldest || connection->request_time() < oldest->request_time()) oldest = connection;
    }
    if (!oldest) return;
    http_totals().refused_connections.fetch_add(1, std::memory_order_relaxed);  // relaxed: see HttpTotals
    oldest->close();
  }
}

std::shared_ptr<ScrapeJob> HttpServer::submit(std::shared_ptr<Connection> connection, Route route,
                                              const RequestHead& head, const ExpositionRequest& scrape) {
  const bool is_shared = std::holds_alternative<Registry>(route);  // a function may do something at each call
  std::string key = is_shared ? ScrapeJob::key_of(head.line, scrape) : std::string();
  if (is_shared) {
    const auto found = jobs_.find(key);
    if (found != jobs_.end() && found->second->join(connection)) return found->second;
  }
  auto job = std::make_shared<ScrapeJob>(*this, std::move(route), head, scrape);
  job->join(std::move(connection));
  watch_pool();
  if (is_shared) jobs_[key] = job;
  try {
    job->submit(key);
  } catch (...) {
    forget_job(key, *job);
    throw;
  }
  return job;  // nothing fails any more: the job refers to the connection, which must know it
}

void HttpServer::forget_job(const std::string& key, const ScrapeJob& job) {
  const auto found = jobs_.find(key);
  if (found != jobs_.end() && found->second.get() == &job) jobs_.erase(found);
}

void HttpServer::remove(Connection& connection) {
  http_totals().open_connections.fetch_sub(1, std::memory_order_relaxed);  // relaxed: see HttpTotals
  connections_.erase(connection.position);
  if (is_stopping_ && connections_.empty()) io_->stop();
}

void HttpServer::schedule(Clock::time_point deadline) {
  if (deadline >= next_deadline_) return;
  next_deadline_ = Clock::time_point::max();  // if async_wait() throws
  deadline = std::max(deadline, Clock::now() + kMinSweepPause);
  deadlines_.expires_at(deadline);
  deadlines_.async_wait([this](error_code error) {
    if (!error) end_states();
  });
  next_deadline_ = deadline;
}

void HttpServer::end_states() {
  const Clock::time_point now = Clock::now();
  next_deadline_ = Clock::time_point::max();
  Clock::time_point next = next_deadline_;
  Connection::List ended;
  for (const auto& connection : connections_) {
    if (connection->deadline() <= now) {
      ended.push_back(connection);
    } else {
      next = std::min(next, connection->deadline());
    }
  }
  schedule(next);
  for (const auto& connection : ended) connection->end_state();
}

void HttpServer::queue_handshake(std::shared_ptr<Connection> connection) {
  handshakes_.push_back(std::move(connection));
  start_handshakes();
}

void HttpServer::start_handshakes() {
  if (continues_handshakes_ || handshakes_.empty()) return;
  boost::asio::post(*io_, [this] { continue_handshakes(); });
  continues_handshakes_ = true;
}

void HttpServer::continue_handshakes() {
  continues_handshakes_ = false;
  const std::shared_ptr<Connection> connection = std::move(handshakes_.front());
  handshakes_.pop_front();
  start_handshakes();
  connection->shake_hands();
}

void HttpServer::watch_pool() {
  if (watches_pool_) return;
  pool_check_.expires_after(ScrapePool::kMaxReadyTime);
  pool_check_.async_wait([this](error_code error) {
    if (error) return;
    watches_pool_ = false;
    if (pool_.grow()) watch_pool();
  });
  watches_pool_ = true;
}

void HttpServer::begin_shutdown() {
  shutdown_.expires_after(options_.shutdown_timeout);
  shutdown_.async_wait([this](error_code) {
    while (!connections_.empty()) std::shared_ptr(connections_.front())->close();
    io_->stop();
  });
  is_stopping_ = true;
  acceptors_.clear();
  listeners_.clear();
  for (auto next = connections_.begin(); next != connections_.end();) std::shared_ptr(*next++)->wind_up();
  if (connections_.empty()) io_->stop();
}

void HttpServer::log_running_collectors() const noexcept try {
  for (const std::string& path : content_.routes.paths()) {
    const std::optional<Route> route = content_.routes.find(path);
    const auto* registry = route ? std::get_if<Registry>(&*route) : nullptr;
    if (!registry) continue;
    for (const std::string& name : running_collectors(*registry)) {
      content_.log(fmt::format("HttpExporter waits in its destructor for the collector {} on {}", quote(name), path));
    }
  }
} catch (const std::exception&) {  // no memory for the line
}

void HttpServer::abandon_in_child() noexcept try {
  for (Listener& listener : listeners_) listener.keep_file();
  if (!fork_pause_->is_whole()) return;
  io_->notify_fork(boost::asio::io_context::fork_child);
  acceptors_.clear();
  for (const auto& connection : connections_) connection->close_socket();
  io_.reset();                     // closes its descriptors
} catch (const std::exception&) {  // the child has closed the descriptors already
}

}  // namespace narthex::detail
