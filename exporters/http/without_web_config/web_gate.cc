// Replaces ../web_gate.cc if a library that it needs was missing when narthex was built.
#include "http/web_gate.h"

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

namespace narthex::detail {

// NOLINTNEXTLINE(performance-unnecessary-value-param): the signature is that of ../web_gate.cc
std::unique_ptr<WebGate> open_web_gate(const std::string& file, WebGateLog) {
  throw OptionsError(
      fmt::format("web_config_file {}: narthex was built without yaml-cpp, OpenSSL, or libxcrypt; install them "
                  "(Debian: libyaml-cpp-dev, libssl-dev, libcrypt-dev) and build narthex again",
                  quote(file)));
}

}  // namespace narthex::detail
