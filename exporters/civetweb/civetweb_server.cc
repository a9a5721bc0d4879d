#include "civetweb/civetweb_server.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <future>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <civetweb.h>
#include <fmt/format.h>
#include <narthex/error.h>
#include <strings.h>

#include "http/http_answer.h"

namespace narthex::detail {

namespace {

std::string_view text_or_empty(const char* text) { return text ? text : ""; }

// Returns the values of all header lines of a name, as if they were one.
std::string header(const mg_request_info& info, const char* name) {
  std::string joined;
  for (int i = 0; i < info.num_headers; ++i) {
    const mg_header& line = info.http_headers[i];
    if (::strcasecmp(line.name, name) != 0) continue;
    if (!joined.empty()) joined += ',';
    joined += text_or_empty(line.value);
  }
  return joined;
}

// Takes what the client still sends, so that it gets to read its reply: a connection that ends on unread bytes is reset.
// civetweb by itself would do so for as long as bytes come, be it one a second. It waits for all that it is asked for,
// each byte anew, so it is asked for one.
void take_rest(mg_connection* connection) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  for (char byte = 0; std::chrono::steady_clock::now() < end && mg_read(connection, &byte, 1) > 0;) {
  }
  mg_disable_connection_keep_alive(connection);  // where it closes the connection anyway, it takes nothing more
}

// civetweb would write to a file; what it has to say reaches the user as an exception or as a status.
int log_nothing(const mg_connection*, const char*) { return 1; }

std::string listening_ports(const std::vector<ListenAddress>& addresses) {
  std::string list;
  for (const ListenAddress& entry : addresses) {
    if (!list.empty()) list += ',';
    list += entry.host == "localhost" ? "127.0.0.1" : entry.host;
    list += fmt::format(":{}", port_of(entry.address));
  }
  return list;
}

// civetweb says only that it failed. Looks which address it was, and why.
void refuse_first_taken(const std::vector<ListenAddress>& addresses) {
  std::vector<FileDescriptor> tried;  // kept open, so that an entry that stands twice is found too
  for (const ListenAddress& entry : addresses) {
    tried.push_back(listen_on(entry.address));
    if (!tried.back()) refuse_address(entry.with_port(port_of(entry.address)), errno);
  }
}

}  // namespace

bool CivetwebServer::knows_ipv6() { return mg_check_feature(MG_FEATURES_IPV6) != 0; }

CivetwebServer::CivetwebServer(const std::vector<ListenAddress>& addresses, const CivetwebOptions& options,
                               const Routes& routes, const Front& front)
    : addresses_(addresses), routes_(routes), front_(front), bodies_(static_cast<std::size_t>(options.worker_threads)) {
  static std::once_flag initialised;
  std::call_once(initialised, [] { mg_init_library(MG_FEATURES_DEFAULT); });

  const std::string listen = listening_ports(addresses);
  const std::pair<const char*, std::string> settings[]{
      {"listening_ports", listen},
      {"num_threads", std::to_string(options.worker_threads)},
      {"request_timeout_ms", std::to_string(options.request_timeout.count())},
      {"enable_keep_alive", "no"},
      {"enable_auth_domain_check",
       "no"},                // else "GET http://127.0.0.1:9464/metrics", as proxies send it, is not answered
      {"tcp_nodelay", "1"},  // a short body must not wait for the head to be acknowledged
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
    refuse_first_taken(addresses);
    throw ListenError(fmt::format("civetweb exporter: cannot serve on '{}': {}", listen, text.data()),
                      std::make_error_code(std::errc::operation_canceled));
  }
}

CivetwebServer::~CivetwebServer() {
  // The thread that accepts looks at civetweb's stop flag when a connection comes, else every two seconds: so knock.
  const SocketAddress door = with_port(addresses_.front().address, ports().front());
  std::promise<void> stopped;
  const auto knocking = std::async([door, ended = stopped.get_future()] {
    while (ended.wait_for(std::chrono::milliseconds(10)) == std::future_status::timeout) connect_to(door);
  });
  mg_stop(context_);
  stopped.set_value();
}

int CivetwebServer::begin_request(mg_connection* connection) noexcept {
  try {
    return handle(connection);
  } catch (...) {  // not even memory for the request
    return 500;
  }
}

Admission CivetwebServer::admit(const mg_request_info& info) const {
  const auto port = static_cast<std::uint16_t>(info.remote_port);
  if (front_.only_from && !front_.only_from->has(info.remote_addr, port)) return {.status = 403};
  return front_.gate ? front_.gate->admit(header(info, "Authorization")) : Admission();
}

int CivetwebServer::handle(mg_connection* connection) {
  const mg_request_info& info = *mg_get_request_info(connection);
  const std::string accept = header(info, "Accept");
  const std::string accept_encoding = header(info, "Accept-Encoding");
  const HttpRequest request{
      .admission = admit(info),
      .method = text_or_empty(info.request_method),
      .path = text_or_empty(info.local_uri),
      .is_ambiguous = mg_get_header(connection, "Content-Length") && mg_get_header(connection, "Transfer-Encoding"),
      .wanted = {.accept = accept,
                 .accept_encoding = accept_encoding,
                 .timeout = parse_scrape_timeout(header(info, "X-Prometheus-Scrape-Timeout-Seconds")),
                 .query = text_or_empty(info.query_string)}};
  std::string memory = bodies_.take();
  const HttpAnswer reply = answer(request, routes_, memory);
  if (mg_write(connection, reply.head.data(), reply.head.size()) > 0 && !reply.body.empty()) {
    mg_write(connection, reply.body.data(), reply.body.size());
  }
  bodies_.give_back(std::move(memory));
  take_rest(connection);
  return reply.status > 0 ? reply.status : 500;
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
