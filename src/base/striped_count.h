#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace narthex::detail {

// Counts users of something, in several places, so that threads which come and go do not wait for a common one.
//
//   thread 0, 16 ... --> [ +3 ]   thread 1, 17 ... --> [ -1 ]   ...      users: the sum, here 2
//
// Invariant: the sum is the number of users, for a user may end on another thread than it began on. Read place by place
// it means something only after the last one has begun: then it only falls, so that a sum of zero is the truth.
class StripedCount {
 public:
  void add() noexcept { own().fetch_add(1, std::memory_order_relaxed); }  // relaxed: whoever reads knows that we began
  void remove() noexcept { own().fetch_sub(1, std::memory_order_release); }  // release: our uses happen before the end

  // Whether all users have ended; only once no new ones can begin.
  bool is_zero() const noexcept {
    std::int64_t sum = 0;
    for (const Place& place : places_) sum += place.count.load(std::memory_order_acquire);  // acquire: all their uses
    return sum == 0;
  }

 private:
  struct alignas(64) Place {
    std::atomic<std::int64_t> count{0};
  };

  std::atomic<std::int64_t>& own() noexcept {
    static constinit std::atomic<std::size_t> threads{0};
    // relaxed: nothing but the numbers
    thread_local const std::size_t number = threads.fetch_add(1, std::memory_order_relaxed);
    return places_[number % places_.size()].count;
  }

  std::array<Place, 16> places_;
};

}  // namespace narthex::detail
