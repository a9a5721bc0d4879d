#include "base/rejected_updates.h"

#include <mutex>

namespace narthex::detail {

namespace {

constinit RejectedUpdates process_rejected_updates;  // constinit: usable from static constructors

}  // namespace

RejectedUpdates& rejected_updates() noexcept { return process_rejected_updates; }

RejectedUpdates::Id RejectedUpdates::acquire(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (!ids_) ids_ = new Ids;
  auto known = ids_->find(name);
  if (known == ids_->end()) {
    if (++new_names_ % kPeriod == 0) forget_unused();
    if (ids_->size() == kMaxNames) return kNoName;
    known = ids_->emplace(name, unused_id()).first;
    entries_[known->second].is_named = true;
  }
  retain(known->second);
  return known->second;
}

void RejectedUpdates::retain(Id id) noexcept {
  // relaxed: another user, or the mutex, keeps the id
  if (id != kNoName) entries_[id].users.fetch_add(1, std::memory_order_relaxed);
}

void RejectedUpdates::release(Id id) noexcept {
  // release: what this user has counted comes before the count is moved
  if (id != kNoName) entries_[id].users.fetch_sub(1, std::memory_order_release);
}

std::map<std::string, std::uint64_t> RejectedUpdates::by_name() {
  std::map<std::string, std::uint64_t> counts;
  const auto add = [&](const std::string& name, Id id) {
    // relaxed: each term only increases while it has a name
    if (const auto count = entries_[id].rejected.load(std::memory_order_relaxed)) counts.emplace(name, count);
  };
  const std::lock_guard lock(mutex_);
  if (ids_) {
    for (const auto& [name, id] : *ids_) add(name, id);
  }
  add({}, kNoName);
  return counts;
}

void RejectedUpdates::forget_unused() noexcept {
  std::size_t kept = 0;
  std::erase_if(*ids_, [&](const Ids::value_type& named) {
    Entry& entry = entries_[named.second];
    if (entry.users.load(std::memory_order_acquire) != 0) return false;  // acquire: all counts of the users come before
    const std::uint64_t count =
        entry.rejected.load(std::memory_order_relaxed);  // relaxed, all: no user counts any more
    if (count != 0 && ++kept <= kMaxRemoved) return false;
    entry.rejected.store(0, std::memory_order_relaxed);
    entries_[kNoName].rejected.fetch_add(count, std::memory_order_relaxed);
    entry.is_named = false;
    return true;
  });
}

RejectedUpdates::Id RejectedUpdates::unused_id() noexcept {
  do last_id_ = static_cast<Id>(last_id_ % kMaxNames + 1);
  while (entries_[last_id_].is_named);
  return last_id_;
}

}  // namespace narthex::detail
