#include "metrics/exponential_buckets.h"

#include <cstdlib>
#include <memory>
#include <new>
#include <utility>

#include "shards/promotion.h"

namespace narthex::detail {

namespace {

constexpr std::align_val_t kBaseAlignment{alignof(ExponentialTable)};
constexpr std::align_val_t kOwnAlignment{64};  // tables of two threads share no cache line
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

// So many keys, and a search ends soon.
std::uint32_t room(const ExponentialTable& table) noexcept { return table.capacity / 4 * 3; }

// Returns the slot of a key, taken now if the table has fewer keys than `most`; null: it has none, and no room. For a
// table that all threads write.
ExponentialTable::Slot* find_or_take(ExponentialTable& table, ExponentialKey key, std::uint32_t most) noexcept {
  std::size_t place = key.hash();
  for (std::uint32_t i = 0; i < table.capacity; ++i, ++place) {
    ExponentialTable::Slot& slot = table.slots()[place & (table.capacity - 1)];
    std::uint64_t word = slot.key.load(std::memory_order_relaxed);  // relaxed: a key goes for itself
    if (word == 0) {
      if (table.used.load(std::memory_order_relaxed) >= most) return nullptr;
      // relaxed: of several threads one puts its key there, and its count is zero from the start
      if (slot.key.compare_exchange_strong(word, key.word(), std::memory_order_relaxed)) {
        table.used.fetch_add(1, std::memory_order_relaxed);
        return &slot;
      }
    }
    if (word == key.word()) return &slot;
  }
  return nullptr;
}

// Returns the slot of a full table whose key is closest.
ExponentialTable::Slot& nearest(ExponentialTable& table, ExponentialKey key) noexcept {
  ExponentialTable::Slot* best = nullptr;
  std::int32_t least = 0;
  for (std::uint32_t i = 0; i < table.capacity; ++i) {
    ExponentialTable::Slot& slot = table.slots()[i];
    const ExponentialKey taken(slot.key.load(std::memory_order_relaxed));  // relaxed: as above
    const std::int32_t distance = std::abs(taken.rank() - key.rank());
    if (!best || distance < least) {
      best = &slot;
      least = distance;
    }
  }
  return *best;
}

}  // namespace

ExponentialBuckets::ExponentialBuckets(int schema, double zero_threshold, std::size_t max_keys)
    : max_keys_(static_cast<std::uint32_t>(max_keys)),
      schema_(schema),
      zero_threshold_(zero_threshold),
      base_(new_table(nullptr, schema, kFirstCapacity, kBaseAlignment)) {
  if (!base_.load(std::memory_order_relaxed)) throw std::bad_alloc();
}

ExponentialBuckets::~ExponentialBuckets() {
  delete_tables(base_.load(std::memory_order_relaxed), kBaseAlignment);  // relaxed, both: the last user
  release_histogram_slot(slot_.load(std::memory_order_relaxed), [](HistogramCells* table) {
    delete_tables(static_cast<ExponentialTable*>(table), kOwnAlignment);
  });
}

void ExponentialBuckets::coarsen(int schema, double zero_threshold) const noexcept {
  // relaxed, all: whoever goes by an older scale counts finer than need be
  for (int now = schema_.load(std::memory_order_relaxed);
       schema < now && !schema_.compare_exchange_weak(now, schema, std::memory_order_relaxed);) {
  }
  for (double now = zero_threshold_.load(std::memory_order_relaxed);
       zero_threshold > now &&
       !zero_threshold_.compare_exchange_weak(now, zero_threshold, std::memory_order_relaxed);) {
  }
}

void ExponentialBuckets::observe_slowly(std::size_t bucket, double value) noexcept {
  const Slot slot = slot_.load(std::memory_order_acquire);  // acquire: as in own_table
  if (slot >= kFirstSlot && try_add_to_own(slot, bucket, value)) return;
  const bool was_contended = add_to_base(bucket, value);
  if (slot < kFirstSlot && heat_.add(was_contended)) promote(slot_, histogram_slots);
}

// Returns a table to stand before one that is full or of another schema, or the first of a thread, which will need as
// much room as the base did; null without memory.
ExponentialTable* ExponentialBuckets::next_table(ExponentialTable* before, std::align_val_t alignment) const noexcept {
  int wanted = schema();
  // acquire: sees what the table started with
  std::uint32_t capacity = before ? before->capacity : base_.load(std::memory_order_acquire)->capacity;
  if (before && before->schema == wanted) {
    if (room(*before) >= max_keys_ && wanted > kCoarsestSchema) {
      coarsen(--wanted, 0);
    } else {
      capacity *= 2;
    }
  }
  return new_table(before, wanted, capacity, alignment);
}

// Returns false when the thread is ending, and without memory.
bool ExponentialBuckets::try_add_to_own(Slot slot, std::size_t bucket, double value) noexcept {
  const ReentrancyGuard growth;
  Shard* shard = growth ? own_shard() : nullptr;
  auto* cell = shard ? shard->histograms.find_or_create(slot) : nullptr;
  if (!cell) return false;
  auto* table = static_cast<ExponentialTable*>(cell->load(std::memory_order_relaxed));  // relaxed: as in own_table
  // relaxed: only this thread takes slots of the table
  if (!table || table->schema != schema() || table->used.load(std::memory_order_relaxed) >= room(*table)) {
    table = next_table(table, kOwnAlignment);
    if (!table) return false;
    cell->store(table, std::memory_order_release);  // release: a scrape that sees it sees zeroes
  }
  add_to_own(*table, *find_or_take(*table, key_of(bucket, value, table->schema), room(*table)), value);
  return true;
}

// Returns a table that stands before the full one; that one itself without memory.
ExponentialTable* ExponentialBuckets::grow_base(ExponentialTable* full) noexcept {
  const ReentrancyGuard growth;
  ExponentialTable* next = growth ? next_table(full, kBaseAlignment) : nullptr;
  if (!next) return full;
  // release: whoever sees the table sees zeroes; acquire: so do we, where another thread was faster
  if (base_.compare_exchange_strong(full, next, std::memory_order_acq_rel, std::memory_order_acquire)) return next;
  ::operator delete(next, kBaseAlignment);
  return full;
}

// Returns true when another thread added to the base at the same moment.
bool ExponentialBuckets::add_to_base(std::size_t bucket, double value) noexcept {
  ExponentialTable* table =
      base_.load(std::memory_order_acquire);  // acquire: sees the zeroes that the table started with
  ExponentialTable::Slot* slot = nullptr;
  if (table->schema == schema()) slot = find_or_take(*table, key_of(bucket, value, table->schema), room(*table));
  while (!slot) {
    ExponentialTable* const before = std::exchange(table, grow_base(table));
    // Without memory every slot may be taken, and then the nearest one has to do.
    const std::uint32_t most = table == before ? table->capacity : room(*table);
    const ExponentialKey key = key_of(bucket, value, table->schema);
    slot = find_or_take(*table, key, most);
    if (!slot && table == before) slot = &nearest(*table, key);
  }
  slot->count.fetch_add(1, std::memory_order_relaxed);  // relaxed: as in add_to_own
  return add_atomically(table->sum, value);
}

}  // namespace narthex::detail
