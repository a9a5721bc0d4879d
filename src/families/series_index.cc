#include "families/series_index.h"

#include <algorithm>
#include <memory>
#include <new>

namespace narthex::detail {

SeriesIndex::Cells* SeriesIndex::Cells::make(std::size_t size) {
  auto* cells = ::new (::operator new(sizeof(Cells) + size * sizeof(Cell))) Cells{size - 1};
  std::uninitialized_value_construct_n(cells->first(), size);
  return cells;
}

void SeriesIndex::Cells::free(const void* cells) noexcept { ::operator delete(const_cast<void*>(cells)); }

SeriesIndex::SeriesIndex() : cells_(Cells::make(4)) {}

SeriesIndex::~SeriesIndex() { Cells::free(cells_.load(std::memory_order_relaxed)); }  // relaxed: nobody else is left

std::uintptr_t SeriesIndex::word_of(const Series* series) noexcept {
  return reinterpret_cast<std::uintptr_t>(series) | series->hash_ >> kTagShift;
}

RetiredPtr SeriesIndex::reserve_one() {
  Cells* old = cells_.load(std::memory_order_relaxed);  // relaxed: only writers change it
  if (5 * (used_ + 1) <= 4 * (old->mask + 1)) return nullptr;
  std::size_t size = 4;
  while (4 * size < 6 * (size_ + 1)) size *= 2;  // two thirds full at most, so that it does not fill up at once again
  auto retirement = std::make_unique<Retired>(Retired{old, Cells::free});
  Cells* grown = Cells::make(size);
  used_ = 0;
  for (std::size_t i = 0; i <= old->mask; ++i) {
    const std::uintptr_t word = old->first()[i].load(std::memory_order_relaxed);  // relaxed: only writers change it
    if (word > kFreeBits) place(*grown, word);
  }
  cells_.store(grown, std::memory_order_seq_cst);  // release: they are filled; seq_cst: the first step in hazards.h
  return retirement;
}

void SeriesIndex::place(Cells& cells, std::uintptr_t word) noexcept {
  std::size_t i = series_of(word)->hash_ & cells.mask;
  while (cells.first()[i].load(std::memory_order_relaxed) > kFreeBits) i = (i + 1) & cells.mask;
  if (cells.first()[i].load(std::memory_order_relaxed) == kEmpty) ++used_;
  cells.first()[i].store(word, std::memory_order_release);  // release: a reader that sees it sees the whole series
}

void SeriesIndex::insert(Series* series) noexcept {
  place(*cells_.load(std::memory_order_relaxed), word_of(series));  // relaxed: only writers change it
  ++size_;
}

void SeriesIndex::erase(const Series* series) noexcept {
  // seq_cst: the first step in hazards.h
  current()[place_of(series)].store(kRemoved, std::memory_order_seq_cst);
  --size_;
}

std::size_t SeriesIndex::begin_trial(const Series* series) noexcept {
  const std::size_t place = place_of(series);
  current()[place].store(word_of(series) | kOnTrial, std::memory_order_seq_cst);  // seq_cst: as in erase()
  return place;
}

void SeriesIndex::acquit(const Series* series, std::size_t place) noexcept {
  current()[place].store(word_of(series), std::memory_order_release);  // release: as in place()
}

bool SeriesIndex::convict(const Series* series, std::size_t place) noexcept {
  std::uintptr_t word = word_of(series) | kOnTrial;
  // seq_cst: as in erase()
  if (!current()[place].compare_exchange_strong(word, kRemoved, std::memory_order_seq_cst)) return false;
  --size_;
  return true;
}

SeriesIndex::Cell* SeriesIndex::current() const noexcept {
  return cells_.load(std::memory_order_relaxed)->first();  // relaxed: only writers change it
}

std::size_t SeriesIndex::place_of(const Series* series) const noexcept {
  const std::size_t mask = cells_.load(std::memory_order_relaxed)->mask;  // relaxed: as above
  std::size_t i = series->hash_ & mask;
  while (current()[i].load(std::memory_order_relaxed) != word_of(series)) i = (i + 1) & mask;
  return i;
}

}  // namespace narthex::detail
