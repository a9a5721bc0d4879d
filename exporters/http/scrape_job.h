#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/exposition.h>

#include "http/body_store.h"
#include "http/request_head.h"
#include "http/routes.h"
#include "http/scrape_pool.h"
#include "http/server_reply.h"

namespace narthex::detail {

class Connection;
class HttpServer;

// What a thread of the pool has computed.
struct JobResult {
  int status = 0;  // 0: no memory
  std::string content_type{};
  std::string content_encoding{};
  std::string lines{};  // further header lines of the reply of a function
  std::shared_ptr<const ReplyBody> body{};
  bool is_exposition = false;
  BegunReply begun{};  // if the thread of the pool has sent some of it
};

// The computation of a reply by a thread of the pool. Requests for the same exposition share one that has not started
// when they arrive, so that many clients cost one body of time and memory.
// The thread of the pool also sends the first bytes of the reply, which saves the time until the I/O thread wakes up.
// Thread safety: the I/O thread only, except run().
class ScrapeJob final : public std::enable_shared_from_this<ScrapeJob> {
 public:
  using Clock = std::chrono::steady_clock;

  ScrapeJob(HttpServer& server, Route route, const RequestHead& head, ExpositionRequest scrape);

  // Returns a text that is equal for requests for the same exposition.
  static std::string key_of(const RequestLine& line, const ExpositionRequest& scrape);

  bool is_running() const noexcept { return state() == State::running; }
  bool has_ended() const noexcept { return state() == State::ended; }
  // Adds a connection that gets the result. Returns false if the job has started.
  bool join(std::shared_ptr<Connection> connection);
  // Removes a connection. Returns false if the job has started; from then on only the I/O thread uses its socket.
  bool leave(const Connection& connection);
  // Passes the job to the pool. `key` may be empty.
  void submit(std::string key);

 private:
  enum class State { waiting, running, ended };

  // Runs on a thread of the pool.
  void run();
  void enter(State state);
  State state() const noexcept { return state_.load(std::memory_order_relaxed); }  // relaxed: mutex_ orders the rest
  JobResult compute();
  JobResult expose();
  JobResult message(std::string_view text) const;
  void begin_reply();
  void deliver();

  HttpServer& server_;
  const Route route_;
  const RequestLine line_;
  const std::string authorization_;
  ExpositionRequest scrape_;
  const Clock::time_point created_ = Clock::now();
  std::string key_;
  std::mutex mutex_;                          // guards the next three, except connections_ after the start
  std::atomic<State> state_{State::waiting};  // read without the mutex, too
  std::vector<std::shared_ptr<Connection>> connections_;
  bool may_begin_reply_ = true;
  ScrapePool::Ticket ticket_ = 0;
  JobResult result_;  // written by run() before deliver() is posted
};

}  // namespace narthex::detail
