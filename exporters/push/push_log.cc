#include "push/push_log.h"

#include <cstdio>
#include <utility>

#include <fmt/format.h>

namespace narthex::detail {

PushLog::PushLog(std::string exporter, Callback callback)
    : exporter_(std::move(exporter)), callback_(std::move(callback)) {}

void PushLog::log(std::string_view text) const noexcept try {
  const std::string line = fmt::format("{}: {}", exporter_, text);
  if (callback_) return callback_(line);
  std::fprintf(stderr, "narthex: %s\n", line.c_str());
} catch (...) {  // the push continues without the line
  return;
}

void PushLog::log_failure(std::string_view reason) noexcept try {
  constexpr std::chrono::minutes kMinPause{1};
  const PushClock::time_point now = PushClock::now();
  if (++failures_ > 1 && (reason == reason_ || now - logged_ < kMinPause)) return;
  logged_ = now;
  log(reason);
  reason_ = reason;
} catch (...) {  // no memory: the next failure is logged again
  return;
}

void PushLog::log_success() noexcept try {
  const int failures = std::exchange(failures_, 0);
  if (failures > 0) log(fmt::format("a push has succeeded again, after {} pushes that did not", failures));
} catch (...) {  // as above
  return;
}

}  // namespace narthex::detail
