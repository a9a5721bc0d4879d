#include "http/connection.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <span>
#include <utility>
#include <variant>

#include <narthex/detail/http_totals.h>
#include <sys/socket.h>
#include <boost/asio/post.hpp>

#include "http/http_server.h"

namespace narthex::detail {

namespace {

using std::chrono::milliseconds;

constexpr int kMaxReadsPerTurn = 4;
constexpr std::size_t kMaxWrittenPerTurn = std::size_t{1} << 20;
constexpr std::size_t kMaxDrained = std::size_t{1} << 20;
constexpr std::chrono::seconds kDrainTime{1};
constexpr std::chrono::seconds kMaxWait{10};  // for a scrape thread, if the scraper does not say how long it waits
constexpr std::string_view kRetry = "Retry-After: 1\r\n";

std::unique_ptr<ByteStream> stream_on(int socket, bool is_encrypted, WebGate* gate) {
  return is_encrypted ? gate->tls_stream(socket) : plain_stream(socket);
}

}  // namespace

Connection::Connection(HttpServer& server, FileDescriptor socket, const ClientAddress& client, bool is_encrypted)
    : server_(server),
      socket_(server.io()),
      stream_(stream_on(socket.fd(), is_encrypted, server.content().gate)),
      client_(client),
      is_encrypted_(is_encrypted),
      state_(is_encrypted ? State::handshaking : State::reading) {
  socket_.assign(socket.fd());
  socket.release();  // socket_ owns it now
}

void Connection::start() {
  last_progress_ = Clock::now();
  enter(state_, last_progress_ + server_.options().request_timeout);
  resume();
}

void Connection::enter(State state, Clock::time_point deadline) {
  state_ = state;
  deadline_ = deadline;
  server_.schedule(deadline);
}

void Connection::wait(Transfer::Wait for_what) {
  using Descriptor = boost::asio::posix::stream_descriptor;
  socket_.async_wait(for_what == Transfer::Wait::readable ? Descriptor::wait_read : Descriptor::wait_write,
                     [self = shared_from_this()](boost::system::error_code error) {
                       if (!error) self->resume();
                     });
}

void Connection::yield() {
  boost::asio::post(server_.io(), [self = shared_from_this()] { self->resume(); });
}

void Connection::resume() {
  switch (state_) {
    case State::handshaking:
      return server_.queue_handshake(shared_from_this());
    case State::reading:
      return read();
    case State::writing:
      return write();
    case State::draining:
      return drain();
    case State::checking:
    case State::computing:
    case State::closed:
      return;
  }
}

void Connection::shake_hands() {
  if (state_ != State::handshaking) return;
  const Transfer step = stream_->handshake();
  if (step.is_broken || step.is_end) return close();
  if (step.wait != Transfer::Wait::none) return wait(step.wait);
  state_ = State::reading;  // with the same deadline
  read();
}

void Connection::read() {
  for (int reads = 0; reads < kMaxReadsPerTurn; ++reads) {
    // An incomplete head has at most kMaxHead bytes, so the buffer stays small.
    const Transfer got = stream_->read(std::span(server_.scratch()).first(kMaxHead + 1 - buffer_.size()));
    if (got.is_broken) return close();
    if (got.is_end) return buffer_.empty() ? close() : refuse(400, "the request is not complete");
    if (got.wait != Transfer::Wait::none) return wait(got.wait);
    if (std::exchange(is_idle_, false)) enter(State::reading, Clock::now() + server_.options().request_timeout);
    const std::string_view bytes(server_.scratch().data(), got.bytes);
    const bool ends_line = buffer_.empty() || bytes.find('\n') != std::string_view::npos;
    buffer_ += bytes;
    if ((ends_line || buffer_.size() > kMaxHead) && !parse()) return;
  }
  yield();
}

// Reads the next request, which may have come with the last one.
void Connection::read_next() {
  if (state_ == State::reading && (buffer_.empty() || parse())) read();
}

bool Connection::parse() {
  const ReadResult result = read_request_head(buffer_, head_);
  switch (result.state) {
    case ReadResult::State::incomplete:
      return true;
    case ReadResult::State::invalid:
      refuse(result.status, result.reason);
      return false;
    case ReadResult::State::complete:
      buffer_.erase(0, result.size);
      begin_request();
      return false;
  }
  return false;
}

// Replies to something that is not a valid request, and closes the connection, because the next request may begin
// anywhere.
void Connection::refuse(int status, std::string_view reason) {
  count_request();
  const std::size_t start = std::min(buffer_.find_first_not_of("\r\n"), buffer_.size());
  form_ = {.is_head = buffer_.compare(start, 5, "HEAD ") == 0};
  send(message_reply(status, reason, form_));
}

void Connection::count_request() {
  if (is_counted_) return;
  request_time_ = last_progress_ = Clock::now();
  is_counted_ = true;
  http_totals().requests_in_flight.fetch_add(1, std::memory_order_relaxed);  // relaxed: see HttpTotals
}

void Connection::begin_request() {
  count_request();
  headers_.clear();
  form_ = {.is_head = head_.line.method == "HEAD", .keeps_alive = head_.keeps_alive && !head_.has_body};
  WebGate* const gate = server_.content().gate;
  if (!gate) return find_reply();
  enter(State::checking, request_time_ + kMaxWait);
  const std::uint64_t request = ++requests_;
  auto done = [self = shared_from_this(), request](const Admission& admission) {
    const auto taken = std::make_shared<const Admission>(admission);
    self->server_.post([self, request, taken] {
      if (self->state_ == State::checking && self->requests_ == request) self->take_admission(*taken);
    });
  };
  if (const auto admission = gate->admit(client_, head_.authorization, std::move(done))) take_admission(*admission);
}

void Connection::take_admission(const Admission& admission) {
  headers_ = admission.headers;
  form_.headers = headers_;
  if (admission.status == 200) return find_reply();
  send(message_reply(admission.status, reason_phrase(admission.status), form_));
}

void Connection::find_reply() {
  const RequestLine& line = head_.line;
  const ServerContent& content = server_.content();
  const bool is_read = line.method == "GET" || line.method == "HEAD";
  const bool is_page = line.path == "/" && content.page && !content.routes.find(line.path);
  if (is_read && head_.has_body) return send(message_reply(413, "a request must not have a body", form_));
  if (is_read && is_page) return send(content.page(form_));
  auto found = find_route(line, content.routes, form_, is_page);
  if (auto* reply = std::get_if<ServerReply>(&found)) return send(std::move(*reply));
  compute_later(std::get<Route>(std::move(found)));
}

void Connection::compute_later(Route route) {
  head_.assign_to(scrape_);
  const Clock::duration patience = std::clamp<Clock::duration>(scrape_.timeout.value_or(kMaxWait), {}, kMaxWait);
  job_ = server_.submit(shared_from_this(), std::move(route), head_, scrape_);
  enter(State::computing, request_time_ + patience);
}

ServerReply Connection::reply_with(const JobResult& result) const {
  if (!result.is_exposition) return body_reply(result.status, result.content_type, result.body, form_, result.lines);
  return exposition_reply(result.content_type, result.content_encoding, result.body, form_);
}

std::size_t Connection::begin_reply(const ServerReply& reply) { return stream_->write(reply.head, reply.rest()).bytes; }

void Connection::finish(JobResult& result) {
  if (state_ != State::computing) return;
  job_.reset();
  state_ = State::checking;  // until the reply is sent
  if (result.status == 0) return close();
  if (result.begun.sent > 0) return send(std::move(result.begun.reply), result.begun.sent);
  send(reply_with(result));
}

void Connection::send(ServerReply reply, std::size_t sent) {
  reply_ = std::move(reply);
  written_ = sent;
  last_progress_ = Clock::now();
  enter(State::writing, last_progress_ + server_.options().write_timeout);
  server_.limit_pending_bytes(*this);
  write();
}

void Connection::write() {
  const std::string_view head = reply_.head;
  const std::string_view body = reply_.rest();
  const std::size_t end = std::min(written_ + kMaxWrittenPerTurn, head.size() + body.size());
  const std::size_t before = written_;
  while (written_ < end) {
    const std::size_t of_head = std::min(written_, head.size());
    const Transfer sent = stream_->write(head.substr(of_head), body.substr(written_ - of_head));
    if (sent.is_broken || sent.is_end) return close();
    written_ += sent.bytes;
    if (sent.wait == Transfer::Wait::none) continue;
    if (written_ > before) last_progress_ = Clock::now();
    return wait(sent.wait);
  }
  last_progress_ = Clock::now();
  if (written_ < head.size() + body.size()) return yield();
  complete();
}

void Connection::complete() {
  count_reply();
  reply_ = {};
  if (form_.keeps_alive && !server_.is_stopping()) {
    const HttpOptions& options = server_.options();
    is_idle_ = buffer_.empty();
    enter(State::reading, Clock::now() + (is_idle_ ? options.idle_timeout : options.request_timeout));
    return boost::asio::post(server_.io(), [self = shared_from_this()] { self->read_next(); });
  }
  stream_->shut_down();
  enter(State::draining, Clock::now() + kDrainTime);
  drain();
}

void Connection::count_reply() {
  if (!std::exchange(is_counted_, false)) return;
  HttpTotals& totals = http_totals();
  totals.requests_in_flight.fetch_sub(1, std::memory_order_relaxed);  // relaxed: see HttpTotals
  if (state_ != State::closed) totals.count_reply(reply_.status, written_, Clock::now() - request_time_);
}

// Reads what the client still sends, so that it can read the reply: closing a socket with unread bytes resets the
// connection.
void Connection::drain() {
  for (int reads = 0; reads < kMaxReadsPerTurn; ++reads) {
    const Transfer got = stream_->read(server_.scratch());
    drained_ += got.bytes;
    if (got.is_broken || got.is_end || drained_ > kMaxDrained) return close();
    if (got.wait != Transfer::Wait::none) return wait(got.wait);
  }
  yield();
}

void Connection::end_state() {
  switch (state_) {
    case State::reading:
      if (!buffer_.empty()) return refuse(408, "the request did not arrive in time");
      return close();
    case State::checking:
      return send(message_reply(503, "too many passwords are being checked", form_, kRetry));
    case State::computing:
      if (cancel_job()) {
        return send(message_reply(503, "too many requests for this path are being served", form_, kRetry));
      }
      return enter(State::computing, Clock::time_point::max());  // the reply comes when the collectors have ended
    case State::handshaking:
    case State::writing:
    case State::draining:
    case State::closed:
      return close();
  }
}

// Returns false if a thread of the pool computes the reply.
bool Connection::cancel_job() {
  if (state_ != State::computing) return true;
  if (!job_->leave(*this)) return false;
  job_.reset();
  state_ = State::checking;  // it waits for nothing
  return true;
}

void Connection::wind_up() {
  if (cancel_job() && state_ != State::writing) close();
}

void Connection::close() {
  if (state_ == State::closed) return;
  cancel_job();
  state_ = State::closed;
  deadline_ = Clock::time_point::max();
  job_.reset();
  ::shutdown(socket_.native_handle(), SHUT_RDWR);  // a child of a fork may have a copy
  close_socket();
  count_reply();
  reply_ = {};
  server_.remove(*this);
}

void Connection::close_socket() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace narthex::detail
