#include "families/series_index.h"

#include <algorithm>
#include <memory>
#include <new>

#include <sys/mman.h>

namespace narthex::detail {

namespace {

// Larger entries have pages of their own, which return to the system when they are freed. A heap would keep them: old
// and new entries exist together, so the new ones never fit into the memory of the old ones.
constexpr std::size_t kMaxInHeap = std::size_t{1} << 16;

void* allocate(std::size_t bytes) {
  if (bytes <= kMaxInHeap) return ::operator new(bytes);
  void* const pages = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  return pages;
}

void deallocate(void* memory, std::size_t bytes) noexcept {
  if (bytes <= kMaxInHeap) {
    ::operator delete(memory);
  } else {
    ::munmap(memory, bytes);
  }
}

}  // namespace

SeriesIndex::Entries* SeriesIndex::Entries::create(std::size_t size) {
  auto* entries = ::new (allocate(bytes_of(size))) Entries{size - 1};
  std::uninitialized_value_construct_n(entries->first(), size);
  return entries;
}

void SeriesIndex::Entries::free(const void* entries) noexcept {
  const std::size_t size = static_cast<const Entries*>(entries)->mask + 1;
  deallocate(const_cast<void*>(entries), bytes_of(size));
}

SeriesIndex::SeriesIndex() : entries_(Entries::create(4)) {}

SeriesIndex::~SeriesIndex() {
  Entries::free(entries_.load(std::memory_order_relaxed));  // relaxed: no other thread uses the index any more
}

std::uintptr_t SeriesIndex::word_of(const Series* series) noexcept {
  return reinterpret_cast<std::uintptr_t>(series) | tag_of(series->hash_) << kTagShift;
}

RetiredPtr SeriesIndex::reserve_one() {
  Entries* old = entries_.load(std::memory_order_relaxed);  // relaxed: only writers change it
  if (8 * (used_ + 1) <= 7 * (old->mask + 1)) return nullptr;
  std::size_t size = 4;
  while (4 * size < 5 * (size_ + 1)) size *= 2;  // not too full, so that many inserts follow until the next copy
  auto retired = std::make_unique<Retired>(Retired{old, Entries::free});
  Entries* grown = Entries::create(size);
  used_ = 0;
  const auto word_at = [old](std::size_t i) {
    return old->first()[i & old->mask].load(std::memory_order_relaxed);  // relaxed: only writers insert
  };
  for (std::size_t i = 0; i <= old->mask; ++i) {
    __builtin_prefetch(series_of(word_at(i + kPrefetchDistance)));  // store() reads its hash
    if (const std::uintptr_t word = word_at(i); word > kLowBits) store(*grown, word);
  }
  // release: readers see the copied words; seq_cst: the remover's step 1 in hazards.h
  entries_.store(grown, std::memory_order_seq_cst);
  return retired;
}

void SeriesIndex::store(Entries& entries, std::uintptr_t word) noexcept {
  std::size_t i = series_of(word)->hash_ & entries.mask;
  const auto at = [&](std::size_t index) {
    return entries.first()[index].load(std::memory_order_relaxed);  // relaxed: only writers insert
  };
  while (at(i) > kLowBits) i = (i + 1) & entries.mask;
  if (at(i) == kEmpty) ++used_;
  entries.first()[i].store(word, std::memory_order_release);  // release: a reader sees a fully constructed series
}

void SeriesIndex::insert(Series* series) noexcept {
  store(*entries_.load(std::memory_order_relaxed), word_of(series));  // relaxed: only writers change it
  ++size_;
}

void SeriesIndex::erase(const Series* series) noexcept {
  entry_at(index_of(series)).store(kRemoved, std::memory_order_seq_cst);  // seq_cst: the remover's step 1 in hazards.h
  --size_;
}

std::size_t SeriesIndex::mark_for_eviction(const Series* series) noexcept {
  const std::size_t index = index_of(series);
  entry_at(index).store(word_of(series) | kMarked, std::memory_order_seq_cst);  // seq_cst: as in erase()
  return index;
}

void SeriesIndex::unmark(const Series* series, std::size_t index) noexcept {
  entry_at(index).store(word_of(series), std::memory_order_release);  // release: as in store()
}

bool SeriesIndex::evict(const Series* series, std::size_t index) noexcept {
  std::uintptr_t word = word_of(series) | kMarked;
  // seq_cst: as in erase()
  if (!entry_at(index).compare_exchange_strong(word, kRemoved, std::memory_order_seq_cst)) return false;
  --size_;
  return true;
}

SeriesIndex::Entry& SeriesIndex::entry_at(std::size_t index) const noexcept {
  return entries_.load(std::memory_order_relaxed)->first()[index];  // relaxed: only writers change it
}

std::size_t SeriesIndex::index_of(const Series* series) const noexcept {
  const std::size_t mask = entries_.load(std::memory_order_relaxed)->mask;  // relaxed: only writers change it
  std::size_t i = series->hash_ & mask;
  while (entry_at(i).load(std::memory_order_relaxed) != word_of(series)) i = (i + 1) & mask;  // relaxed: as above
  return i;
}

}  // namespace narthex::detail
