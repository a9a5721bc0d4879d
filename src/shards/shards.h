#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <utility>

#include <narthex/detail/shard.h>

namespace narthex::detail {

// Around what takes memory on the way of an update. A program may count allocations, and the update that its operator
// new makes finds itself inside of another: that one takes no memory, and goes to a base.
class ReentrancyGuard {
 public:
  ReentrancyGuard() noexcept : is_first_(!std::exchange(t_is_inside, true)) {}
  ReentrancyGuard(const ReentrancyGuard&) = delete;
  ReentrancyGuard& operator=(const ReentrancyGuard&) = delete;
  ~ReentrancyGuard() {
    if (is_first_) t_is_inside = false;
  }
  explicit operator bool() const noexcept { return is_first_; }
  // Whether this thread is on such a way.
  static bool is_inside() noexcept { return t_is_inside; }

 private:
  static constinit thread_local bool t_is_inside;

  const bool is_first_;
};

// All shards, in the order they were made:
//
//   all_:   [ shard of thread 1 ][ left by a thread that ended ][ shard of thread 3 ][ - ][ - ] ...
//                                                                                     ^ size_
//
// An array, not a list, so that a processor which adds up cells need not wait for one shard to find the next.
// Invariants: shards are added at the end and never taken out, so everybody sees all that were there before, always in
// the same order. A shard has one owner at most: whoever turned is_owned from false to true.
class Shards {
 public:
  // Calls visit(shard) for each.
  template <class Visit>
  static void for_each(Visit visit) {
    // acquire, both: sees the shards that were counted, and the zeroes that a shard started with
    const std::size_t size = size_.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < size; ++i) visit(*all_[i].load(std::memory_order_acquire));
  }

  // Returns a shard that no thread owns, made now if need be; null without memory, and when there are kMost.
  static Shard* take() noexcept;
  // The owner leaves its shard to the next thread, with all that is in it.
  static void leave(Shard* shard) noexcept;

  // In the child of a fork: the owners of all shards but one's own did not come along.
  static void leave_all_others() noexcept;

 private:
  static Shard* make() noexcept;

  static constexpr std::size_t kMost = 65'536;  // of which the system provides what was used

  static std::array<std::atomic<Shard*>, kMost> all_;
  static std::atomic<std::size_t> size_;
};

}  // namespace narthex::detail
