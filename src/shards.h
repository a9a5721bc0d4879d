#pragma once

#include <atomic>

#include <narthex/detail/shard.h>

namespace narthex::detail {

// All shards, the newest first:
//
//   newest_ ---> [ shard of thread 3 ] ---> [ left by a thread that ended ] ---> [ shard of thread 1 ] ---> null
//
// Invariants: shards are pushed to the front and never taken out, so everybody sees all that were there before, always
// in the same order. A shard has one owner at most: whoever turned is_owned from false to true.
class Shards {
 public:
  static const Shard* newest() noexcept {
    return newest_.load(std::memory_order_acquire);  // acquire: sees `next` and the zeroes of a shard that was pushed
  }

  // Calls visit(shard) for each.
  template <class Visit>
  static void for_each(Visit visit) {
    for (Shard* shard = newest_.load(std::memory_order_acquire); shard; shard = shard->next) visit(*shard);
  }

  // Returns a shard that no thread owns, made now if need be; null without memory.
  static Shard* take() noexcept;
  // The owner leaves its shard to the next thread, with all that is in it.
  static void leave(Shard* shard) noexcept;

  // In the child of a fork: the owners of all shards but one's own did not come along.
  static void leave_all_others() noexcept;

 private:
  static std::atomic<Shard*> newest_;
};

}  // namespace narthex::detail
