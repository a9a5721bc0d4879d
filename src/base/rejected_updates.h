#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/mutex.h"

namespace narthex::detail {

// Counts rejected updates by the name of the metric, for the whole process. A series has only a few bits left for
// this, so each name has a number, its id.
//
//   series               entries_                                       ids_
//   [ .. id 7 .. ] ----> [7]  rejected: 3   users: 12   is_named  <---- "jobs_total": 7
//
// The users of an id are the families of the name, and each series of theirs. An update needs a series.
// Invariants: an id has one name while it has users. The count of an id without users does not change any more, so it
// can be moved. Each update is counted in exactly one entry, and no name with users loses its count.
// Thread safety: all members may be called concurrently. acquire() and by_name() take a mutex. The others do not wait.
class RejectedUpdates {
 public:
  using Id = std::uint16_t;

  static constexpr std::size_t kMaxNames = 4'095;
  // The number of names without users that keep their counts.
  static constexpr std::size_t kMaxRemoved = 256;
  // Counts under an empty name: names beyond kMaxNames, and the counts of removed names beyond kMaxRemoved.
  static constexpr Id kNoName = 0;

  // Returns the id of a name, and adds a user. Returns kNoName if there are too many names.
  Id acquire(std::string_view name);
  // Adds a user to the id of another user.
  void retain(Id id) noexcept;
  // Removes a user, which does not count any more.
  void release(Id id) noexcept;

  void count(Id id) noexcept {
    entries_[id].rejected.fetch_add(1, std::memory_order_relaxed);  // relaxed: a sum orders nothing else
  }

  // Returns the counts above 0. No entry of a name that has users decreases, and neither does the sum of all.
  std::map<std::string, std::uint64_t> by_name();

 private:
  using Ids = std::map<std::string, Id, std::less<>>;
  struct Entry {
    std::atomic<std::uint64_t> rejected{0};
    std::atomic<std::uint32_t> users{0};
    bool is_named = false;  // under the mutex
  };

  // The period, in new names, at which the names without users are forgotten. It bounds their number without scrapes,
  // and spreads the cost of the search over the definitions.
  static constexpr std::size_t kPeriod = 512;

  // Both are called under the mutex.
  void forget_unused() noexcept;
  Id unused_id() noexcept;

  std::array<Entry, kMaxNames + 1> entries_{};
  Mutex mutex_;
  Ids* ids_ = nullptr;  // never freed: static destructors may use metrics
  std::size_t new_names_ = 0;
  Id last_id_ = kNoName;
};

RejectedUpdates& rejected_updates() noexcept;

// A family as a user of an id.
class RejectedUpdatesId {
 public:
  explicit RejectedUpdatesId(std::string_view name) : id_(rejected_updates().acquire(name)) {}
  RejectedUpdatesId(const RejectedUpdatesId&) = delete;
  RejectedUpdatesId& operator=(const RejectedUpdatesId&) = delete;
  ~RejectedUpdatesId() { rejected_updates().release(id_); }

  RejectedUpdates::Id get() const noexcept { return id_; }

 private:
  const RejectedUpdates::Id id_;
};

}  // namespace narthex::detail
