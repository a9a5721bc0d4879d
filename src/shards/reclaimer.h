#pragma once

#include <memory>

#include <narthex/detail/export.h>

namespace narthex::detail {

// An unlinked object that free(object) deletes; or a list of such objects.
struct Retired;
using RetiredPtr = std::unique_ptr<Retired>;
struct Retired {
  const void* object;
  void (*free)(const void* object) noexcept;
  RetiredPtr next = nullptr;
};

void prepend(RetiredPtr one, RetiredPtr& list) noexcept;
RetiredPtr pop_front(RetiredPtr& list) noexcept;

// Frees unlinked objects when no hazard points to them.
//
//   retire() --> deferred list --- at its limit ---> fence, snapshot of the hazards --+--> freed
//                     ^                                                               |
//                     +------------------------ in use -------------------------------+
//
// Invariant: the deferred list is bounded by one batch and twice the number of hazards. If the kernel refuses the fence
// later, no object is freed any more.
class Reclaimer {
 public:
  // A fence takes microseconds, so small objects are deferred until a batch is complete.
  enum class When { in_a_batch, now };

  // Takes over a list. The caller must not hold a mutex that the destructor of a series takes.
  NARTHEX_EXPORT static void retire(RetiredPtr list, When when = When::in_a_batch) noexcept;
};

}  // namespace narthex::detail
