// Measures GET /metrics of several servers in one run, and prints one table.
//
//   http_load MILLISECONDS ROUNDS NAME=PORT...
//
// Each round measures each server for some milliseconds, one server after the other, so that a slow minute of the
// machine affects all of them. The figures are the quantiles of all requests of all rounds.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "http_clients.h"

namespace narthex::bench {
namespace {

struct Server {
  std::string name;
  std::uint16_t port;
};

struct Load {
  bool gzip;
  int connections;
  bool keeps;
};

template <class Number>
Number parse(std::string_view text) {
  Number number{};
  if (std::from_chars(text.data(), text.data() + text.size(), number).ptr != text.data() + text.size()) {
    throw std::invalid_argument("not a number: " + std::string(text));
  }
  return number;
}

double quantile(std::vector<double>& values, double q) {
  const auto rank = static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1) + 0.5);
  std::ranges::nth_element(values, values.begin() + rank);
  return values[static_cast<std::size_t>(rank)];
}

void measure(const Load& load, const Server& server, std::chrono::milliseconds time, Replies& replies) {
  try {
    HttpClients clients(server.port, load.connections, load.gzip, load.keeps);
    Replies warm_up;
    clients.run(std::chrono::milliseconds(20), warm_up);
    clients.run(time, replies);
  } catch (const std::exception& error) {
    throw std::runtime_error(server.name + ": " + error.what());
  }
}

void print_row(const Load& load, std::vector<Replies>& all, double seconds) {
  std::printf("| %s | %d | %s |", load.gzip ? "gzip" : "identity", load.connections, load.keeps ? "kept" : "new");
  for (Replies& replies : all) {
    const double p50 = 1000 * quantile(replies.seconds, 0.5);
    const double p99 = 1000 * quantile(replies.seconds, 0.99);
    std::printf(" %.2f / %.2f%s | %.0f |", p50, p99, replies.closed > 0 ? " *" : "",
                static_cast<double>(replies.seconds.size()) / seconds);
  }
  std::printf("\n");
  std::fflush(stdout);
}

void print_head(const std::vector<Server>& servers) {
  std::string head = "| encoding | connections | connection |";
  std::string line = "|---|---|---|";
  for (const Server& server : servers) {
    head.append(" ").append(server.name).append(" p50 / p99 ms | per s |");
    line += "---|---|";
  }
  std::printf("%s\n%s\n", head.c_str(), line.c_str());
}

void run(std::chrono::milliseconds time, int rounds, const std::vector<Server>& servers) {
  print_head(servers);
  std::vector<Replies> last;
  for (const bool gzip : {false, true}) {
    for (const int connections : {1, 8}) {
      for (const bool keeps : {true, false}) {
        const Load load{gzip, connections, keeps};
        std::vector<Replies> all(servers.size());
        for (int round = 0; round < rounds; ++round) {
          for (std::size_t i = 0; i < servers.size(); ++i) {
            const std::size_t at = (i + static_cast<std::size_t>(round)) % servers.size();
            measure(load, servers[at], time, all[at]);
          }
        }
        print_row(load, all, std::chrono::duration<double>(time).count() * rounds);
        last = std::move(all);
      }
    }
    for (std::size_t i = 0; i < servers.size(); ++i) {
      std::fprintf(stderr, "%s: %zu bytes, %s\n", servers[i].name.c_str(), last[i].bytes, gzip ? "gzip" : "identity");
    }
  }
  std::printf("\n* The server ends the connection after each reply.\n");
}

}  // namespace
}  // namespace narthex::bench

int main(int argc, char** argv) {
  try {
    if (argc < 4) throw std::invalid_argument("http_load MILLISECONDS ROUNDS NAME=PORT...");
    std::vector<narthex::bench::Server> servers;
    for (int i = 3; i < argc; ++i) {
      const std::string_view word = argv[i];
      const std::size_t equals = word.find('=');
      if (equals == std::string_view::npos) throw std::invalid_argument("not NAME=PORT: " + std::string(word));
      servers.push_back(
          {std::string(word.substr(0, equals)), narthex::bench::parse<std::uint16_t>(word.substr(equals + 1))});
    }
    narthex::bench::run(std::chrono::milliseconds(narthex::bench::parse<int>(argv[1])),
                        narthex::bench::parse<int>(argv[2]), servers);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "http_load: %s\n", error.what());
    return 1;
  }
}
