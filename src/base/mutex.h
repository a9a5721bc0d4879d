#pragma once

#include <mutex>

#include "base/fork_gate.h"

namespace narthex::detail {

// A std::mutex that no other thread holds during a fork(), so that the child finds it unlocked. All mutexes below src/
// have this type. A thread that holds one waits only for other mutexes of this type, see ForkGate.
class Mutex {
 public:
  constexpr Mutex() noexcept = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  ~Mutex() = default;

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
