#pragma once

#include <httplib.h>
#include <narthex/narthex.h>

#include "access_log.h"

namespace access_log {

/// Gives the server its three paths: POST /access-log, GET /stats and GET /metrics.
/// The log must live as long as the server.
void add_routes(httplib::Server& server, AccessLog& log, const narthex::Registry& registry);

}  // namespace access_log
