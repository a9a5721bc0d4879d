#pragma once

#include <atomic>
#include <memory>

namespace narthex::detail {

// Keeps one unused object for the next user, on any thread.
//
//   take() <--- [ spare_: null or one object ] <--- put(), which deletes the object that was there
//
// Invariant: an object has one owner at a time, because both sides use an atomic exchange.
// It has no destructor, so that users with static storage duration may use it until the process exits.
template <class T>
class SpareObject {
 public:
  // Returns the object in the state in which it was put, or null.
  std::unique_ptr<T> take() noexcept {
    return std::unique_ptr<T>(spare_.exchange(nullptr, std::memory_order_acquire));  // acquire: sees its contents
  }
  void put(std::unique_ptr<T> object) noexcept {
    // release: the next owner sees the contents; acquire: another thread wrote the object that is deleted
    delete spare_.exchange(object.release(), std::memory_order_acq_rel);
  }

 private:
  std::atomic<T*> spare_{nullptr};
};

}  // namespace narthex::detail
