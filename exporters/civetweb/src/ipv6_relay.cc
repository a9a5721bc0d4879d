#include "ipv6_relay.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <list>
#include <system_error>
#include <utility>

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

  // Each returns false when the connection is broken.
  bool read(const Socket& from) {
    const ssize_t n = ::recv(from.fd(), bytes_.data(), bytes_.size(), 0);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    begin_ = 0;
    end_ = static_cast<std::size_t>(n);
    ended_ = n == 0;
    return true;
  }
  bool write(const Socket& to) {
    const ssize_t n = ::send(to.fd(), bytes_.data() + begin_, end_ - begin_, MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    begin_ += static_cast<std::size_t>(n);
    return true;
  }
  // Passes on, once, that no more will come.
  void pass_end(const Socket& to) {
    if (is_done() && !std::exchange(end_passed_, true)) ::shutdown(to.fd(), SHUT_WR);
  }

 private:
  std::array<char, 16384> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool ended_ = false;
  bool end_passed_ = false;
};

// A client and its connection to civetweb.
class Connection {
 public:
  Connection(Socket client, Socket server) : client_(std::move(client)), server_(std::move(server)) {}

  pollfd client_poll() const noexcept { return waiting(client_, request_, reply_); }
  pollfd server_poll() const noexcept { return waiting(server_, reply_, request_); }

  // Moves what can be moved now. Returns false when the connection is over.
  bool move(short client_events, short server_events) {
    if ((client_events | server_events) != 0) last_moved_ = Clock::now();
    constexpr short kReadable = POLLIN | POLLHUP | POLLERR;
    if ((client_events & kReadable) && request_.wants_to_read() && !request_.read(client_)) return false;
    if ((server_events & kReadable) && reply_.wants_to_read() && !reply_.read(server_)) return false;
    if (request_.wants_to_write() && !request_.write(server_)) return false;
    if (reply_.wants_to_write() && !reply_.write(client_)) return false;
    request_.pass_end(server_);
    reply_.pass_end(client_);
    return !reply_.is_done();
  }

  // Whether the client does not take its reply, or civetweb does not give one. (It sees to a client that is silent, but
  // only once it has accepted the connection, which it cannot when the process has no descriptor left.)
  bool is_stuck(std::chrono::milliseconds silence) const {
    const auto limit = reply_.wants_to_write() ? silence : silence + kLongestAnswer;
    return Clock::now() - last_moved_ > limit;
  }

 private:
  static pollfd waiting(const Socket& socket, const Flow& in, const Flow& out) noexcept {
    const int events = (in.wants_to_read() ? POLLIN : 0) | (out.wants_to_write() ? POLLOUT : 0);
    return {events ? socket.fd() : -1, static_cast<short>(events), 0};  // -1: a hang-up would wake poll() for nothing
  }

  Socket client_;
  Socket server_;
  Flow request_;
  Flow reply_;
  Clock::time_point last_moved_ = Clock::now();
};

}  // namespace

Ipv6Relay::Ipv6Relay(const std::vector<ListenAddress>& addresses, std::uint16_t to_port,
                     std::chrono::milliseconds silence)
    : to_(ipv4_loopback(to_port)), silence_(silence), stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  for (const ListenAddress& entry : addresses) {
    Socket listener = listen_on(entry.address);
    if (!listener) refuse_address(entry.with_port(port_of(entry.address)), errno);
    listeners_.push_back(std::move(listener));
  }
  if (!stop_) throw std::system_error(errno, std::generic_category(), "civetweb exporter: eventfd");
  thread_ = std::thread([this] { run(); });
}

Ipv6Relay::~Ipv6Relay() {
  ::eventfd_write(stop_.fd(), 1);
  thread_.join();
}

std::vector<std::uint16_t> Ipv6Relay::ports() const {
  std::vector<std::uint16_t> ports;
  for (const Socket& listener : listeners_) ports.push_back(port_of(bound_address(listener)));
  return ports;
}

void Ipv6Relay::run() {
  std::list<Connection> connections;
  std::vector<pollfd> polled;
  bool is_short_of_sockets = false;
  for (;;) {
    polled.assign(1, {stop_.fd(), POLLIN, 0});
    const bool accepts = connections.size() < kMostConnections && !is_short_of_sockets;
    for (const Socket& listener : listeners_) polled.push_back({accepts ? listener.fd() : -1, POLLIN, 0});
    for (const Connection& connection : connections) {
      polled.push_back(connection.client_poll());
      polled.push_back(connection.server_poll());
    }
    const std::chrono::milliseconds wait = is_short_of_sockets ? kRest : silence_;
    if (::poll(polled.data(), polled.size(), static_cast<int>(wait.count())) < 0) continue;  // a signal, or no memory
    is_short_of_sockets = false;
    if (polled[0].revents != 0) return;

    auto events = polled.begin() + 1 + static_cast<std::ptrdiff_t>(listeners_.size());
    for (auto connection = connections.begin(); connection != connections.end(); events += 2) {
      const bool goes_on = connection->move(events[0].revents, events[1].revents) && !connection->is_stuck(silence_);
      connection = goes_on ? std::next(connection) : connections.erase(connection);
    }
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
      if (polled[i + 1].revents == 0) continue;
      Socket client(::accept4(listeners_[i].fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      Socket server = client ? connect_to(to_) : Socket();
      if (server)
        connections.emplace_back(std::move(client), std::move(server));
      else
        is_short_of_sockets = true;
    }
  }
}

}  // namespace narthex::detail
