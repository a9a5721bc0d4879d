#pragma once

#include "access_log.h"
#include "service.h"

namespace gallery {

/// Adds the paths POST /access-log and GET /stats to the service. The log must outlive the service.
void add_routes(Service& service, AccessLog& log);

}  // namespace gallery
