#include "civetweb_server.h"

#include <array>
#include <cerrno>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>

#include <civetweb.h>
#include <fmt/format.h>

#include "http_answer.h"

namespace narthex::detail {

namespace {

std::string_view text_or_empty(const char* text) { return text ? text : ""; }

// Answers in place of all of civetweb's own handling: it calls this once it has read the headers of a request, before
// it looks at files, scripts, handlers or upgrades, and goes no further when the result is positive.
int begin_request(mg_connection* connection) {
  const mg_request_info* info = mg_get_request_info(connection);
  const auto header = [connection](const char* name) { return text_or_empty(mg_get_header(connection, name)); };
  const HttpRequest request{
      .method = text_or_empty(info->request_method),
      .path = text_or_empty(info->local_uri),
      .is_ambiguous = mg_get_header(connection, "Content-Length") && mg_get_header(connection, "Transfer-Encoding"),
      .wanted = {.accept = header("Accept"), .accept_encoding = header("Accept-Encoding")}};
  const HttpAnswer reply = answer(request, *static_cast<const Routes*>(info->user_data));
  if (mg_write(connection, reply.head.data(), reply.head.size()) > 0 && !reply.body.empty()) {
    mg_write(connection, reply.body.data(), reply.body.size());
  }
  return reply.status > 0 ? reply.status : 500;
}

// civetweb would write to a file; what it has to say reaches the user as an exception or as a status.
int log_nothing(const mg_connection*, const char*) { return 1; }

// civetweb says only that it failed. Looks which address it was, and why.
void refuse_first_taken(const std::vector<ListenAddress>& addresses) {
  for (const ListenAddress& entry : addresses) {
    if (!listen_on(entry.address)) refuse_address(entry.with_port(port_of(entry.address)), errno);
  }
}

}  // namespace

bool CivetwebServer::knows_ipv6() { return mg_check_feature(MG_FEATURES_IPV6) != 0; }

CivetwebServer::CivetwebServer(const std::vector<ListenAddress>& addresses, const CivetwebOptions& options,
                               const Routes& routes)
    : listeners_(addresses.size()) {
  static std::once_flag initialised;
  std::call_once(initialised, [] { mg_init_library(MG_FEATURES_DEFAULT); });

  std::string listen;
  for (const ListenAddress& entry : addresses) {
    if (!listen.empty()) listen += ',';
    listen += entry.host == "localhost" ? "127.0.0.1" : entry.host;
    listen += fmt::format(":{}", port_of(entry.address));
  }
  const std::string threads = std::to_string(options.worker_threads);
  const std::string timeout = std::to_string(options.request_timeout.count());
  const std::array<const char*, 11> settings{"listening_ports",
                                             listen.c_str(),  //
                                             "num_threads",
                                             threads.c_str(),
                                             "request_timeout_ms",
                                             timeout.c_str(),
                                             "enable_keep_alive",
                                             "no",
                                             "tcp_nodelay",
                                             "1",  // a short body must not wait for the head to be acknowledged
                                             nullptr};

  mg_callbacks callbacks{};
  callbacks.begin_request = begin_request;
  callbacks.log_message = log_nothing;
  mg_init_data init{};
  init.callbacks = &callbacks;
  init.user_data = const_cast<Routes*>(&routes);  // handed back as it is, and only read
  init.configuration_options = const_cast<const char**>(settings.data());
  std::array<char, 256> text{};
  mg_error_data error{};
  error.text = text.data();
  error.text_buffer_size = text.size();

  context_.reset(mg_start2(&init, &error));
  if (!context_) {
    refuse_first_taken(addresses);
    throw std::system_error(ECANCELED, std::generic_category(),
                            fmt::format("civetweb exporter: cannot serve on '{}': {}", listen, text.data()));
  }
}

std::vector<std::uint16_t> CivetwebServer::ports() const {
  std::vector<mg_server_port> found(listeners_);
  mg_get_server_ports(context_.get(), static_cast<int>(found.size()), found.data());
  std::vector<std::uint16_t> ports;
  for (const mg_server_port& port : found) ports.push_back(static_cast<std::uint16_t>(port.port));
  return ports;
}

void CivetwebServer::Stop::operator()(mg_context* context) const noexcept { mg_stop(context); }

}  // namespace narthex::detail
