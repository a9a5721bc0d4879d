#include "civetweb/relay.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <exception>
#include <list>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include <narthex/error.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace narthex::detail {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLongestAnswer{30};  // of a scrape; Prometheus itself gives up after 10 s by default
constexpr std::chrono::milliseconds kRest{100};     // before the next try when the process has no descriptor left

// One direction of a connection: what was read on one side and not written to the other yet.
class Flow {
 public:
  // Whether there is room to read into, and something to write out.
  bool wants_to_read() const noexcept { return !ended_ && begin_ == end_; }
  bool wants_to_write() const noexcept { return begin_ != end_; }
  bool is_done() const noexcept { return ended_ && begin_ == end_; }
  bool has_begun() const noexcept { return begun_; }

  // Each returns false when the connection is broken.
  bool read(Stream& from) {
    const Transfer got = from.read(bytes_);
    begin_ = 0;
    end_ = got.bytes;
    ended_ = got.is_end;
    begun_ = begun_ || ended_ || end_ != 0;
    return !got.is_broken;
  }
  bool write(Stream& to) {
    const Transfer sent = to.write(std::span(bytes_).subspan(begin_, end_ - begin_));
    begin_ += sent.bytes;
    return !sent.is_broken;
  }
  // Passes on, once, that no more will come.
  void pass_end(Stream& to) {
    if (is_done()) end_now(to);
  }
  // The same before the end: what has come, and comes, is not passed on.
  void drop_rest(Stream& to) {
    begin_ = end_;
    end_now(to);
  }

 private:
  void end_now(Stream& to) {
    if (!std::exchange(end_passed_, true)) to.end();
  }

  std::array<char, 16384> bytes_;  // a whole record of TLS: poll() does not see what would be left of one
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool begun_ = false;
  bool ended_ = false;
  bool end_passed_ = false;
};

// The end of a connection at civetweb, one of the peers for as long as it is open.
struct ServerEnd {
  ServerEnd(FileDescriptor socket, RelayedPeers& known)
      : port(port_of(bound_address(socket))), stream(std::move(socket)), peers(known) {
    peers.add(port);  // before civetweb can have a byte of it
  }
  ServerEnd(const ServerEnd&) = delete;
  ServerEnd& operator=(const ServerEnd&) = delete;
  ~ServerEnd() { peers.remove(port); }  // before the port is anybody else's

  const std::uint16_t port;
  PlainStream stream;
  RelayedPeers& peers;
};

// A client and its connection to civetweb, which begins with the first byte of the request: who is silent, or fails at
// his handshake, takes up none of its few threads.
class Connection {
 public:
  Connection(std::unique_ptr<Stream> client, const SocketAddress& to, RelayedPeers& peers)
      : client_(std::move(client)), to_(to), peers_(peers) {}

  bool has_server() const noexcept { return server_.has_value(); }
  pollfd client_poll() const noexcept { return waiting(*client_, request_, reply_); }
  pollfd server_poll() const noexcept { return waiting(server_->stream, reply_, request_); }

  // Moves what can be moved now. Returns false when the connection is over.
  bool move(short client_events, short server_events) {
    if (server_ && (client_events | server_events) != 0) last_moved_ = Clock::now();
    if (client_events != 0 && request_.wants_to_read() && !request_.read(*client_)) return false;
    if (!server_ && !request_.wants_to_write()) return !request_.is_done();
    if (!server_ && !connect()) return false;
    if (server_events != 0 && reply_.wants_to_read() && !reply_.read(server_->stream)) return false;
    // civetweb would read a body to its end before it lets go of its thread, however long the client takes for that.
    if (reply_.has_begun()) request_.drop_rest(server_->stream);
    if (request_.wants_to_write() && !request_.write(server_->stream)) return false;
    if (reply_.wants_to_write() && !reply_.write(*client_)) return false;
    request_.pass_end(server_->stream);
    reply_.pass_end(*client_);
    if (!reply_.is_done()) return true;
    // Closed while bytes of the client are on their way, its connection would be reset, and the reply lost with it.
    if (!answered_at_) answered_at_ = Clock::now();
    return !request_.is_done();
  }

  // Whether the client says nothing, does not take its reply or talks on behind it, or civetweb does not give one. (It
  // sees to a client that falls silent, but only once it has accepted the connection, which it cannot when the process
  // has no descriptor left.)
  bool is_stuck(std::chrono::milliseconds silence) const {
    if (answered_at_ && Clock::now() - *answered_at_ > silence) return true;
    const auto limit = !server_ || reply_.wants_to_write() ? silence : silence + kLongestAnswer;
    return Clock::now() - last_moved_ > limit;
  }

 private:
  static pollfd waiting(const Stream& stream, const Flow& in, const Flow& out) noexcept {
    const short events = stream.events(in.wants_to_read(), out.wants_to_write());
    return {events ? stream.fd() : -1, events, 0};  // -1: a hang-up would wake poll() for nothing
  }

  bool connect() {
    FileDescriptor socket = connect_to(to_);
    if (!socket) return false;
    server_.emplace(std::move(socket), peers_);
    last_moved_ = Clock::now();
    return true;
  }

  const std::unique_ptr<Stream> client_;
  const SocketAddress& to_;
  RelayedPeers& peers_;
  std::optional<ServerEnd> server_;
  Flow request_;
  Flow reply_;
  std::optional<Clock::time_point> answered_at_;
  Clock::time_point last_moved_ = Clock::now();  // before there is a server: when it was accepted
};

// Takes the next client of a listener. Returns false when it has to wait for a free descriptor.
bool accept_one(const FileDescriptor& listener, const SocketAddress& to, const RelayOptions& options,
                std::list<Connection>& connections) {
  FileDescriptor client(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!client) return false;
  try {
    connections.emplace_back(options.client_end(std::move(client)), to, *options.peers);
  } catch (const std::exception&) {  // its end cannot be made now: it is closed, and may try again
  }
  return true;
}

}  // namespace

Relay::Relay(const std::vector<ListenAddress>& addresses, RelayOptions options)
    : options_(std::move(options)),
      to_(ipv4_loopback(options_.to_port)),
      stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  for (const ListenAddress& entry : addresses) {
    FileDescriptor listener = listen_on(entry.address);
    if (!listener) refuse_address(entry.with_port(port_of(entry.address)), errno);
    listeners_.push_back(std::move(listener));
  }
  if (!stop_)
    throw SystemError("civetweb exporter: cannot create an eventfd", std::error_code(errno, std::generic_category()));
  thread_ = std::thread([this] { run(); });
}

Relay::~Relay() {
  ::eventfd_write(stop_.fd(), 1);
  thread_.join();
}

std::vector<std::uint16_t> Relay::ports() const {
  std::vector<std::uint16_t> ports;
  for (const FileDescriptor& listener : listeners_) ports.push_back(port_of(bound_address(listener)));
  return ports;
}

void Relay::run() {
  std::list<Connection> connections;
  std::vector<pollfd> polled;
  bool is_short_of_sockets = false;
  for (;;) {
    // One entry for each open descriptor and no more: poll() takes as many as the process may have, or none at all.
    polled.assign(1, {stop_.fd(), POLLIN, 0});
    const bool accepts = connections.size() < options_.max_connections && !is_short_of_sockets;
    for (const FileDescriptor& listener : listeners_) polled.push_back({accepts ? listener.fd() : -1, POLLIN, 0});
    for (const Connection& connection : connections) {
      polled.push_back(connection.client_poll());
      if (connection.has_server()) polled.push_back(connection.server_poll());
    }
    const std::chrono::milliseconds wait = is_short_of_sockets ? kRest : options_.silence;
    if (::poll(polled.data(), polled.size(), static_cast<int>(wait.count())) < 0) {
      if (errno == EINTR) continue;
      // No memory, or a limit of descriptors that has been lowered: goes on as if nothing had come, and ends what is
      // due.
      ::poll(polled.data(), 1, static_cast<int>(kRest.count()));
    }
    is_short_of_sockets = false;
    if (polled[0].revents != 0) return;

    auto events = polled.begin() + 1 + static_cast<std::ptrdiff_t>(listeners_.size());
    for (auto connection = connections.begin(); connection != connections.end();) {
      const short client_events = (events++)->revents;
      const short server_events = connection->has_server() ? (events++)->revents : short{0};
      const bool goes_on = connection->move(client_events, server_events) && !connection->is_stuck(options_.silence);
      connection = goes_on ? std::next(connection) : connections.erase(connection);
    }
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
      if (polled[i + 1].revents == 0) continue;
      if (!accept_one(listeners_[i], to_, options_, connections)) is_short_of_sockets = true;
    }
  }
}

}  // namespace narthex::detail
