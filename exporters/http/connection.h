#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include <narthex/exposition.h>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "http/admission.h"
#include "http/byte_stream.h"
#include "http/client_address.h"
#include "http/request_head.h"
#include "http/routes.h"
#include "http/scrape_job.h"
#include "http/server_reply.h"

namespace narthex::detail {

class HttpServer;

// A connection of a client: reads requests, passes them on, and writes replies.
//
//   handshaking --> reading --> checking --> computing --> writing --> reading      the connection is kept
//        TLS          |         password     scrape           |
//                     +----------- an error -----------------> writing --> draining --> closed
//
// Each state but `computing` ends at its deadline at the latest.
// Thread safety: the I/O thread only, except is_encrypted(), reply_with(), and begin_reply(), which the scrape thread
// calls before it has ended the job.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;
  using List = std::list<std::shared_ptr<Connection>>;

  // The socket does not block. Throws std::bad_alloc.
  Connection(HttpServer& server, FileDescriptor socket, const ClientAddress& client, bool is_encrypted);

  void start();
  // Does one step of the handshake.
  void shake_hands();
  // Ends the state whose deadline is over.
  void end_state();
  void close();
  void close_socket();
  // Whether a scrape runs for it.
  bool is_running() const noexcept { return state_ == State::computing && job_->is_running(); }
  // Closes the connection unless a reply has begun.
  void wind_up();

  Clock::time_point deadline() const noexcept { return deadline_; }
  // The body that it writes, or null.
  const ReplyBody* body() const noexcept { return reply_.body.get(); }
  Clock::time_point request_time() const noexcept { return request_time_; }
  // The time of the last event that makes a connection useful: it was accepted, its request was complete, it read a
  // part of the reply. The end of its scrape counts as later than all others, until the reply is sent.
  Clock::time_point last_progress() const noexcept {
    return state_ == State::computing && job_->has_ended() ? Clock::time_point::max() : last_progress_;
  }
  bool is_encrypted() const noexcept { return is_encrypted_; }
  // Returns the reply with the result of its job.
  ServerReply reply_with(const JobResult& result) const;
  // Sends the first bytes of a reply, and returns their number. For a connection without encryption.
  std::size_t begin_reply(const ServerReply& reply);
  // Sends the result of the job, or the rest of it.
  void finish(JobResult& result);

  List::iterator position;  // in the list of the server

 private:
  enum class State { handshaking, reading, checking, computing, writing, draining, closed };

  void enter(State state, Clock::time_point deadline);
  // Calls resume() when the socket is ready.
  void wait(Transfer::Wait for_what);
  // Calls resume() after the events of other connections.
  void yield();
  void resume();
  void read();
  void read_next();
  // Returns whether to read on.
  bool parse();
  void refuse(int status, std::string_view reason);
  void count_request();
  void count_reply();
  void begin_request();
  void take_admission(const Admission& admission);
  void find_reply();
  void compute_later(Route route);
  bool cancel_job();
  void send(ServerReply reply, std::size_t sent = 0);
  void write();
  void complete();
  void drain();

  HttpServer& server_;
  boost::asio::posix::stream_descriptor socket_;
  const std::unique_ptr<ByteStream> stream_;
  const ClientAddress client_;
  const bool is_encrypted_;
  State state_;
  Clock::time_point deadline_{};

  std::string buffer_;  // bytes that are read and do not belong to a complete request
  RequestHead head_;
  ReplyForm form_;
  std::string headers_;  // of the admission
  std::uint64_t requests_ = 0;
  bool is_counted_ = false;  // the current request
  bool is_idle_ = false;     // it has read nothing since the last reply
  Clock::time_point request_time_{};
  ExpositionRequest scrape_;
  std::shared_ptr<ScrapeJob> job_;  // in `computing`

  ServerReply reply_;
  std::size_t written_ = 0;
  Clock::time_point last_progress_{};
  std::size_t drained_ = 0;
};

}  // namespace narthex::detail
