#include "push/push_result.h"

#include <atomic>
#include <chrono>

namespace narthex::detail {

namespace {

std::int64_t milliseconds_since_1970() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void add(std::atomic<std::uint64_t>& total, std::uint64_t amount) {
  total.fetch_add(amount, std::memory_order_relaxed);  // relaxed: a sum orders nothing else
}

}  // namespace

void count_push(const PushResult& result, PushClock::duration duration, PushTotals& totals) {
  add(totals.pushes[static_cast<std::size_t>(result.outcome)], 1);
  add(totals.duration_nanoseconds,
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count()));
  add(totals.sent_bytes, result.sent_bytes);
  add(totals.rejected_samples, result.rejected_samples);
  add(totals.dropped_samples, result.dropped_samples);
  if (result.outcome == PushOutcome::success) {
    totals.last_success_ms.store(milliseconds_since_1970(), std::memory_order_relaxed);  // relaxed: as above
  }
}

}  // namespace narthex::detail
