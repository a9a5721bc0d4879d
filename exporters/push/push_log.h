#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "push/push_deadline.h"

namespace narthex::detail {

// Writes the log lines of one push exporter: to the callback of its options, or to stderr. A failure is logged if its text
// differs from that of the failure before, and at most once in a minute until a push succeeds.
// Thread safety: one thread at a time.
class PushLog {
 public:
  using Callback = std::function<void(std::string_view line)>;

  // Each line begins with the name of the exporter: "otlp exporter: ...".
  PushLog(std::string exporter, Callback callback);

  // Logs a line. Ignores an exception of the callback.
  void log(std::string_view text) const noexcept;
  // Logs why a push is not a success.
  void log_failure(std::string_view reason) noexcept;
  // Logs the first success after failures.
  void log_success() noexcept;

 private:
  const std::string exporter_;
  const Callback callback_;
  std::string reason_{};            // of the last failure; empty: the last push succeeded
  PushClock::time_point logged_{};  // when a failure was logged
  int failures_ = 0;                // since the last success
};

}  // namespace narthex::detail
