#pragma once

#include <array>
#include <cstddef>
#include <mutex>

#include <narthex/detail/shard.h>

namespace narthex::detail {

// Gives out the slots of one kind of cells, and takes them back. Needs no memory but its own, of which the system
// provides what was used, and is never destroyed: series of static storage give their slots back at the very end.
class Slots {
 public:
  constexpr Slots() noexcept = default;

  // Returns a slot whose cells are zero in all shards. kCold: all are taken, or another thread is in here just now: an
  // update does not wait.
  Slot try_take() noexcept;
  // The cells of the slot need to be zero again, and nobody may write to them any more.
  void give_back(Slot slot) noexcept;

  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
  Slot never_taken_ = 0;       // counted from kFirstSlot, the first that was never given out
  std::size_t free_size_ = 0;  // of those that were given back
  std::array<Slot, kSlots> free_slots_{};
};

extern constinit Slots sum_slots;
extern constinit Slots histogram_slots;

// Around a fork: nobody is inside of either.
void lock_slots();
void unlock_slots();

}  // namespace narthex::detail
