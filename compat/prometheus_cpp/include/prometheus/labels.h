#pragma once

#include <map>
#include <string>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY prometheus {

/// Label names with their values.
using Labels = std::map<std::string, std::string>;

}  // namespace prometheus
