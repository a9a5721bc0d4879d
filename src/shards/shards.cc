#include "shards/shards.h"

#include <memory>
#include <new>
#include <utility>

#include <pthread.h>

#include "shards/hazards.h"
#include "shards/slots.h"

namespace narthex::detail {

constinit Shard no_shard;
constinit thread_local Shard* t_shard = &no_shard;

constinit thread_local bool ReentrancyGuard::t_is_inside = false;

constinit std::array<std::atomic<Shard*>, Shards::kMost> Shards::all_{};
constinit std::atomic<std::size_t> Shards::size_{0};

namespace {

constinit thread_local bool t_is_ending = false;

// Lives in each thread that has a shard, and leaves the shard when the thread ends. Destructors of other thread-local
// objects may still update metrics after that: such updates go to the bases.
class ThreadExitHook {
 public:
  ThreadExitHook() = default;
  ThreadExitHook(const ThreadExitHook&) = delete;
  ThreadExitHook& operator=(const ThreadExitHook&) = delete;
  ~ThreadExitHook() {
    t_is_ending = true;
    Shards::leave(std::exchange(t_shard, &no_shard));
  }
};

// Makes fork() wait until no other thread is inside of what all series share, and tells the child that it is alone.
void follow_forks() {
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
    Shards::leave_all_others();
  };
  pthread_atfork(lock, unlock, unlock_in_child);
}

}  // namespace

template <class T>
typename CellPages<T>::Cell* CellPages<T>::find_or_make(Slot slot) noexcept {
  if (Cell* cell = find(slot)) return cell;
  // aligned: pages of two threads share no cache line
  auto* page = static_cast<Cell*>(::operator new(sizeof(Cell) * kCellsPerPage, std::align_val_t(64), std::nothrow));
  if (!page) return nullptr;
  std::uninitialized_value_construct_n(page, kCellsPerPage);
  pages_[slot / kCellsPerPage].store(page,
                                     std::memory_order_release);  // release: a scrape that sees the page sees zeroes
  return page + slot % kCellsPerPage;
}

template class CellPages<double>;
template class CellPages<HistogramCells*>;

Shard* take_shard() noexcept {
  if (t_is_ending) return nullptr;
  Shard* shard = Shards::take();
  if (!shard) return nullptr;
  static thread_local ThreadExitHook leaver;
  t_shard = shard;
  return shard;
}

Shard* Shards::take() noexcept {
  const std::size_t size = size_.load(std::memory_order_acquire);  // acquire: as in for_each
  for (std::size_t i = 0; i < size; ++i) {
    Shard* const shard = all_[i].load(std::memory_order_acquire);
    // acquire: sees all that the last owner wrote; exchange: of two threads that try, one gets it
    if (!shard->is_owned.load(std::memory_order_relaxed) &&
        !shard->is_owned.exchange(true, std::memory_order_acquire)) {
      return shard;
    }
  }
  static const bool follows = (follow_forks(), true);
  static_cast<void>(follows);
  return make();
}

Shard* Shards::make() noexcept {
  auto shard = std::unique_ptr<Shard>(new (std::nothrow) Shard);
  if (!shard) return nullptr;
  shard->is_owned.store(true, std::memory_order_relaxed);  // relaxed: published below
  for (std::size_t place = size_.load(std::memory_order_relaxed); place < kMost; ++place) {
    Shard* empty = nullptr;
    if (!all_[place].compare_exchange_strong(empty, shard.get(), std::memory_order_release,
                                             std::memory_order_relaxed)) {
      continue;  // another thread was faster
    }
    // Places before this one are filled, but their threads may not have counted them yet.
    std::size_t size = place;
    while (size <= place && !size_.compare_exchange_weak(size, place + 1, std::memory_order_acq_rel)) {
    }
    return shard.release();
  }
  return nullptr;
}

void Shards::leave(Shard* shard) noexcept {
  shard->is_owned.store(false, std::memory_order_release);  // release: the next owner goes on from what we wrote
}

void Shards::leave_all_others() noexcept {
  for_each([](Shard& shard) {
    if (&shard == t_shard) return;
    shard.passing.store(nullptr, std::memory_order_relaxed);
    shard.table.store(nullptr, std::memory_order_relaxed);
    leave(&shard);
  });
}

}  // namespace narthex::detail
