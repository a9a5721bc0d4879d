#include "base/fork_gate.h"

#include <pthread.h>

namespace narthex::detail {

constinit std::atomic<std::uint32_t> ForkGate::state_{0};
constinit std::uint32_t ForkGate::generation_ = 0;
constinit std::uint64_t ForkGate::forked_ = 0;

namespace {

// How many times this thread has entered, and its number, or 0 if it has none yet. initial-exec: as t_shard, because an
// update without memory must not allocate them.
constinit thread_local std::uint32_t t_depth __attribute__((tls_model("initial-exec"))) = 0;
constinit thread_local std::uint64_t t_number __attribute__((tls_model("initial-exec"))) = 0;
constinit std::atomic<std::uint64_t> last_number{0};
constinit std::atomic<bool> has_handlers{false};

}  // namespace

// relaxed, here and in try_enter(): a fork publishes nothing to the threads that enter after it
void ForkGate::enter() noexcept {
  if (t_depth++ > 0) return;
  std::uint32_t state = state_.load(std::memory_order_relaxed);
  for (;;) {
    if (state & kClosed) {
      state_.wait(state, std::memory_order_relaxed);
      state = state_.load(std::memory_order_relaxed);
    } else if (state_.compare_exchange_weak(state, state + 1, std::memory_order_relaxed)) {
      return;
    }
  }
}

bool ForkGate::try_enter() noexcept {
  if (t_depth == 0) {
    std::uint32_t state = state_.load(std::memory_order_relaxed);
    do {
      if (state & kClosed) return false;
    } while (!state_.compare_exchange_weak(state, state + 1, std::memory_order_relaxed));
  }
  ++t_depth;
  return true;
}

void ForkGate::leave() noexcept {
  if (--t_depth > 0) return;
  // release: the thread that forks sees everything that this thread has changed
  if (state_.fetch_sub(1, std::memory_order_release) & kClosed) state_.notify_all();
}

void ForkGate::register_handlers() noexcept {
  // relaxed: only one of several callers reads false; without memory forks are as unsafe as without narthex's handlers
  if (!has_handlers.exchange(true, std::memory_order_relaxed)) pthread_atfork(close, open, open_in_child);
}

std::uint64_t ForkGate::this_thread() noexcept {
  if (t_number == 0) t_number = last_number.fetch_add(1, std::memory_order_relaxed) + 1;  // relaxed: only a number
  return t_number;
}

void ForkGate::close() noexcept {
  if (t_depth++ > 0) return;  // this thread is inside; handlers that run before open() may enter, too
  // relaxed, all: the loop below acquires
  for (std::uint32_t before = 0; (before = state_.fetch_or(kClosed, std::memory_order_relaxed)) & kClosed;) {
    state_.wait(before, std::memory_order_relaxed);
  }
  // acquire: sees everything that the threads which have left have changed
  for (std::uint32_t now = 0; (now = state_.load(std::memory_order_acquire)) != kClosed;) {
    state_.wait(now, std::memory_order_relaxed);  // relaxed: the load checks it
  }
}

void ForkGate::open() noexcept {
  if (--t_depth > 0) return;
  state_.store(0, std::memory_order_relaxed);  // relaxed: as in enter()
  state_.notify_all();
}

void ForkGate::open_in_child() noexcept {
  ++generation_;
  forked_ = this_thread();
  --t_depth;
  state_.store(t_depth > 0 ? 1 : 0, std::memory_order_relaxed);  // relaxed: the process has one thread
}

}  // namespace narthex::detail
