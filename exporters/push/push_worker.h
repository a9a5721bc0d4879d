#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "push/push_deadline.h"
#include "push/push_log.h"
#include "push/push_result.h"

namespace narthex::detail {

// Sends the metrics of a registry.
class PushTarget {
 public:
  PushTarget() = default;
  PushTarget(const PushTarget&) = delete;
  PushTarget& operator=(const PushTarget&) = delete;
  virtual ~PushTarget() = default;

  // Reads the registry once and sends it, with retries until the deadline. `is_last`: no push follows. Called on one
  // thread at a time. An exception counts as a failed push.
  virtual PushResult push(const PushDeadline& deadline, bool is_last) = 0;
};

// The thread of a push exporter:
//
//   start --random part of the interval, at most 10 s--> push --interval--> push ... --destructor--> last push
//
// A push that takes longer than the interval delays the next one, which then begins without a pause. Pushes never
// overlap.
// Thread safety: all members may be called concurrently.
class PushWorker {
 public:
  struct Options {
    std::string exporter{};                        // in messages: "otlp exporter"
    std::chrono::milliseconds interval{};          // between the starts of two pushes
    std::chrono::milliseconds timeout{};           // of one push with its retries; the interval limits it, too
    std::chrono::milliseconds shutdown_timeout{};  // of the destructor
    PushLog::Callback diagnostic{};
  };

  // Starts the thread. Throws SystemError if it cannot be started.
  PushWorker(Options options, std::unique_ptr<PushTarget> target, PushTotals& totals);
  PushWorker(const PushWorker&) = delete;
  PushWorker& operator=(const PushWorker&) = delete;
  // Ends a push that runs, and pushes once more, all within shutdown_timeout. If that is 0, it does not push. In the child
  // of a fork it does nothing.
  ~PushWorker();

  // Pushes now. Returns whether a push that began after this call has succeeded within the timeout. Returns false in the
  // child of a fork, and on the thread of the worker, on which collectors run.
  bool flush(std::chrono::milliseconds timeout);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace narthex::detail
