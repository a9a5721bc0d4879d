#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// Counts of all HTTP exporters of the process, which LibraryCollector serves. All are sums that order nothing else, so
// relaxed is enough.
struct HttpTotals {
  std::array<std::atomic<std::uint64_t>, 600> requests{};    // replies by status code
  std::atomic<std::uint64_t> duration_nanoseconds{0};        // of the requests, until the reply is sent
  std::atomic<std::uint64_t> response_bytes{0};              // heads and bodies, before encryption
  std::atomic<std::int64_t> requests_in_flight{0};           // complete requests whose reply is not sent yet
  std::atomic<std::int64_t> open_connections{0};             // only HttpExporter counts them
  std::atomic<std::uint64_t> refused_connections{0};         // only HttpExporter: closed because of a limit
  std::atomic<std::uint64_t> web_config_reload_failures{0};  // changes of a web configuration that are invalid

  void count_reply(int code, std::size_t bytes, std::chrono::nanoseconds duration) noexcept {
    requests[static_cast<std::size_t>(code) % requests.size()].fetch_add(1, std::memory_order_relaxed);
    response_bytes.fetch_add(bytes, std::memory_order_relaxed);
    duration_nanoseconds.fetch_add(static_cast<std::uint64_t>(duration.count()), std::memory_order_relaxed);
  }
};

NARTHEX_EXPORT HttpTotals& http_totals() noexcept;

}  // namespace detail
}  // namespace narthex
