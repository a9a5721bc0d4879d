#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/detail/shard.h>

namespace narthex::detail {

// Hazard pointers: a reader publishes a pointer to the object that it is about to use. The thread that unlinks an
// object frees it only when no hazard pointer points to it.
//
//   reader                                    remover
//   1. hazard = object   (publish)            1. unlink the object
//   2. ------- fence -------                  2. ------- fence -------
//   3. is it still linked? if not: retry      3. does a hazard point to it? if so: defer
//   4. use it                                 4. free it
//   5. hazard = null     (clear)
//
// Invariant: whichever fence runs first, either the reader sees that the object is unlinked, or the remover sees the
// hazard. Readers are frequent and removers are rare, so the fence is asymmetric: with membarrier(2) the remover runs a
// fence on every core, and the reader runs none. Without membarrier(2), and under ThreadSanitizer, which does not
// support it, the reader's store is itself a full fence.
// Source: M. Michael, "Hazard pointers: safe memory reclamation for lock-free objects", IEEE TPDS 15(6), 2004.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kUsesMembarrier = false;
#elif defined(__has_feature)
inline constexpr bool kUsesMembarrier = !__has_feature(thread_sanitizer);
#else
inline constexpr bool kUsesMembarrier = true;
#endif

// Whether removers run the readers' fence too. False until the kernel has confirmed that it supports this.
NARTHEX_EXPORT extern constinit std::atomic<bool> has_asymmetric_fence;

// Publishes that this thread is about to use an object. The caller then checks that the object is still linked.
inline void publish(Hazard& hazard, const void* object) noexcept {
  if (kUsesMembarrier && has_asymmetric_fence.load(std::memory_order_relaxed)) {  // relaxed: both branches are correct
    hazard.store(object, std::memory_order_release);      // release: uses of the previous object come before
    std::atomic_signal_fence(std::memory_order_seq_cst);  // seq_cst: orders the compiler, the remover orders the core
  } else {
    hazard.exchange(object, std::memory_order_seq_cst);  // seq_cst: step 2 of the reader
  }
}

inline void clear(Hazard& hazard) noexcept {
  hazard.store(nullptr, std::memory_order_release);  // release: our uses happen before the object is freed
}

// Returns an unused hazard for a borrowed handle, or the shard's `lookup` hazard if all are in use. Called by the
// thread that owns the shard.
inline Hazard& free_hazard(Shard& shard) noexcept {
  // NOLINTNEXTLINE(modernize-loop-convert): for a range, GCC 12 also tests whether it is empty
  for (std::size_t i = 0; i < shard.borrowed.size(); ++i) {
    Hazard& hazard = shard.borrowed[i];
    // acquire: uses of the previous object by the thread that cleared the hazard come before our publication
    if (!hazard.load(std::memory_order_acquire)) return hazard;
  }
  return shard.lookup;
}

// A snapshot of all hazards of the process, taken behind the remover's fence. An object that was unlinked before is in
// use only if the snapshot contains it.
class HazardsInUse {
 public:
  HazardsInUse() noexcept;
  bool have(const void* object) const noexcept;

 private:
  bool is_complete_;                  // false: the fence or an allocation failed, so every object may be in use
  std::vector<const void*> objects_;  // sorted
};

// Reports once, if the kernel has refused the fence, that memory is not freed any more. It writes to stderr, so the
// caller must not hold a mutex.
void report_refused_fence() noexcept;

}  // namespace narthex::detail
