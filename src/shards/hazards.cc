#include "shards/hazards.h"

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <new>
#include <utility>

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shards/shards.h"

namespace narthex::detail {

constinit std::atomic<bool> removers_fence{false};

namespace {

constexpr std::size_t kBatch = 64;  // a fence of about 3 us is then 50 ns for each

constinit std::mutex reclaimer_mutex;
// Not destroyed at the end of the process: others may still come.
constinit Retired* waiting = nullptr;
constinit std::size_t waiting_size = 0;
constinit std::size_t scan_at = kBatch;

void defer(RetiredPtr one) noexcept {
  one->next.reset(waiting);
  waiting = one.release();
  ++waiting_size;
}

bool ask_kernel(int command) noexcept { return syscall(SYS_membarrier, command, 0, 0) == 0; }

// Before main(), when no other thread can be reading.
const bool registered = [] {
  removers_fence.store(kKnowsMembarrier && ask_kernel(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED));
  return true;
}();

// The remover's fence, and the readers' one where they run none. Returns false if that failed.
bool fence() noexcept {
  if (!removers_fence.load()) return true;  // the seq_cst accesses of both sides are the fences
  return ask_kernel(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

// Frees what it can of a list, and returns the rest.
RetiredPtr free_unused(RetiredPtr list) noexcept {
  const HazardsInUse hazards;
  RetiredPtr kept;
  while (list) {
    RetiredPtr one = take_first(list);
    if (hazards.have(one->object)) {
      prepend(std::move(one), kept);
    } else {
      one->free(one->object);
    }
  }
  return kept;
}

}  // namespace

void prepend(RetiredPtr one, RetiredPtr& list) noexcept {
  one->next = std::move(list);
  list = std::move(one);
}

RetiredPtr take_first(RetiredPtr& list) noexcept {
  RetiredPtr first = std::move(list);
  list = std::move(first->next);
  return first;
}

HazardsInUse::HazardsInUse() noexcept : is_known_(fence()) {
  const auto note = [this](const Hazard& hazard) {
    // seq_cst: behind the fence of the drawing; it acquires, so that what a reader did comes before the freeing
    if (const void* object = hazard.load(std::memory_order_seq_cst)) objects_.push_back(object);
  };
  try {
    Shards::for_each([note](const Shard& shard) {
      for (const Hazard& hazard : shard.borrowed) note(hazard);
      note(shard.passing);
      note(shard.table);
    });
  } catch (const std::bad_alloc&) {
    is_known_ = false;
  }
  std::ranges::sort(objects_);
}

bool HazardsInUse::have(const void* object) const noexcept {
  return !is_known_ || std::ranges::binary_search(objects_, object);
}

void Reclaimer::retire(RetiredPtr list, When when) noexcept {
  if (!list) return;
  RetiredPtr batch;
  {
    const std::lock_guard lock(reclaimer_mutex);
    while (list) defer(take_first(list));
    if (waiting_size < scan_at && when == When::in_a_batch) return;
    batch.reset(std::exchange(waiting, nullptr));
    waiting_size = 0;
  }
  RetiredPtr kept = free_unused(std::move(batch));  // without the lock: series give slots back as they are freed

  const std::lock_guard lock(reclaimer_mutex);
  while (kept) defer(take_first(kept));
  scan_at = 2 * waiting_size + kBatch;  // twice, so that many that have to wait are not looked at each time
}

void Reclaimer::lock() { reclaimer_mutex.lock(); }

void Reclaimer::unlock() { reclaimer_mutex.unlock(); }

}  // namespace narthex::detail
