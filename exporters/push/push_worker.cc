#include "push/push_worker.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>

#include <narthex/error.h>
#include <unistd.h>

#include "http/block_signals.h"
#include "push/jitter.h"

namespace narthex::detail {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kMaxFirstWait{10'000};

milliseconds first_wait(milliseconds interval) {
  const auto most = static_cast<double>(std::min(interval, kMaxFirstWait).count());
  return milliseconds(static_cast<milliseconds::rep>(jitter(0, most)));
}

// Returns the text of an exception, or nothing if there is no memory for it.
std::string text_of(const std::exception& error) noexcept try { return error.what(); } catch (...) {
  return {};
}

}  // namespace

struct PushWorker::State {
  State(Options worker_options, std::unique_ptr<PushTarget> push_target, PushTotals& push_totals)
      : options(std::move(worker_options)),
        target(std::move(push_target)),
        totals(push_totals),
        log(options.exporter, options.diagnostic),
        next(PushClock::now() + first_wait(options.interval)) {}

  void run();
  void push(std::unique_lock<std::mutex>& lock);
  PushResult try_push(const PushDeadline& deadline, bool is_last) const;

  const Options options;
  const std::unique_ptr<PushTarget> target;
  PushTotals& totals;
  PushLog log;  // only the thread uses it
  const pid_t process = ::getpid();

  std::mutex mutex;  // guards the rest
  std::condition_variable is_changed;
  PushClock::time_point next;                 // when a push begins at the latest
  std::optional<PushClock::time_point> stop;  // set by the destructor: the end of the last push
  PushDeadline* running = nullptr;            // of the push that runs
  std::uint64_t requested = 0;                // number of calls of flush()
  std::uint64_t begun = 0;                    // `requested` when the last push began
  std::uint64_t ended = 0;                    // `begun` of the last push that has ended
  bool has_succeeded = false;                 // whether that push was a success
  std::thread thread;
};

void PushWorker::State::run() {
  std::unique_lock lock(mutex);
  while (!stop) {
    is_changed.wait_until(lock, next, [this] { return stop || requested > begun; });
    if (!stop) push(lock);
  }
  if (options.shutdown_timeout.count() > 0) push(lock);  // the last one
}

// Releases the lock while it pushes.
void PushWorker::State::push(std::unique_lock<std::mutex>& lock) {
  const PushClock::time_point start = PushClock::now();
  next = std::max(next + options.interval, start);
  if (requested > begun) next = start + options.interval;
  PushDeadline deadline(stop ? *stop : start + std::min(options.timeout, options.interval));
  begun = requested;
  running = &deadline;
  const bool is_last = stop.has_value();
  lock.unlock();
  const PushResult result = try_push(deadline, is_last);
  count_push(result, PushClock::now() - start, totals);
  if (result.outcome == PushOutcome::success) {
    log.log_success();
  } else {
    log.log_failure(result.reason);
  }
  lock.lock();
  running = nullptr;
  ended = begun;
  has_succeeded = result.outcome == PushOutcome::success;
  is_changed.notify_all();
}

PushResult PushWorker::State::try_push(const PushDeadline& deadline, bool is_last) const try {
  return target->push(deadline, is_last);
} catch (const std::exception& error) {
  return {.outcome = PushOutcome::failed, .reason = text_of(error)};
} catch (...) {
  return {.outcome = PushOutcome::failed, .reason = "not a std::exception"};
}

PushWorker::PushWorker(Options options, std::unique_ptr<PushTarget> target, PushTotals& totals)
    : state_(std::make_unique<State>(std::move(options), std::move(target), totals)) {
  const BlockSignals block;
  try {
    state_->thread = std::thread([state = state_.get()] { state->run(); });
  } catch (const std::system_error& error) {
    throw SystemError(state_->options.exporter + ": a thread cannot be started", error.code());
  }
}

PushWorker::~PushWorker() {
  if (::getpid() != state_->process) {
    static_cast<void>(state_.release());  // the thread does not exist, and a mutex may be locked
    return;
  }
  {
    const std::lock_guard lock(state_->mutex);
    state_->stop = PushClock::now() + state_->options.shutdown_timeout;
    if (state_->running != nullptr) state_->running->shorten(*state_->stop);
  }
  state_->is_changed.notify_all();
  state_->thread.join();
}

bool PushWorker::flush(milliseconds timeout) {
  if (::getpid() != state_->process) return false;
  if (std::this_thread::get_id() == state_->thread.get_id()) return false;  // it would wait for itself
  constexpr milliseconds kMaxTimeout = std::chrono::hours(24);  // the sum of a later time and now would overflow
  std::unique_lock lock(state_->mutex);
  const std::uint64_t request = ++state_->requested;
  state_->is_changed.notify_all();
  return state_->is_changed.wait_for(lock, std::clamp(timeout, milliseconds(0), kMaxTimeout), [&] {
    return state_->ended >= request;
  }) && state_->has_succeeded;
}

}  // namespace narthex::detail
