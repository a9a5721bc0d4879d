#pragma once

#include <atomic>
#include <memory>

namespace narthex::detail {

// A value that is created at the first get(). Later calls take no lock.
//
//   created_:   null ---- compare-exchange by one of the first callers ----> value, until the end
//
// Invariant: all callers get the same value, fully constructed.
template <class T>
class LazyInit {
 public:
  LazyInit() = default;
  LazyInit(const LazyInit&) = delete;
  LazyInit& operator=(const LazyInit&) = delete;
  ~LazyInit() { delete created_.load(std::memory_order_relaxed); }  // relaxed: no other thread uses it

  // If several threads call create() at the same time, all return the value of the first that has finished.
  template <class Create>
  const T& get(Create create) {
    if (const T* value = created_.load(std::memory_order_acquire)) return *value;  // acquire: the value it points to
    auto created = std::make_unique<const T>(create());
    const T* other = nullptr;
    // release: the value is constructed; acquire: so is the value of the other thread
    if (created_.compare_exchange_strong(other, created.get(), std::memory_order_acq_rel, std::memory_order_acquire)) {
      return *created.release();
    }
    return *other;
  }

 private:
  std::atomic<const T*> created_{nullptr};
};

}  // namespace narthex::detail
