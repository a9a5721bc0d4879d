#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include <narthex/detail/shard.h>

namespace narthex::detail {

// Hazard pointers: a reader says what it is about to use, and whoever unlinks an object frees it only once nobody
// says so.
//
//   reader                                   remover
//   1. hazard = object   (announce)          1. unlink the object
//   2. ------- fence -------                 2. ------- fence -------
//   3. is it still linked? if not: again     3. does a hazard point at it? if so: later
//   4. use it
//   5. hazard = null     (clear)
//
// Whichever fence comes first: either the reader finds it unlinked, or the remover finds the hazard. Readers are many
// and removers few, so where Linux has membarrier(2) the remover runs a fence on every core and the reader needs none;
// elsewhere, and under ThreadSanitizer, which does not know membarrier, the reader's store is a full fence itself.
// Source: M. Michael, "Hazard pointers: safe memory reclamation for lock-free objects", IEEE TPDS 15(6), 2004.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kKnowsMembarrier = false;
#elif defined(__has_feature)
inline constexpr bool kKnowsMembarrier = !__has_feature(thread_sanitizer);
#else
inline constexpr bool kKnowsMembarrier = true;
#endif

// Whether removers run the readers' fence too. False until the kernel has said that it can.
extern constinit std::atomic<bool> removers_fence;

// Says that this thread is about to use an object, which it then needs to find linked.
inline void announce(Hazard& hazard, const void* object) noexcept {
  if (kKnowsMembarrier && removers_fence.load(std::memory_order_relaxed)) {  // relaxed: either branch is right
    hazard.store(object, std::memory_order_release);      // release: uses of what stood there before come first
    std::atomic_signal_fence(std::memory_order_seq_cst);  // the compiler keeps the order, the remover does the rest
  } else {
    hazard.exchange(object, std::memory_order_seq_cst);  // seq_cst: the reader's fence of the drawing
  }
}

inline void clear(Hazard& hazard) noexcept {
  hazard.store(nullptr, std::memory_order_release);  // release: our uses happen before the object is freed
}

// Returns a place for a borrowed series, or the passing one when all are taken. For the shard's thread.
inline Hazard& free_hazard(Shard& shard) noexcept {
  for (Hazard& hazard : shard.borrowed) {
    // acquire: passes on, to whoever frees the series, what another thread did to it before it cleared this
    if (!hazard.load(std::memory_order_acquire)) return hazard;
  }
  return shard.passing;
}

// What all hazards of the process point at, read after a fence: objects that were unlinked before are in use only if
// they stand here.
class HazardsInUse {
 public:
  HazardsInUse() noexcept;
  bool have(const void* object) const noexcept;

 private:
  bool is_known_;                     // else everything may be in use
  std::vector<const void*> objects_;  // sorted
};

// Something unlinked, which free(object) ends; or a list of them.
struct Retired;
using RetiredPtr = std::unique_ptr<Retired>;
struct Retired {
  const void* object;
  void (*free)(const void* object) noexcept;
  RetiredPtr next = nullptr;
};

void prepend(RetiredPtr one, RetiredPtr& list) noexcept;
RetiredPtr take_first(RetiredPtr& list) noexcept;

// Frees what was unlinked once no hazard points at it. Memory that waits is bounded: one batch, and twice as many
// objects as there are hazards; unless the kernel refuses the fence that it has promised, when nothing more is freed.
class Reclaimer {
 public:
  // A fence costs microseconds, so small objects wait until enough have come together.
  enum class When { in_a_batch, now };

  // Takes over a list. The caller holds no lock that freeing a series could want.
  static void retire(RetiredPtr list, When when = When::in_a_batch) noexcept;

  // Around a fork: nobody is inside.
  static void lock();
  static void unlock();
};

}  // namespace narthex::detail
