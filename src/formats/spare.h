#pragma once

#include <memory>
#include <utility>

#include "base/spare_object.h"

namespace narthex::detail {

// Reuses the memory of one object between scrapes, on any thread: allocating it again costs a scrape more time than
// writing into it. An object is returned when its pointer is destroyed, and kept if is_worth_keeping() says so.
template <class Object>
class Spare {
 public:
  struct Return {
    void operator()(Object* object) const noexcept {
      std::unique_ptr<Object> unused(object);
      if (unused->is_worth_keeping()) kept_.put(std::move(unused));
    }
  };
  using Pointer = std::unique_ptr<Object, Return>;

  // Returns the kept object, with its old contents, or a new one.
  static Pointer take() {
    Pointer object(kept_.take().release());
    if (!object) object.reset(new Object);  // not zeroed
    return object;
  }

 private:
  static constinit inline SpareObject<Object> kept_;
};

}  // namespace narthex::detail
