#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <narthex/civetweb_exporter.h>

#include "civetweb/blocking_gate.h"
#include "http/body_store.h"
#include "http/listen_address.h"
#include "http/routes.h"
#include "http/server_reply.h"

struct mg_connection;
struct mg_context;
struct mg_request_info;

namespace narthex::detail {

// civetweb, reduced to a server that replies to every request from the routes: no document root, no scripts, no
// websockets, no keep-alive (an idle connection would occupy one of its few threads).
class CivetwebServer {
 public:
  // Returns whether civetweb can listen on IPv6; the package of Debian cannot.
  static bool knows_ipv6();

  // `routes` and `gate` must outlive the server. All requests are admitted if `gate` is null. Throws ListenError if it
  // cannot start.
  CivetwebServer(const std::vector<ListenAddress>& addresses, const CivetwebOptions& options, const Routes& routes,
                 BlockingGate* gate);
  CivetwebServer(const CivetwebServer&) = delete;
  CivetwebServer& operator=(const CivetwebServer&) = delete;
  ~CivetwebServer();

  // Returns the ports, in the order of the addresses.
  std::vector<std::uint16_t> ports() const;

 private:
  // Replaces all request handling of civetweb: civetweb calls it after it has read the headers of a request, before it
  // looks for files, scripts, handlers, or upgrades, and stops if the result is positive.
  int begin_request(mg_connection* connection) noexcept;
  int handle(mg_connection* connection);  // returns the status
  ServerReply reply_to(mg_connection* connection) const;
  Admission admit(const mg_request_info& info) const;
  void stop_soon() const;  // throws std::bad_alloc before it stops

  const std::vector<ListenAddress> addresses_;
  const Routes& routes_;
  BlockingGate* const gate_;
  const std::shared_ptr<BodyStore> bodies_;
  mg_context* context_;
};

}  // namespace narthex::detail
