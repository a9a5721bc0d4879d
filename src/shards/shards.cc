#include "shards/shards.h"

#include <bit>
#include <memory>
#include <new>
#include <optional>

#include <pthread.h>

#include "base/copies.h"

namespace narthex::detail {

constinit Shard no_shard;
constinit thread_local Shard* t_shard = &no_shard;

constinit std::array<std::atomic<Shard*>, Shards::kMaxShards> Shards::all_{};
constinit std::atomic<std::size_t> Shards::size_{0};
constinit std::array<std::atomic<std::uint64_t>, Shards::kMaxShards / Shards::kBits> Shards::free_{};

namespace {

constinit thread_local bool t_is_ending __attribute__((tls_model("initial-exec"))) = false;  // as t_shard

// Releases the shard of a thread when the thread ends. The destructors of thread-local objects run earlier, and their
// updates use the shard. Destructors of other keys may run later: their updates go to the bases.
//
// It is a key and not a thread-local object with a destructor, because glibc needs memory to register such a
// destructor, and ends the process if there is none. It needs none for its first 32 keys.
class ThreadExitKey {
 public:
  // Creates the key at the first call. Returns nothing if the system has no key.
  static std::optional<pthread_key_t> instance() noexcept {
    static const std::optional<pthread_key_t> key = create();
    return key;
  }
  // Releases the shard when this thread ends. Returns false without memory, without a key, and after remove().
  static bool set(Shard* shard) noexcept {
    const std::optional<pthread_key_t> key = instance();
    // relaxed: a thread that still updates metrics while this code is unloaded is an error
    return key && !is_removed_.load(std::memory_order_relaxed) && pthread_setspecific(*key, shard) == 0;
  }
  // Called when the process exits, and when this code is unloaded: threads that end later must not call release().
  static void remove() noexcept {
    is_removed_.store(true, std::memory_order_relaxed);  // relaxed: as above
    if (const std::optional<pthread_key_t> key = instance()) pthread_key_delete(*key);
  }

 private:
  static std::optional<pthread_key_t> create() noexcept {
    pthread_key_t key{};
    if (pthread_key_create(&key, release) != 0) return std::nullopt;
    return key;
  }
  static void release(void* shard) noexcept {
    t_is_ending = true;
    t_shard = &no_shard;
    Shards::release(static_cast<Shard*>(shard));
  }

  static inline constinit std::atomic<bool> is_removed_{false};
};

[[gnu::destructor]] void remove_exit_key() { ThreadExitKey::remove(); }

// Runs before main(), while there is memory and one of the first keys is free.
const bool has_exit_key = [] {
  report_copies();
  pthread_atfork(nullptr, nullptr, Shards::release_all_others);
  return ThreadExitKey::instance().has_value();
}();

}  // namespace

template <class T>
std::atomic<T>* CellPages::find_or_create(Slot slot) noexcept {
  using Cell = std::atomic<T>;
  if (Cell* cell = find<T>(slot)) return cell;
  const Slot number = slot / kSlotsPerPage;
  const std::size_t size = cells_in_page(number);
  // aligned, so that pages of two threads do not share a cache line
  auto* page = static_cast<Cell*>(::operator new(sizeof(Cell) * size, std::align_val_t(64), std::nothrow));
  if (!page) return nullptr;
  std::uninitialized_value_construct_n(page, size);
  // release: a scrape that sees the page sees zeros
  pages_[number].store(page, std::memory_order_release);
  return page + slot % kSlotsPerPage;
}

template std::atomic<double>* CellPages::find_or_create(Slot) noexcept;
template std::atomic<HistogramCells*>* CellPages::find_or_create(Slot) noexcept;

Shard* acquire_shard() noexcept {
  if (t_is_ending) return nullptr;
  Shard* shard = Shards::acquire();
  if (!shard) return nullptr;
  if (!ThreadExitKey::set(shard)) {
    Shards::release(shard);
    return nullptr;
  }
  t_shard = shard;
  return shard;
}

Shard* Shards::acquire() noexcept {
  const std::size_t size = size_.load(std::memory_order_relaxed);  // relaxed: a shard that is missed stays free
  for (std::size_t first = 0; first < size; first += kBits) {
    std::atomic<std::uint64_t>& word = free_[first / kBits];
    std::uint64_t seen = word.load(std::memory_order_relaxed);  // relaxed: the change below decides
    while (seen != 0) {
      const int bit = std::countr_zero(seen);
      const std::uint64_t mask = std::uint64_t{1} << bit;
      // acquire: sees everything that the last owner wrote; only one of several threads reads a bit that is set
      seen = word.fetch_and(~mask, std::memory_order_acquire);
      // relaxed: the acquire above sees the element, because the last owner saw it
      if ((seen & mask) != 0) return all_[first + static_cast<std::size_t>(bit)].load(std::memory_order_relaxed);
    }
  }
  return create();
}

Shard* Shards::create() noexcept {
  auto shard = std::unique_ptr<Shard>(new (std::nothrow) Shard);
  if (!shard) return nullptr;
  // relaxed: only a start, the loop finds the first element that is null
  for (std::size_t index = size_.load(std::memory_order_relaxed); index < kMaxShards; ++index) {
    Shard* empty = nullptr;
    shard->index = static_cast<std::uint32_t>(index);
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
  const std::uint64_t mask = std::uint64_t{1} << shard->index % kBits;
  free_[shard->index / kBits].fetch_or(mask, std::memory_order_release);  // release: the next owner sees all contents
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
