#include "shards/shards.h"

#include <memory>
#include <new>
#include <utility>

#include <pthread.h>

#include "shards/reclaimer.h"
#include "shards/slot_allocator.h"

namespace narthex::detail {

constinit Shard no_shard;
constinit thread_local Shard* t_shard = &no_shard;

constinit std::array<std::atomic<Shard*>, Shards::kMaxShards> Shards::all_{};
constinit std::atomic<std::size_t> Shards::size_{0};

namespace {

constinit thread_local bool t_is_ending = false;

// Releases the shard of a thread when the thread ends. Destructors of other thread-local objects may run later and
// update metrics: such updates go to the bases.
class ThreadExitHook {
 public:
  ThreadExitHook() = default;
  ThreadExitHook(const ThreadExitHook&) = delete;
  ThreadExitHook& operator=(const ThreadExitHook&) = delete;
  ~ThreadExitHook() {
    t_is_ending = true;
    Shards::release(std::exchange(t_shard, &no_shard));
  }
};

// Makes fork() wait until no other thread holds a mutex that all series share, and releases the shards of the threads
// that the child does not have.
void register_fork_handlers() {
  const auto lock = [] {
    lock_slots();
    Reclaimer::lock();
  };
  const auto unlock = [] {
    Reclaimer::unlock();
    unlock_slots();
  };
  const auto unlock_in_child = [] {
    Reclaimer::unlock();
    unlock_slots();
    Shards::release_all_others();
  };
  pthread_atfork(lock, unlock, unlock_in_child);
}

}  // namespace

template <class T>
typename CellPages<T>::Cell* CellPages<T>::find_or_create(Slot slot) noexcept {
  if (Cell* cell = find(slot)) return cell;
  // aligned, so that pages of two threads do not share a cache line
  auto* page = static_cast<Cell*>(::operator new(sizeof(Cell) * kCellsPerPage, std::align_val_t(64), std::nothrow));
  if (!page) return nullptr;
  std::uninitialized_value_construct_n(page, kCellsPerPage);
  // release: a scrape that sees the page sees zeros
  pages_[slot / kCellsPerPage].store(page, std::memory_order_release);
  return page + slot % kCellsPerPage;
}

template class CellPages<double>;
template class CellPages<HistogramCells*>;

Shard* acquire_shard() noexcept {
  if (t_is_ending) return nullptr;
  Shard* shard = Shards::acquire();
  if (!shard) return nullptr;
  static thread_local ThreadExitHook exit_hook;
  t_shard = shard;
  return shard;
}

Shard* Shards::acquire() noexcept {
  const std::size_t size = size_.load(std::memory_order_acquire);  // acquire: as in for_each
  for (std::size_t i = 0; i < size; ++i) {
    Shard* const shard = all_[i].load(std::memory_order_acquire);  // acquire: as in for_each
    if (!shard->is_owned.load(std::memory_order_relaxed) &&        // relaxed: the exchange decides
        // acquire: sees everything that the last owner wrote; exchange: only one of several threads reads false
        !shard->is_owned.exchange(true, std::memory_order_acquire)) {
      return shard;
    }
  }
  static const bool is_registered = (register_fork_handlers(), true);
  static_cast<void>(is_registered);
  return create();
}

Shard* Shards::create() noexcept {
  auto shard = std::unique_ptr<Shard>(new (std::nothrow) Shard);
  if (!shard) return nullptr;
  shard->is_owned.store(true, std::memory_order_relaxed);  // relaxed: published below
  // relaxed: only a start, the loop finds the first element that is null
  for (std::size_t index = size_.load(std::memory_order_relaxed); index < kMaxShards; ++index) {
    Shard* empty = nullptr;
    // release: the shard's initial zeros; relaxed: another thread was faster, so its element is not used
    if (!all_[index].compare_exchange_strong(empty, shard.get(), std::memory_order_release,
                                             std::memory_order_relaxed)) {
      continue;
    }
    // The elements before this one are set, but their threads may not have increased size_ yet.
    std::size_t size = index;
    // release: the element; acquire: the elements of other threads before it, which a reader of size_ then sees too
    while (size <= index && !size_.compare_exchange_weak(size, index + 1, std::memory_order_acq_rel)) {
    }
    return shard.release();
  }
  return nullptr;
}

void Shards::release(Shard* shard) noexcept {
  shard->is_owned.store(false, std::memory_order_release);  // release: the next owner sees everything in the shard
}

void Shards::release_all_others() noexcept {
  for_each([](Shard& shard) {
    if (&shard == t_shard) return;
    shard.lookup.store(nullptr, std::memory_order_relaxed);   // relaxed: the child has one thread
    shard.entries.store(nullptr, std::memory_order_relaxed);  // relaxed: the child has one thread
    release(&shard);
  });
}

}  // namespace narthex::detail
