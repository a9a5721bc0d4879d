#include "shards/reclaimer.h"

#include <cstddef>
#include <mutex>
#include <utility>

#include "base/mutex.h"
#include "base/totals.h"
#include "shards/hazards.h"

namespace narthex::detail {

namespace {

constexpr std::size_t kBatch = 64;  // one fence takes about 3 us, so about 50 ns for each object

constinit Mutex reclaimer_mutex;
// Raw pointers: the list is not destroyed when the process exits, because other threads may still add to it.
constinit Retired* deferred = nullptr;
constinit std::size_t deferred_size = 0;
constinit std::size_t deferred_limit = kBatch;

void set_deferred_size(std::size_t size) noexcept {
  deferred_size = size;
  totals().deferred_objects.store(size, std::memory_order_relaxed);  // relaxed: a number orders nothing else
}

void defer(RetiredPtr one) noexcept {
  one->next.reset(deferred);
  deferred = one.release();
  set_deferred_size(deferred_size + 1);
}

// Frees the objects that are not in use, and returns the others.
RetiredPtr free_unused(RetiredPtr list) noexcept {
  const HazardsInUse hazards;
  RetiredPtr in_use;
  while (list) {
    RetiredPtr one = pop_front(list);
    if (hazards.have(one->object)) {
      prepend(std::move(one), in_use);
    } else {
      one->free(one->object);
    }
  }
  return in_use;
}

}  // namespace

void prepend(RetiredPtr one, RetiredPtr& list) noexcept {
  one->next = std::move(list);
  list = std::move(one);
}

RetiredPtr pop_front(RetiredPtr& list) noexcept {
  RetiredPtr first = std::move(list);
  list = std::move(first->next);
  return first;
}

void Reclaimer::retire(RetiredPtr list, When when) noexcept {
  if (!list) return;
  RetiredPtr batch;
  {
    const std::lock_guard lock(reclaimer_mutex);
    while (list) defer(pop_front(list));
    if (deferred_size < deferred_limit && when == When::in_a_batch) return;
    batch.reset(std::exchange(deferred, nullptr));
    set_deferred_size(0);
  }
  RetiredPtr in_use = free_unused(std::move(batch));  // without the mutex, because a destructor releases slots

  {
    const std::lock_guard lock(reclaimer_mutex);
    while (in_use) defer(pop_front(in_use));
    deferred_limit = 2 * deferred_size + kBatch;  // twice, so that objects in use are not inspected each time
  }
  report_refused_fence();
}

}  // namespace narthex::detail
