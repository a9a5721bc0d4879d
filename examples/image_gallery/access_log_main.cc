// The access-log service of the photo gallery. It counts visits and serves the counts to Prometheus.

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include <narthex/narthex.h>
#include <unistd.h>

#include "access_log.h"
#include "access_log_routes.h"
#include "command_line.h"
#include "service.h"

namespace {

std::string machine_name() {
  std::array<char, 256> name{};  // longer than any host name of Linux, so that it always ends in a zero
  if (::gethostname(name.data(), name.size() - 1) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot tell the name of this machine");
  }
  return name.data();
}

}  // namespace

int main(int argc, char** argv) {
  gallery::CommandLine line("access_log", "Counts access logs and serves the counts to Prometheus.");
  gallery::Place place{.port = 8012};
  gallery::add_options(line, place);
  std::string hostname;
  line.add("--hostname", "NAME", "label on every metric (the name of this machine)",
           [&](const std::string& value) { hostname = value; });

  return gallery::run(line, argc, argv, [&] {
    if (hostname.empty()) hostname = machine_name();
    narthex::Registry registry({.labels = {{"hostname", hostname}}});
    gallery::AccessLog log(registry);
    gallery::Service service(registry, {.routes = {"/access-log", "/stats"}});
    gallery::add_routes(service, log);
    return service.serve(line.program(), place);
  });
}
