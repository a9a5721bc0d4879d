#pragma once

#include <stdexcept>
#include <string>

namespace access_log {

/// A command line that makes no sense; what() quotes the culprit.
class UsageError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// What the command line says.
struct Options {
  std::string address = "127.0.0.1";  ///< Where to listen.
  int port = 8012;                    ///< 0 picks a free one.
  std::string hostname = {};          ///< Label on every metric; empty: the name of this machine.
  bool help = false;                  ///< Only explain the options.
};

/// What --help prints.
extern const char* const kUsage;

/// Reads the command line. Throws UsageError.
Options parse_options(int argc, const char* const* argv);

/// Returns the name of this machine. Throws std::system_error.
std::string machine_name();

}  // namespace access_log
