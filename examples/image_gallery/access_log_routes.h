#pragma once

#include "access_log.h"
#include "service.h"

namespace gallery {

/// Gives the service its paths: POST /access-log and GET /stats. The log must live as long as the service.
void add_routes(Service& service, AccessLog& log);

}  // namespace gallery
