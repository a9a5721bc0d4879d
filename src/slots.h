#pragma once

#include <mutex>
#include <vector>

#include <narthex/detail/shard.h>

namespace narthex::detail {

// Gives out the slots of one kind of cells, and takes them back.
class Slots {
 public:
  // Returns a slot whose cells are zero in all shards. kCold: all are taken, there is no memory, or another thread is in
  // here just now: an update does not wait.
  Slot try_take() noexcept;
  // The cells of the slot need to be zero again, and nobody may write to them any more.
  void give_back(Slot slot) noexcept;

  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
  std::vector<Slot> free_;  // has room for all slots that were ever taken, so that giving back never fails
  Slot next_ = kFirstSlot;
};

Slots& sum_slots() noexcept;
Slots& histogram_slots() noexcept;

// Around a fork: nobody is inside of either.
void lock_slots();
void unlock_slots();

}  // namespace narthex::detail
