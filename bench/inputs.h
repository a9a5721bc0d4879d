#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/buckets.h>

namespace narthex::bench {

// The input of every client: the same definitions, label values, and observations.

struct Definition {
  const char* name;
  const char* help;
};

inline constexpr Definition kRequests{"http_requests_total", "Requests answered."};

// Returns the name of a family with the labels of a route. Family 0 has the name of kRequests.
inline std::string requests_name(std::size_t family) {
  return family == 0 ? kRequests.name : "http_requests_" + std::to_string(family) + "_total";
}

inline constexpr Definition kInFlight{"http_requests_in_flight", "Requests being answered now."};
inline constexpr Definition kLatency{"http_request_duration_seconds", "Time to answer a request."};

// 1 ms to 8.2 s: the bounds of a service that answers people.
inline std::vector<double> latency_buckets() { return exponential_buckets(0.001, 2, 14); }

// Two labels as views, as an HTTP parser returns them.
struct Status {
  std::string_view method;
  std::string_view code;
};

inline constexpr const char* kStatusLabels[] = {"method", "code"};

// 16 series, as in a service with a few methods and codes. A power of two keeps Wheel cheap.
inline constexpr std::array<Status, 16> kStatuses{{
    {"GET", "200"},
    {"GET", "304"},
    {"GET", "404"},
    {"GET", "500"},
    {"POST", "201"},
    {"POST", "400"},
    {"POST", "409"},
    {"POST", "500"},
    {"PUT", "204"},
    {"PUT", "400"},
    {"PUT", "404"},
    {"PUT", "500"},
    {"HEAD", "200"},
    {"HEAD", "304"},
    {"HEAD", "404"},
    {"HEAD", "500"},
}};

inline constexpr const char* kTraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

// Three labels with 40 bytes of values. The path makes the series distinct.
struct Route {
  std::string method;
  std::string path;
  std::string code;
};

inline constexpr const char* kRouteLabels[] = {"method", "path", "code"};

// Returns the route with this number. All routes differ.
inline Route route(std::size_t number) {
  return {"GET", "/api/v1/customers/" + std::to_string(1'000'000 + number) + "/invoices", "200"};
}

inline std::vector<Route> routes(std::size_t count) {
  std::vector<Route> made;
  made.reserve(count);
  for (std::size_t number = 0; number < count; ++number) made.push_back(route(number));
  return made;
}

// Latencies in random order. Each bucket, +Inf included, gets the same number of them. There are many, because a branch
// predictor memorises a few thousand, and a mispredicted search takes several times as long. They are read in sequence,
// which the caches prefetch.
using Latencies = std::array<double, 65'536>;

inline const Latencies& latencies() {
  static const Latencies values = [] {
    Latencies made;
    for (std::size_t i = 0; i < made.size(); ++i) {
      const double position = (static_cast<double>(i) + 0.5) / static_cast<double>(made.size());
      made[i] = 0.001 * std::exp2(15 * position - 1);
    }
    std::ranges::shuffle(made, std::mt19937());  // the same order in every run
    return made;
  }();
  return values;
}

// The first of them: so few that a branch predictor memorises many of them.
inline const std::array<double, 1024>& rotating_latencies() {
  static const std::array<double, 1024> values = [] {
    std::array<double, 1024> made{};
    std::ranges::copy_n(latencies().begin(), made.size(), made.begin());
    return made;
  }();
  return values;
}

// Cycles through an array. Each thread starts at another index, so that threads do not run in step.
template <class T, std::size_t N>
class Wheel {
 public:
  Wheel(const std::array<T, N>& values, int thread) noexcept
      : values_(values), at_(static_cast<std::size_t>(thread) * 7) {}

  const T& next() noexcept { return values_[at_++ % N]; }

 private:
  const std::array<T, N>& values_;
  std::size_t at_;
};

}  // namespace narthex::bench
