#pragma once

#include <mutex>

#include "base/fork_gate.h"

namespace narthex::detail {

// A std::mutex that is not locked in the child of a fork(), unless by the thread that forked. All mutexes of the library
// have this type.
class Mutex {
 public:
  constexpr Mutex() noexcept = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() {
    ForkGate::enter();
    mutex_.lock();
  }
  bool try_lock() noexcept {
    if (!ForkGate::try_enter()) return false;
    if (mutex_.try_lock()) return true;
    ForkGate::leave();
    return false;
  }
  void unlock() noexcept {
    mutex_.unlock();
    ForkGate::leave();
  }

 private:
  std::mutex mutex_;
};

}  // namespace narthex::detail
