#include "shards/hazards.h"

#include <algorithm>
#include <new>

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/diagnostics.h"
#include "shards/shards.h"

namespace narthex::detail {

constinit std::atomic<bool> has_asymmetric_fence{false};

namespace {

bool membarrier(int command) noexcept { return syscall(SYS_membarrier, command, 0, 0) == 0; }

// Runs before main(), when no other thread can be reading.
const bool is_fence_chosen = [] {
  has_asymmetric_fence.store(kUsesMembarrier && membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED));
  return true;
}();

constinit std::atomic<bool> is_refused{false};  // the kernel has refused the fence

// Runs the remover's fence, and with the asymmetric fence the readers' one too. Returns false if that failed.
bool fence() noexcept {
  if (!has_asymmetric_fence.load()) return true;  // seq_cst accesses of both sides are the fences
  if (membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED)) return true;
  // Readers that trust the asymmetric fence may be running, so that it cannot be replaced.
  is_refused.store(true, std::memory_order_relaxed);  // relaxed: a flag orders nothing else
  return false;
}

}  // namespace

HazardsInUse::HazardsInUse() noexcept : is_complete_(fence()) {
  const auto add = [this](const Hazard& hazard) {
    // seq_cst: step 3 of the remover; it also acquires, so that the reader's uses come before the object is freed
    if (const void* object = hazard.load(std::memory_order_seq_cst)) objects_.push_back(object);
  };
  try {
    Shards::for_each([add](const Shard& shard) {
      for (const Hazard& hazard : shard.borrowed) add(hazard);
      add(shard.lookup);
      add(shard.entries);
    });
  } catch (const std::bad_alloc&) {
    is_complete_ = false;
  }
  std::ranges::sort(objects_);
}

void report_refused_fence() noexcept {
  // relaxed, both: as above
  static constinit std::atomic<bool> is_reported{false};
  if (!is_refused.load(std::memory_order_relaxed) || is_reported.exchange(true, std::memory_order_relaxed)) return;
  Diagnostics({}).log(
      "the kernel refuses membarrier(2), which it allowed when the process started: the memory of removed series is "
      "not "
      "freed any more (narthex_deferred_objects counts it); allow membarrier(2) in the seccomp filter");
}

bool HazardsInUse::have(const void* object) const noexcept {
  return !is_complete_ || std::ranges::binary_search(objects_, object);
}

}  // namespace narthex::detail
