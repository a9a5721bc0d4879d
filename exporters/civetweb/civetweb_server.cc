#include "civetweb/civetweb_server.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <exception>
#include <future>
#include <mutex>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include <arpa/inet.h>
#include <civetweb.h>
#include <fmt/format.h>
#include <narthex/detail/http_totals.h>
#include <narthex/error.h>
#include <narthex/exposition.h>
#include <netinet/in.h>
#include <strings.h>

#include "http/joined.h"
#include "http/server_reply.h"

namespace narthex::detail {

namespace {

std::string_view text_or_empty(const char* text) { return text ? text : ""; }

// Returns the values of all header lines with a name.
std::vector<const char*> header_values(const mg_request_info& info, const char* name) {
  std::vector<const char*> values;
  for (const mg_header& line : std::span(info.http_headers, static_cast<std::size_t>(info.num_headers))) {
    if (::strcasecmp(line.name, name) == 0) values.push_back(line.value);
  }
  return values;
}

ClientAddress client_of(const mg_request_info& info) {
  const std::string_view text = text_or_empty(info.remote_addr);
  const std::string host(text.substr(0, text.find('%')));  // without the interface of a link-local address
  SocketAddress address;
  auto& ipv4 = reinterpret_cast<sockaddr_in&>(address.storage);
  auto& ipv6 = reinterpret_cast<sockaddr_in6&>(address.storage);
  if (::inet_pton(AF_INET, host.c_str(), &ipv4.sin_addr) == 1) {
    address.storage.ss_family = AF_INET;
  } else if (::inet_pton(AF_INET6, host.c_str(), &ipv6.sin6_addr) == 1) {
    address.storage.ss_family = AF_INET6;
  }
  return ClientAddress(address);
}

// Reads the rest of the request for at most a second, so that the client can read the reply: closing a connection with
// unread bytes resets it. civetweb itself would read for as long as bytes arrive. mg_read() waits until it has all
// bytes that it is asked for, and each byte restarts its timeout, so this reads one byte at a time.
void discard_rest(mg_connection* connection) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  for (char byte = 0; std::chrono::steady_clock::now() < end && mg_read(connection, &byte, 1) > 0;) {
  }
  mg_disable_connection_keep_alive(connection);  // civetweb reads nothing from a connection that it closes
}

// Without this, civetweb writes to a file. Its errors reach the user as an exception or as a status.
int log_nothing(const mg_connection*, const char*) { return 1; }

std::string listening_ports(const std::vector<ListenAddress>& addresses) {
  return joined(addresses, ",", [](const ListenAddress& entry) {
    return fmt::format("{}:{}", entry.host == "localhost" ? "127.0.0.1" : entry.host, port_of(entry.address));
  });
}

// Throws for the first address that cannot be used. civetweb reports only that it failed.
void throw_for_first_taken(const std::vector<ListenAddress>& addresses) {
  std::vector<FileDescriptor> tried;  // kept open, so that a repeated entry is found too
  for (const ListenAddress& entry : addresses) {
    tried.push_back(listen_on(entry.address));
    if (!tried.back()) refuse_address(entry.with_port(port_of(entry.address)), errno);
  }
}

}  // namespace

bool CivetwebServer::knows_ipv6() { return mg_check_feature(MG_FEATURES_IPV6) != 0; }

CivetwebServer::CivetwebServer(const std::vector<ListenAddress>& addresses, const CivetwebOptions& options,
                               const Routes& routes, BlockingGate* gate)
    : addresses_(addresses),
      routes_(routes),
      gate_(gate),
      bodies_(std::make_shared<BodyStore>(static_cast<std::size_t>(options.worker_threads))) {
  static std::once_flag initialised;
  std::call_once(initialised, [] { mg_init_library(MG_FEATURES_DEFAULT); });

  const std::string listen = listening_ports(addresses);
  const std::pair<const char*, std::string> settings[]{
      {"listening_ports", listen},
      {"num_threads", std::to_string(options.worker_threads)},
      {"request_timeout_ms", std::to_string(options.request_timeout.count())},
      {"enable_keep_alive", "no"},
      {"enable_auth_domain_check", "no"},  // "yes" rejects "GET http://127.0.0.1:9464/metrics", which proxies send
      {"tcp_nodelay", "1"},                // a short body must not wait until the head is acknowledged
  };
  std::vector<const char*> names_and_values;
  for (const auto& [name, value] : settings) names_and_values.insert(names_and_values.end(), {name, value.c_str()});
  names_and_values.push_back(nullptr);

  mg_callbacks callbacks{};
  callbacks.begin_request = [](mg_connection* connection) {
    return static_cast<CivetwebServer*>(mg_get_request_info(connection)->user_data)->begin_request(connection);
  };
  callbacks.log_message = log_nothing;
  mg_init_data init{};
  init.callbacks = &callbacks;
  init.user_data = this;
  init.configuration_options = names_and_values.data();
  std::array<char, 256> text{};
  mg_error_data error{};
  error.text = text.data();
  error.text_buffer_size = text.size();

  context_ = mg_start2(&init, &error);
  if (!context_) {
    throw_for_first_taken(addresses);
    throw ListenError(fmt::format("listen '{}': civetweb cannot start: {}", listen, text.data()),
                      std::make_error_code(std::errc::operation_canceled));
  }
}

CivetwebServer::~CivetwebServer() {
  if (gate_) gate_->stop();
  try {
    stop_soon();
  } catch (const std::bad_alloc&) {  // without memory for a thread that connects, it takes up to two seconds
    mg_stop(context_);
  }
}

// The accepting thread reads civetweb's stop flag when a connection arrives, otherwise every two seconds: connect.
void CivetwebServer::stop_soon() const {
  const SocketAddress address = with_port(addresses_.front().address, ports().front());
  std::promise<void> stopped;
  const auto connecting = std::async([address, ended = stopped.get_future()] {
    while (ended.wait_for(std::chrono::milliseconds(10)) == std::future_status::timeout) connect_to(address);
  });
  mg_stop(context_);
  stopped.set_value();
}

int CivetwebServer::begin_request(mg_connection* connection) noexcept {
  try {
    return handle(connection);
  } catch (...) {  // no memory for the request
    return 500;
  }
}

Admission CivetwebServer::admit(const mg_request_info& info) const {
  if (!gate_) return {};
  const std::vector<const char*> authorization = header_values(info, "Authorization");
  return gate_->admit(client_of(info), authorization.size() == 1 ? text_or_empty(authorization.front()) : "");
}

int CivetwebServer::handle(mg_connection* connection) {
  const auto start = std::chrono::steady_clock::now();
  HttpTotals& totals = http_totals();
  totals.requests_in_flight.fetch_add(1, std::memory_order_relaxed);  // relaxed: see HttpTotals
  const ServerReply reply = reply_to(connection);
  const std::string_view rest = reply.rest();
  if (mg_write(connection, reply.head.data(), reply.head.size()) > 0 && !rest.empty()) {
    mg_write(connection, rest.data(), rest.size());
  }
  totals.count_reply(reply.status, reply.head.size() + rest.size(), std::chrono::steady_clock::now() - start);
  totals.requests_in_flight.fetch_sub(1, std::memory_order_relaxed);  // relaxed: see HttpTotals
  discard_rest(connection);
  return reply.status;
}

ServerReply CivetwebServer::reply_to(mg_connection* connection) const {
  const mg_request_info& info = *mg_get_request_info(connection);
  const RequestLine line{.method = std::string(text_or_empty(info.request_method)),
                         .path = std::string(text_or_empty(info.local_uri)),
                         .query = std::string(text_or_empty(info.query_string))};
  const Admission admission = admit(info);
  const ReplyForm form{.is_head = line.method == "HEAD", .headers = admission.headers};
  if (admission.status != 200) return message_reply(admission.status, reason_phrase(admission.status), form);
  if (mg_get_header(connection, "Content-Length") && mg_get_header(connection, "Transfer-Encoding")) {
    return message_reply(400, "a request must not have both a Content-Length and a Transfer-Encoding", form);
  }
  auto found = find_route(line, routes_, form);
  if (auto* const error = std::get_if<ServerReply>(&found)) return std::move(*error);
  try {
    Exposition exposition{.body = bodies_->take()};
    const auto header = [&info](const char* name) { return header_values(info, name); };
    expose(std::get<Registry>(std::get<Route>(found)), ExpositionRequest::from(header, line.query), exposition);
    return exposition_reply(exposition.content_type, exposition.content_encoding,
                            bodies_->keep(std::move(exposition.body)), form);
  } catch (const std::exception& error) {
    return message_reply(500, fmt::format("cannot compute the reply: {}", error.what()), form);
  }
}

std::vector<std::uint16_t> CivetwebServer::ports() const {
  std::vector<mg_server_port> found(addresses_.size());
  mg_get_server_ports(context_, static_cast<int>(found.size()), found.data());
  std::vector<std::uint16_t> ports;
  ports.reserve(found.size());
  for (const mg_server_port& port : found) ports.push_back(static_cast<std::uint16_t>(port.port));
  return ports;
}

}  // namespace narthex::detail
