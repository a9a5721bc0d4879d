// Stands in for ../web_gate.cc where a library that it needs was missing when narthex was built.
#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "civetweb/web_gate.h"

namespace narthex::detail {

std::unique_ptr<WebGate> open_web_gate(const std::string& file, int) {
  throw OptionsError(
      fmt::format("civetweb exporter: web_config_file {}: narthex was built without yaml-cpp, OpenSSL, or libxcrypt; "
                  "install them (Debian: libyaml-cpp-dev, libssl-dev, libcrypt-dev) and build narthex again",
                  quote(file)));
}

}  // namespace narthex::detail
