#pragma once

#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <iostream>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "../changing_counters.h"

namespace narthex::bench {

// What the servers in this folder share, so that scripts/bench-http compares servers and not their contents.
// promhttp.go does the same.

struct ServerOptions {
  std::string listen = "127.0.0.1:0";
  std::string web_config_file{};
  std::size_t series = 10'000;
};

inline ServerOptions parse_options(int argc, const char* const* argv) {
  ServerOptions options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string_view value = argv[i + 1];
    if (name == "--listen") {
      options.listen = value;
    } else if (name == "--web-config-file") {
      options.web_config_file = value;
    } else if (name != "--series" || std::from_chars(value.begin(), value.end(), options.series).ptr != value.end()) {
      throw std::invalid_argument("not an option: " + std::string(name) + ' ' + std::string(value));
    }
  }
  return options;
}

// Changes all counters ten times a second, so that no server can send a text twice.
template <class Counters>
class Changes {
 public:
  explicit Changes(Counters& counters)
      : thread_([this, &counters](const std::stop_token& stop) {
          std::unique_lock lock(mutex_);
          while (!ended_.wait_for(lock, stop, std::chrono::milliseconds(100), [] { return false; }) &&
                 !stop.stop_requested()) {
            counters.change();
          }
        }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any ended_;
  std::jthread thread_;
};

// Runs a server until the end of standard input. `start` starts it and returns an object with addresses().
template <class Client, class Start>
int serve(int argc, const char* const* argv, Start start) {
  const ServerOptions options = parse_options(argc, argv);
  Client client;
  ChangingCounters counters(client, options.series);
  const Changes changes(counters);
  const auto server = start(client, options);
  for (const std::string& address : server.addresses()) std::cout << address << '\n';
  std::cout << "ready" << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  return 0;
}

}  // namespace narthex::bench
