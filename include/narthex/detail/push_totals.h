#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// How a push ended.
enum class PushOutcome {
  success,   // the receiver has taken everything that was sent
  rejected,  // the receiver has refused all or a part
  failed,    // there was no final reply in time
};

// Counts of the push exporters of the process that have the same name and URL, which LibraryCollector serves. All are
// sums that order nothing else, so relaxed is enough.
struct PushTotals {
  PushTotals(std::string_view exporter_name, std::string_view receiver) : exporter(exporter_name), url(receiver) {}

  const std::string exporter;                          // "otlp", "pushgateway", "remote_write"
  const std::string url;                               // without a password
  std::array<std::atomic<std::uint64_t>, 3> pushes{};  // by PushOutcome
  std::atomic<std::uint64_t> duration_nanoseconds{0};  // of all pushes, with their retries
  std::atomic<std::uint64_t> sent_bytes{0};            // bodies of requests
  std::atomic<std::uint64_t> rejected_samples{0};      // that the receiver did not take
  std::atomic<std::uint64_t> dropped_samples{0};       // that the exporter could not send
  std::atomic<std::int64_t> last_success_ms{0};        // since 1970; 0: never
};

// Returns the counts of a name and a URL. They exist until the process ends.
NARTHEX_EXPORT PushTotals& push_totals(std::string_view exporter, std::string_view url);

// Returns all counts, in the order of their creation.
std::vector<const PushTotals*> all_push_totals();

}  // namespace detail
}  // namespace narthex
