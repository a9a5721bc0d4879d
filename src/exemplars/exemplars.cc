#include <narthex/detail/exemplars.h>

#include <chrono>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

#include <narthex/exemplar_options.h>

#include "base/totals.h"
#include "exemplars/exemplar_copies.h"
#include "exemplars/exemplar_text.h"
#include "exemplars/native_exemplars.h"
#include "exemplars/slot_backoff.h"
#include "exemplars/stored_exemplar.h"
#include "shards/reentrancy_guard.h"

namespace narthex::detail {

namespace {

using Time = StoredExemplar::Time;

constexpr int kWriterAttempts = 1;
constexpr int kScrapeAttempts = 1000;  // 1 to 2 us, while a writer copies some bytes; a suspended writer takes longer

// Holds a lock, unless all attempts failed.
class TryLock {
 public:
  TryLock(std::atomic<bool>& is_locked, int attempts) noexcept : is_locked_(is_locked) {
    for (; attempts > 0 && !owns_; --attempts) {
      // acquire: sees what the last owner wrote; relaxed: only a hint
      owns_ = !is_locked.load(std::memory_order_relaxed) && !is_locked.exchange(true, std::memory_order_acquire);
    }
  }
  TryLock(const TryLock&) = delete;
  TryLock& operator=(const TryLock&) = delete;
  ~TryLock() {
    if (owns_) is_locked_.store(false, std::memory_order_release);  // release: the next owner sees what was written
  }
  explicit operator bool() const noexcept { return owns_; }

 private:
  std::atomic<bool>& is_locked_;
  bool owns_ = false;
};

// Calls the user's function, which is foreign code: no lock is held.
Labels labels_of_trace(const ExemplarOptions& options) noexcept {
  try {
    return options.labels();
  } catch (...) {
    totals().exemplar_errors.fetch_add(1, std::memory_order_relaxed);  // relaxed: a sum orders nothing else
    return {};
  }
}

}  // namespace

//   slots ---> [ is_locked | is_requested | changes | exemplar ][ is_locked | is_requested | changes | exemplar ] ...
//                ^ the thread that changes it from false to true owns the exemplar
//
// Invariants: only the owner of a slot reads or writes its exemplar, which is plain data. No thread waits for a slot: a
// writer that finds it locked drops its exemplar, because the other one is as good; a scrape retries some times, and
// then serves none. A lock that no thread releases, as in the child of a fork, has the same effect. No foreign code but
// operator new runs under a lock. A writer that contends with others drops most of its exemplars: see SlotBackoff.
struct Exemplars::Store {
  struct ExemplarSlot {
    std::atomic<bool> is_locked{false};
    std::atomic<bool> is_requested{true};
    SlotBackoff::Changes changes = 0;
    StoredExemplar exemplar;
  };

  Store(const ExemplarShape& shape, ExemplarSource exemplar_source)
      : source(std::move(exemplar_source)),
        slots(new ExemplarSlot[shape.slots]),
        size(shape.slots),
        first_key(SlotBackoff::reserve_keys(shape.slots + 1)),
        native(shape.has_native ? new NativeExemplars : nullptr) {}

  void add(std::size_t index, double value, std::string_view labels) noexcept {
    const Time now = CreationTime::now();
    if (SlotBackoff& backoff = SlotBackoff::of(first_key + index, now); !backoff.drops()) {
      ExemplarSlot& slot = slots[index];
      const TryLock lock(slot.is_locked, kWriterAttempts);
      backoff.tried(lock ? &slot.changes : nullptr);
      // relaxed: a thread that does not see it yet stores one exemplar more
      if (!lock || slot.exemplar.assign(value, now, labels)) slot.is_requested.store(false, std::memory_order_relaxed);
    }
    if (!native) return;
    if (SlotBackoff& backoff = SlotBackoff::of(first_key + size, now); !backoff.drops()) {
      const TryLock lock(native_is_locked, kWriterAttempts);
      backoff.tried(lock ? &native_changes : nullptr);
      if (lock) native->add(value, now, labels);
    }
  }

  const ExemplarSource source;
  const std::unique_ptr<ExemplarSlot[]> slots;
  const std::size_t size;
  const SlotBackoff::Key first_key;  // of slot 0; that of the native exemplars follows those of all slots
  const std::unique_ptr<NativeExemplars> native;
  std::atomic<bool> native_is_locked{false};
  SlotBackoff::Changes native_changes = 0;
  // While the source returns nothing, updates call it once per tick of this clock, which is a few milliseconds.
  std::atomic<Time> last_empty_result{Time()};
};

Exemplars::Exemplars(const ExemplarShape& shape, const ExemplarSource& source)
    : store_(source ? new Store(shape, source) : nullptr) {}

Exemplars::~Exemplars() { delete store_.load(std::memory_order_relaxed); }  // relaxed: the last user

void Exemplars::store(const ExemplarShape& shape, std::size_t slot, double value, ExemplarLabels labels) noexcept {
  const ExemplarText text(labels);
  if (text.text().empty()) return;
  if (Store* const store = find_or_create(shape)) store->add(slot, value, text.text());
}

bool Exemplars::offer(std::size_t slot, double value) noexcept {
  Store& store = *store_.load(std::memory_order_relaxed);  // relaxed: it exists from the start
  // relaxed, here and below: a thread that does not see a change yet calls the source once more
  if (!store.slots[slot].is_requested.load(std::memory_order_relaxed)) return store.size > 1;  // other slots may wait
  const Time now = CreationTime::now();
  if (store.last_empty_result.load(std::memory_order_relaxed) == now) return true;
  // The updates and allocations of the source itself do not call the source.
  if (ReentrancyGuard::is_inside()) return true;
  const ExemplarText text = [&store] {
    const ReentrancyGuard guard;
    return ExemplarText(labels_of_trace(*store.source));
  }();
  if (text.text().empty()) {
    store.last_empty_result.store(now, std::memory_order_relaxed);
  } else {
    store.add(slot, value, text.text());
  }
  return true;
}

bool Exemplars::copy_to(ExemplarCopies& copies) const {
  Store* const store = store_.load(std::memory_order_acquire);  // acquire: sees how it was created
  if (!store) return false;
  const Time now = store->source ? CreationTime::now() : Time();
  bool is_any_requested = false;
  copies.begin();
  for (std::size_t i = 0; i < store->size; ++i) {
    Store::ExemplarSlot& slot = store->slots[i];
    const TryLock lock(slot.is_locked, kScrapeAttempts);
    if (!lock || slot.exemplar.is_empty()) {
      copies.add_none();
    } else {
      copies.add(slot.exemplar);
      // abs: the clock may have been set back
      if (store->source && std::chrono::abs(now - slot.exemplar.at()) >= store->source->min_interval) {
        slot.is_requested.store(true, std::memory_order_relaxed);  // relaxed: as in add()
      }
    }
    is_any_requested = is_any_requested || slot.is_requested.load(std::memory_order_relaxed);
  }
  if (store->native) {
    if (const TryLock lock(store->native_is_locked, kScrapeAttempts); lock) {
      for (const StoredExemplar& exemplar : store->native->all()) copies.add_native(exemplar);
    }
  }
  copies.end();
  return store->source && is_any_requested;
}

Exemplars::Store* Exemplars::find_or_create(const ExemplarShape& shape) noexcept {
  if (Store* const store = store_.load(std::memory_order_acquire)) return store;  // acquire: as in copy_to()
  const ReentrancyGuard guard;
  if (!guard) return nullptr;
  try {
    auto created = std::make_unique<Store>(shape, nullptr);
    Store* expected = nullptr;
    // release: it is complete; acquire: another thread was faster
    if (!store_.compare_exchange_strong(expected, created.get(), std::memory_order_release,
                                        std::memory_order_acquire)) {
      return expected;
    }
    return created.release();
  } catch (...) {  // no memory: the update counts without its exemplar
    return nullptr;
  }
}

}  // namespace narthex::detail
