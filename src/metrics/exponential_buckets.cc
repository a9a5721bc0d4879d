#include "metrics/exponential_buckets.h"

#include <cstdlib>
#include <memory>
#include <new>
#include <utility>

#include "shards/promotion.h"

namespace narthex::detail {

namespace {

constexpr std::align_val_t kBaseTableAlignment{alignof(ExponentialTable)};
constexpr std::align_val_t kOwnTableAlignment{64};  // tables of two threads share no cache line
constexpr std::uint32_t kFirstCapacity = 16;

// Returns a table without observations, or null without memory.
ExponentialTable* new_table(ExponentialTable* older, int schema, std::uint32_t capacity,
                            std::align_val_t alignment) noexcept {
  const std::size_t size = sizeof(ExponentialTable) + capacity * sizeof(ExponentialTable::Slot);
  void* memory = ::operator new(size, alignment, std::nothrow);
  if (!memory) return nullptr;
  auto* table = ::new (memory) ExponentialTable(older, schema, capacity);
  std::uninitialized_value_construct_n(table->slots(), capacity);
  return table;
}

void delete_tables(ExponentialTable* table, std::align_val_t alignment) noexcept {
  while (table) {
    ExponentialTable* older = table->older;
    ::operator delete(table, alignment);
    table = older;
  }
}

// Returns how many keys a table takes: 3/4 of its slots, so that a search is short.
std::uint32_t max_keys_of(const ExponentialTable& table) noexcept { return table.capacity() / 4 * 3; }

// Returns the slot of a key, in a table that all threads write. Acquires a slot if the table has fewer keys than
// `max_keys`, and returns null otherwise.
ExponentialTable::Slot* find_or_acquire(ExponentialTable& table, ExponentialKey key, std::uint32_t max_keys) noexcept {
  std::size_t index = key.hash();
  for (std::uint32_t i = 0; i < table.capacity(); ++i, ++index) {
    ExponentialTable::Slot& slot = table.slots()[index & table.mask];
    std::uint64_t word = slot.key.load(std::memory_order_relaxed);  // relaxed: a key orders nothing else
    if (word == 0) {
      if (table.used.load(std::memory_order_relaxed) >= max_keys) return nullptr;
      // relaxed: one of several threads stores its key, and the count is zero from the start
      if (slot.key.compare_exchange_strong(word, key.word(), std::memory_order_relaxed)) {
        table.used.fetch_add(1, std::memory_order_relaxed);
        return &slot;
      }
    }
    if (word == key.word()) return &slot;
  }
  return nullptr;
}

// Returns the slot with the closest key in a full table.
ExponentialTable::Slot& nearest_slot(ExponentialTable& table, ExponentialKey key) noexcept {
  ExponentialTable::Slot* nearest = nullptr;
  std::int32_t min_distance = 0;
  for (std::uint32_t i = 0; i < table.capacity(); ++i) {
    ExponentialTable::Slot& slot = table.slots()[i];
    const ExponentialKey used(slot.key.load(std::memory_order_relaxed));  // relaxed: as above
    const std::int32_t distance = std::abs(used.rank() - key.rank());
    if (!nearest || distance < min_distance) {
      nearest = &slot;
      min_distance = distance;
    }
  }
  return *nearest;
}

}  // namespace

ExponentialBuckets::ExponentialBuckets(int schema, double zero_threshold, std::size_t max_keys)
    : max_keys_(static_cast<std::uint32_t>(max_keys)),
      schema_(schema),
      zero_threshold_(zero_threshold),
      base_(new_table(nullptr, schema, kFirstCapacity, kBaseTableAlignment)) {
  if (!base_.load(std::memory_order_relaxed)) throw std::bad_alloc();
}

ExponentialBuckets::~ExponentialBuckets() {
  delete_tables(base_.load(std::memory_order_relaxed), kBaseTableAlignment);  // relaxed, both: the last user
  release_histogram_slot(slot_.load(std::memory_order_relaxed), [](HistogramCells* table) {
    delete_tables(static_cast<ExponentialTable*>(table), kOwnTableAlignment);
  });
}

void ExponentialBuckets::coarsen(int schema, double zero_threshold) const noexcept {
  // relaxed, all: a thread that sees an older scale only counts with more resolution
  for (int now = schema_.load(std::memory_order_relaxed);
       schema < now && !schema_.compare_exchange_weak(now, schema, std::memory_order_relaxed);) {
  }
  for (double now = zero_threshold_.load(std::memory_order_relaxed);
       zero_threshold > now &&
       !zero_threshold_.compare_exchange_weak(now, zero_threshold, std::memory_order_relaxed);) {
  }
}

void ExponentialBuckets::observe_slowly(std::size_t bucket, double value, double amount,
                                        std::uint64_t number) noexcept {
  const Slot slot = slot_.load(std::memory_order_acquire);  // acquire: as in own_table
  if (slot >= kFirstSlot && try_add_to_own(slot, bucket, value, amount, number)) return;
  const bool was_contended = add_to_base(bucket, value, amount, number);
  if (slot < kFirstSlot && heat_.add(was_contended)) promote(slot_, histogram_slots);
}

// Returns a table that precedes one that is full or of another schema. Without one before, returns the first table of a
// thread, with the capacity of the base. Returns null without memory.
ExponentialTable* ExponentialBuckets::next_table(ExponentialTable* before, std::align_val_t alignment) const noexcept {
  int new_schema = schema();
  // acquire: sees how the table was created
  std::uint32_t capacity = before ? before->capacity() : base_.load(std::memory_order_acquire)->capacity();
  if (before && before->schema == new_schema) {
    if (max_keys_of(*before) >= max_keys_ && new_schema > kCoarsestSchema) {
      coarsen(--new_schema, 0);
    } else {
      capacity *= 2;
    }
  }
  return new_table(before, new_schema, capacity, alignment);
}

// Returns false while the thread ends, and without memory.
bool ExponentialBuckets::try_add_to_own(Slot slot, std::size_t bucket, double value, double amount,
                                        std::uint64_t number) noexcept {
  const ReentrancyGuard guard;
  Shard* shard = guard ? own_shard() : nullptr;
  auto* cell = shard ? shard->cells.find_or_create<HistogramCells*>(slot) : nullptr;
  if (!cell) return false;
  auto* table = static_cast<ExponentialTable*>(cell->load(std::memory_order_relaxed));  // relaxed: as in own_table
  // relaxed: only this thread acquires slots of the table
  if (!table || table->schema != schema() || table->used.load(std::memory_order_relaxed) >= max_keys_of(*table)) {
    table = next_table(table, kOwnTableAlignment);
    if (!table) return false;
    cell->store(table, std::memory_order_release);  // release: a scrape that sees it sees zeroes
  }
  ExponentialTable::Slot* const found =
      find_or_acquire(*table, key_of(bucket, value, table->schema), max_keys_of(*table));
  add_to_own(*table, *found, amount, number);
  return true;
}

// Returns a table that precedes the full one, or without memory the full one.
ExponentialTable* ExponentialBuckets::grow_base(ExponentialTable* full) noexcept {
  const ReentrancyGuard guard;
  ExponentialTable* next = guard ? next_table(full, kBaseTableAlignment) : nullptr;
  if (!next) return full;
  // release: a thread that sees the table sees zeroes; acquire: this thread too, if another one was faster
  if (base_.compare_exchange_strong(full, next, std::memory_order_acq_rel, std::memory_order_acquire)) return next;
  ::operator delete(next, kBaseTableAlignment);
  return full;
}

// Returns true if another thread added to the base at the same time.
bool ExponentialBuckets::add_to_base(std::size_t bucket, double value, double amount, std::uint64_t number) noexcept {
  ExponentialTable* table = base_.load(std::memory_order_acquire);  // acquire: sees the zeroes of a new table
  ExponentialTable::Slot* slot = nullptr;
  if (table->schema == schema())
    slot = find_or_acquire(*table, key_of(bucket, value, table->schema), max_keys_of(*table));
  while (!slot) {
    ExponentialTable* const before = std::exchange(table, grow_base(table));
    // Without memory all slots may be used, and then the nearest key counts the value.
    const std::uint32_t max_keys = table == before ? table->capacity() : max_keys_of(*table);
    const ExponentialKey key = key_of(bucket, value, table->schema);
    slot = find_or_acquire(*table, key, max_keys);
    if (!slot && table == before) slot = &nearest_slot(*table, key);
  }
  slot->count.fetch_add(number, std::memory_order_relaxed);  // relaxed: as in add_to_own
  return add_atomically(table->sum, amount);
}

}  // namespace narthex::detail
