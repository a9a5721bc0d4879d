// The access-log service of the photo gallery. It counts visits, and serves the counts to Prometheus or pushes them.

#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <system_error>

#include <narthex/narthex.h>
#include <unistd.h>

#include "access_log.h"
#include "access_log_routes.h"
#include "command_line.h"
#include "service.h"
#if __has_include(<narthex/remote_write_exporter.h>)  // the library can be built without it
#include <narthex/remote_write_exporter.h>
#endif

namespace {

std::string machine_name() {
  std::array<char, 256> name{};  // longer than any host name of Linux, so that it always ends in a zero
  if (::gethostname(name.data(), name.size() - 1) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot tell the name of this machine");
  }
  return name.data();
}

#if __has_include(<narthex/remote_write_exporter.h>)
// Pushes the metrics of a registry to a URL, until it is destroyed.
using Push = narthex::RemoteWriteExporter;

void add_push_option(gallery::CommandLine& line, std::string& url) {
  line.add("--push", "URL", "where to push the metrics by remote write, each second (nowhere)",
           [&](const std::string& value) { url = value; });
}

std::unique_ptr<Push> start_push(const narthex::Registry& registry, const std::string& url,
                                 const std::string& hostname) {
  if (url.empty()) return nullptr;
  return std::make_unique<Push>(
      registry, narthex::RemoteWriteOptions{
                    .url = url, .job = "access-log", .instance = hostname, .interval = std::chrono::seconds(1)});
}
#else
struct Push {};
void add_push_option(gallery::CommandLine&, std::string&) {}
std::unique_ptr<Push> start_push(const narthex::Registry&, const std::string&, const std::string&) { return nullptr; }
#endif

}  // namespace

int main(int argc, char** argv) {
  gallery::CommandLine line("access_log", "Counts access logs, and serves the counts to Prometheus or pushes them.");
  gallery::Place place{.port = 8012};
  gallery::add_options(line, place);
  std::string hostname;
  line.add("--hostname", "NAME", "label on every metric (the name of this machine)",
           [&](const std::string& value) { hostname = value; });
  std::string push_url;
  add_push_option(line, push_url);

  return gallery::run(line, argc, argv, [&] {
    if (hostname.empty()) hostname = machine_name();
    narthex::Registry registry({.labels = {{"hostname", hostname}}});
    gallery::AccessLog log(registry);
    gallery::Service service(registry, {.routes = {"/access-log", "/stats"}});
    gallery::add_routes(service, log);
    const auto push = start_push(registry, push_url, hostname);
    return service.serve(line.program(), place);
  });
}
