#pragma once

#include <atomic>
#include <memory>

namespace narthex::detail {

// A value that is made when it is first asked for, and found without a lock from then on.
template <class T>
class LazyInit {
 public:
  LazyInit() = default;
  LazyInit(const LazyInit&) = delete;
  LazyInit& operator=(const LazyInit&) = delete;
  ~LazyInit() { delete made_.load(std::memory_order_relaxed); }  // relaxed: nobody else is left

  // Of threads that make it at once, one wins, and all return the same.
  template <class Make>
  const T& get(Make make) {
    if (const T* made = made_.load(std::memory_order_acquire)) return *made;  // acquire: what it points at
    auto fresh = std::make_unique<const T>(make());
    const T* before = nullptr;
    // release: what it points at; acquire: the other one's
    if (made_.compare_exchange_strong(before, fresh.get(), std::memory_order_acq_rel, std::memory_order_acquire)) {
      return *fresh.release();
    }
    return *before;
  }

 private:
  std::atomic<const T*> made_{nullptr};
};

}  // namespace narthex::detail
