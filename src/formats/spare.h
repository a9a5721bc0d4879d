#pragma once

#include <atomic>
#include <memory>
#include <utility>

namespace narthex::detail {

// Reuses the memory of one object between scrapes, on any thread: allocating it again costs a scrape more time than
// writing into it. An object is returned when its pointer is destroyed, and kept if is_worth_keeping() says so.
//
//   take() <--- [ kept_: null or one object ] <--- put(), which deletes the object that was there
//
// Invariant: an object has one owner at a time, because both sides use an atomic exchange.
template <class Object>
class Spare {
 public:
  struct Return {
    void operator()(Object* object) const noexcept {
      std::unique_ptr<Object> unused(object);
      if (unused->is_worth_keeping()) put(std::move(unused));
    }
  };
  using Pointer = std::unique_ptr<Object, Return>;

  // Returns the kept object, with its old contents, or a new one.
  static Pointer take() {
    Pointer object(kept_.exchange(nullptr, std::memory_order_acquire));  // acquire: sees its contents
    if (!object) object.reset(new Object);                               // not zeroed
    return object;
  }

 private:
  static void put(std::unique_ptr<Object> object) noexcept {
    // release: the next owner sees the contents; acquire: another thread wrote the object that is deleted
    delete kept_.exchange(object.release(), std::memory_order_acq_rel);
  }

  // It has no destructor, so that static objects may use it until the process exits.
  static constinit inline std::atomic<Object*> kept_{nullptr};
};

}  // namespace narthex::detail
