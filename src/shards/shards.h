#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <narthex/detail/shard.h>

#include "shards/reentrancy_guard.h"

namespace narthex::detail {

// All shards, in the order of their creation, and a bit for each one that has no owner:
//
//   all_     [ shard of thread 1 ][ released by a thread that ended ][ shard of thread 3 ][ - ][ - ] ...
//   free_             0                          1                            0             0    0
//                                                                                           ^ size_
//
// all_ is an array and not a list, so that a processor that sums cells can load several shards in parallel. free_ is
// not a flag in each shard, so that a thread that starts beside 10,000 others reads 157 words and no other shard.
// Invariants: shards are only appended, so every thread sees all earlier shards, always in the same order. A shard has
// at most one owner: the thread that created it, or that cleared its bit. Only the owner sets the bit.
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
  static constexpr std::size_t kBits = 64;           // of a word of free_

  static std::array<std::atomic<Shard*>, kMaxShards> all_;
  static std::atomic<std::size_t> size_;
  static std::array<std::atomic<std::uint64_t>, kMaxShards / kBits> free_;
};

}  // namespace narthex::detail
