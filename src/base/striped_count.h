#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace narthex::detail {

// Counts users of an object, in several stripes, so that threads do not contend for one cache line.
//
//   thread 0, 16 ... --> [ +3 ]   thread 1, 17 ... --> [ -1 ]   ...      users: the sum, here 2
//
// Invariant: the sum is the number of users. One stripe may be negative, because a user may end on a different thread
// than the one it began on. The stripes are read one after the other, so the sum is reliable only when no new user can
// begin: from then on it only decreases, and a sum of 0 is correct.
class StripedCount {
 public:
  void add() noexcept {
    own().fetch_add(1, std::memory_order_relaxed);
  }  // relaxed: is_zero() is called after all add()
  void remove() noexcept { own().fetch_sub(1, std::memory_order_release); }  // release: our uses come before

  // Whether all users have ended. Called when no new user can begin.
  bool is_zero() const noexcept {
    std::int64_t sum = 0;
    for (const Stripe& stripe : stripes_)
      sum += stripe.count.load(std::memory_order_acquire);  // acquire: all their uses
    return sum == 0;
  }

 private:
  struct alignas(64) Stripe {
    std::atomic<std::int64_t> count{0};
  };

  std::atomic<std::int64_t>& own() noexcept {
    static constinit std::atomic<std::size_t> threads{0};
    // relaxed: a number orders nothing else
    thread_local const std::size_t number = threads.fetch_add(1, std::memory_order_relaxed);
    return stripes_[number % stripes_.size()].count;
  }

  std::array<Stripe, 16> stripes_;
};

}  // namespace narthex::detail
