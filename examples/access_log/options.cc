#include "options.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <system_error>

#include <unistd.h>

namespace access_log {

const char* const kUsage =
    "usage: access_log [--address ADDRESS] [--port PORT] [--hostname NAME]\n"
    "\n"
    "Counts access logs and serves the counts to Prometheus.\n"
    "\n"
    "  --address ADDRESS  where to listen (127.0.0.1)\n"
    "  --port PORT        0 picks a free one (8012)\n"
    "  --hostname NAME    label on every metric (the name of this machine)\n"
    "  --help             prints this\n";

namespace {

int parse_port(std::string_view text) {
  int port = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || rest != text.data() + text.size() || port < 0 || port > 65535) {
    throw UsageError("--port '" + std::string(text) + "': a port is a number from 0 to 65535");
  }
  return port;
}

}  // namespace

Options parse_options(int argc, const char* const* argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--help") {
      options.help = true;
      continue;
    }
    if (name != "--address" && name != "--port" && name != "--hostname") {
      throw UsageError("'" + name + "' is not an option");
    }
    const std::string value = ++i < argc ? argv[i] : "";
    if (value.empty()) throw UsageError("'" + name + "' wants a value");
    if (name == "--address") options.address = value;
    if (name == "--port") options.port = parse_port(value);
    if (name == "--hostname") options.hostname = value;
  }
  return options;
}

std::string machine_name() {
  std::array<char, 256> name{};  // longer than any name that Linux takes, so that it always ends in a zero
  if (::gethostname(name.data(), name.size() - 1) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot tell the name of this machine");
  }
  return name.data();
}

}  // namespace access_log
