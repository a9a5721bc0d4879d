#include "base/fork_gate.h"

namespace narthex::detail {

constinit std::atomic<std::uint32_t> ForkGate::state_{0};
constinit std::uint32_t ForkGate::generation_ = 0;
constinit pthread_t ForkGate::forked_{};

namespace {

constinit thread_local std::uint32_t t_depth = 0;  // how many times this thread has entered

}  // namespace

void ForkGate::enter() noexcept {
  if (t_depth++ > 0) return;
  std::uint32_t state = state_.load(std::memory_order_relaxed);  // relaxed: the compare-exchange checks it
  for (;;) {
    if (state & kClosed) {
      state_.wait(state, std::memory_order_relaxed);  // relaxed: as above
      state = state_.load(std::memory_order_relaxed);
    } else if (state_.compare_exchange_weak(state, state + 1, std::memory_order_acquire,
                                            std::memory_order_relaxed)) {  // acquire: comes after open()
      return;
    }
  }
}

bool ForkGate::try_enter() noexcept {
  if (t_depth == 0) {
    std::uint32_t state = state_.load(std::memory_order_relaxed);  // relaxed, both: as in enter()
    do {
      if (state & kClosed) return false;
    } while (!state_.compare_exchange_weak(state, state + 1, std::memory_order_acquire, std::memory_order_relaxed));
  }
  ++t_depth;
  return true;
}

void ForkGate::leave() noexcept {
  if (--t_depth > 0) return;
  // release: the thread that forks sees everything that this thread has changed
  if (state_.fetch_sub(1, std::memory_order_release) & kClosed) state_.notify_all();
}

void ForkGate::close() noexcept {
  // acquire: comes after the open() of another fork
  for (std::uint32_t before; (before = state_.fetch_or(kClosed, std::memory_order_acquire)) & kClosed;) {
    state_.wait(before, std::memory_order_relaxed);  // relaxed: the exchange checks it
  }
  const std::uint32_t own = t_depth > 0 ? 1 : 0;  // an allocator that forks may be called under a mutex
  // acquire: sees everything that the threads which have left have changed
  for (std::uint32_t now; (now = state_.load(std::memory_order_acquire)) != (kClosed | own);) {
    state_.wait(now, std::memory_order_relaxed);  // relaxed: the load checks it
  }
  ++t_depth;
}

void ForkGate::open() noexcept {
  --t_depth;
  state_.store(t_depth > 0 ? 1 : 0, std::memory_order_release);  // release: comes before the next enter()
  state_.notify_all();
}

void ForkGate::open_in_child() noexcept {
  ++generation_;
  forked_ = pthread_self();
  open();
}

}  // namespace narthex::detail
