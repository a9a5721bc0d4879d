#pragma once

#include <array>
#include <atomic>
#include <cstddef>

#include <narthex/detail/shard.h>

#include "shards/reentrancy_guard.h"

namespace narthex::detail {

// All shards, in the order of their creation:
//
//   all_:   [ shard of thread 1 ][ released by a thread that ended ][ shard of thread 3 ][ - ][ - ] ...
//                                                                                          ^ size_
//
// It is an array and not a list, so that a processor that sums cells can load several shards in parallel.
// Invariants: shards are only appended, so every thread sees all earlier shards, always in the same order. A shard has
// at most one owner: the thread that changed is_owned from false to true.
class Shards {
 public:
  // Calls visit(shard) for each.
  template <class Visit>
  static void for_each(Visit visit) {
    const std::size_t size = size_.load(std::memory_order_acquire);  // acquire: the first `size` elements are set
    for (std::size_t i = 0; i < size; ++i) {
      visit(*all_[i].load(std::memory_order_acquire));  // acquire: the shard's initial zeros are visible
    }
  }

  // Returns a shard that has no owner, or a new one. Returns null without memory, and if there are kMaxShards.
  static Shard* acquire() noexcept;
  // The owner releases its shard. The next owner continues with its contents.
  static void release(Shard* shard) noexcept;

  // Releases all shards but this thread's, in the child of a fork, where no other thread exists.
  static void release_all_others() noexcept;

 private:
  static Shard* create() noexcept;

  static constexpr std::size_t kMaxShards = 65'536;  // the system provides memory only for those in use

  static std::array<std::atomic<Shard*>, kMaxShards> all_;
  static std::atomic<std::size_t> size_;
};

}  // namespace narthex::detail
