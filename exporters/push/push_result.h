#pragma once

#include <cstdint>
#include <string>

#include <narthex/detail/push_totals.h>

#include "push/push_deadline.h"

namespace narthex::detail {

// The result of one push.
struct PushResult {
  PushOutcome outcome = PushOutcome::failed;
  std::string reason{};                // why it is not a success, for the log
  std::uint64_t sent_bytes = 0;        // bodies of all requests
  std::uint64_t rejected_samples = 0;  // that the receiver did not take
  std::uint64_t dropped_samples = 0;   // that the exporter could not send
};

void count_push(const PushResult& result, PushClock::duration duration, PushTotals& totals);

}  // namespace narthex::detail
