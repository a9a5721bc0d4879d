// Stands in for ../web_gate.cc where a library that it needs was missing when narthex was built.
#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "civetweb/web_gate.h"

namespace narthex::detail {

std::unique_ptr<WebGate> open_web_gate(const std::string& file, int) {
  throw RegistrationError(
      fmt::format("civetweb exporter: web_config_file is {}, but narthex was built without yaml-cpp, OpenSSL or "
                  "libxcrypt (Debian: libyaml-cpp-dev, libssl-dev, libcrypt-dev), which it needs for that",
                  quote(file)));
}

}  // namespace narthex::detail
