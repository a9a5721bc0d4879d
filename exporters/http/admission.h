#pragma once

#include <string>

namespace narthex::detail {

// The decision about a request before its path is looked at.
struct Admission {
  int status = 200;       // any other status is the whole reply
  std::string headers{};  // lines for the reply, each with its line end
};

}  // namespace narthex::detail
