#include "shards/slot_allocator.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <set>

#include <gtest/gtest.h>
#include <narthex/detail/shard.h>

namespace narthex::detail {
namespace {

constinit std::atomic<Slot> next_page{kFirstPage};
constinit std::array<SlotAllocator::FreeSlots, 2> free_slots{};
constinit std::array<SlotAllocator, 2> kinds{SlotAllocator(next_page, free_slots[0]),
                                             SlotAllocator(next_page, free_slots[1])};
constinit CellPages pages;  // not on the stack, because pages are never freed

TEST(SlotAllocator, GivesEachHotSeriesItsOwnCell) {
  EXPECT_EQ(kMaxHotSeries, 261'056);
  std::array<std::set<Slot>, 2> pages_of_kind;
  std::array<Slot, 2> last{};
  for (std::size_t series = 0; series < kMaxHotSeries; ++series) {
    std::size_t kind = series % 3 == 0 ? 1 : 0;
    Slot slot = kinds[kind].try_acquire();
    if (slot == kCold) slot = kinds[kind ^= 1].try_acquire();  // one kind has the last page
    ASSERT_GE(slot, kFirstSlot);
    ASSERT_LT(slot % kSlotsPerPage, cells_in_page(slot / kSlotsPerPage));
    pages_of_kind[kind].insert(slot / kSlotsPerPage);
    ASSERT_FALSE(pages_of_kind[kind ^ 1].contains(slot / kSlotsPerPage)) << "both kinds have slot " << slot;
    std::atomic<double>* const cell = pages.find_or_create<double>(slot);
    ASSERT_EQ(pages.find<double>(slot), cell);
    ASSERT_EQ(cell->load(), 0) << "slot " << slot << " has the cell of another slot";
    cell->store(1);
    last[kind] = slot;
  }
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    EXPECT_EQ(kinds[kind].try_acquire(), kCold);
    kinds[kind].release(last[kind]);
    EXPECT_EQ(kinds[kind].try_acquire(), last[kind]);
    EXPECT_EQ(kinds[kind].try_acquire(), kCold);
  }
}

TEST(CellPages, HaveNoCellForAColdSeries) {
  static constinit CellPages cells;
  cells.find_or_create<double>(kFirstSlot);
  EXPECT_EQ(cells.find<double>(kCold), nullptr);
  EXPECT_EQ(cells.find<double>(kPromoting), nullptr);
  EXPECT_EQ(cells.find<double>(kFirstSlot + kSlotsPerPage), nullptr);
}

}  // namespace
}  // namespace narthex::detail
