#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include <narthex/detail/hazard_ptr.h>
#include <narthex/detail/series.h>
#include <narthex/sink.h>
#include <prometheus/detail/new_series.h>

#include "families/series_index.h"
#include "model/label_hash.h"
#include "prometheus_cpp/mutex.h"
#include "shards/reclaimer.h"

namespace prometheus::detail {

// The metrics of one family, each in a slot, whose address does not change.
//
//   chunks_:   [0] -> 8 slots   [1] -> 16 slots   [2] -> 32 slots ...
//   index_:    hash of the labels -> series -> number of the slot      any thread, without a lock
//   removed_:  the slots of removed metrics, the oldest first
//
// Invariants: the index has exactly the series of the metrics that are alive. A slot is not freed before the table ends,
// and another metric is created in it only when kMinRemoved further metrics are removed. So the memory is bounded by the
// largest number of metrics alive. A lookup has a hazard for the series. Nothing protects the metric itself: the caller
// must not use it after remove(). Except lookups, everything is guarded by the mutex.
template <typename T>
class MetricTable {
 public:
  MetricTable() = default;
  MetricTable(const MetricTable&) = delete;
  MetricTable& operator=(const MetricTable&) = delete;
  ~MetricTable() {
    for (std::uint32_t number = 0; number < used_; ++number) slot_at(number).destroy();
  }

  // Returns the metric with the text of its labels, or null. Takes no lock if it exists.
  T* find(std::string_view labels) const {
    const std::uint32_t hash = hash_of(labels);
    if (const narthex::detail::HazardPtr<Series> series(index_.find(hash, has_text(labels))); series) {
      return slot_at(SeriesIndex::position_of(*series.operator->())).metric();
    }
    const std::lock_guard lock(mutex_);
    return find_as_writer(hash, labels);
  }

  // Returns the metric with these labels. If it does not exist, creates it by construct(memory, NewSeries), which is
  // called without the mutex.
  template <class Construct>
  T& add(std::string_view labels, const Construct& construct) {
    const std::uint32_t hash = hash_of(labels);
    RetireAtEnd old_series(Reclaimer::When::in_a_batch);  // first, so that it ends without the mutex
    RetireAtEnd old_entries(Reclaimer::When::now);
    std::unique_lock lock(mutex_);
    if (T* const existing = find_as_writer(hash, labels)) return *existing;
    const std::uint32_t number = take_slot(old_series.list);
    Slot& slot = slot_at(number);
    try {
      std::shared_ptr<const void> shared = shared_;
      lock.unlock();
      T& added = *slot.construct(construct, NewSeries{labels, shared});
      lock.lock();
      if (T* const existing = find_as_writer(hash, labels)) {  // another thread was faster
        removed_.push_front(number);
        return *existing;
      }
      shared_ = std::move(shared);
      old_entries.list = index_.reserve_one();
      SeriesIndex::set_key(*key_of(added), hash, number);
      index_.insert(key_of(added));
      slot.is_alive = true;
      return added;
    } catch (...) {
      if (!lock) lock.lock();
      removed_.push_front(number);
      throw;
    }
  }

  // Does nothing if the pointer is not one of a metric that is alive.
  void remove(const T* metric) {
    const std::lock_guard lock(mutex_);
    const std::uint32_t number = number_of(metric);
    if (number == kNoSlot || !slot_at(number).is_alive) return;
    removed_.push_back(number);
    Slot& slot = slot_at(number);
    index_.erase(key_of(*slot.metric()));
    slot.is_alive = false;
  }

  // Writes the metrics that exist at one time to a sink, which is called without the mutex.
  void collect(narthex::Sink& sink) const {
    std::vector<narthex::detail::SeriesPtr<Series>> all;
    {
      const std::lock_guard lock(mutex_);
      all.reserve(used_ - removed_.size());
      for (std::uint32_t number = 0; number < used_; ++number) {
        if (!slot_at(number).is_alive) continue;
        Series* const series = slot_at(number).metric()->series_.operator->();
        series->retain();
        all.emplace_back(series);
      }
    }
    for (const auto& series : all) series->collect(sink);
  }

 private:
  using Series = narthex::detail::Series;
  using SeriesIndex = narthex::detail::SeriesIndex;
  using Reclaimer = narthex::detail::Reclaimer;

  static constexpr std::uint32_t kNoSlot = static_cast<std::uint32_t>(-1);
  static constexpr std::uint32_t kFirstChunk = 8;  // slots in the first chunk; each further one has twice as many
  static constexpr std::size_t kMaxChunks = 28;    // 2^31 slots
  static constexpr std::size_t kMinRemoved = 64;   // a late update of a removed metric may still run

  struct Slot {
    T* metric() noexcept { return std::launder(reinterpret_cast<T*>(memory)); }
    template <class Construct>
    T* construct(const Construct& construct_in, const NewSeries& series) {
      T* const constructed = construct_in(memory, series);
      is_constructed = true;
      return constructed;
    }
    void destroy() noexcept {
      if (std::exchange(is_constructed, false)) std::destroy_at(metric());
    }

    alignas(T) std::byte memory[sizeof(T)];
    bool is_constructed = false;
    bool is_alive = false;  // in the index
  };
  static_assert(alignof(Slot) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
  struct RetireAtEnd {
    explicit RetireAtEnd(Reclaimer::When when_in) noexcept : when(when_in) {}
    RetireAtEnd(const RetireAtEnd&) = delete;
    RetireAtEnd& operator=(const RetireAtEnd&) = delete;
    ~RetireAtEnd() { Reclaimer::retire(std::move(list), when); }

    const Reclaimer::When when;
    narthex::detail::RetiredPtr list = nullptr;
  };
  struct FreeMemory {
    void operator()(Slot* slots) const noexcept { ::operator delete(slots); }
  };
  using Chunk = std::unique_ptr<Slot, FreeMemory>;

  std::uint32_t hash_of(std::string_view labels) const noexcept {
    return static_cast<std::uint32_t>(narthex::detail::hash_of_text(labels, seed_));
  }
  static auto has_text(std::string_view labels) {
    return [labels](const Series& series) { return series.labels().text() == labels; };
  }
  // Returns the series that the index has for a metric.
  static Series* key_of(const T& metric) {
    if constexpr (requires { metric.series_.first(); }) {
      return metric.series_.first();
    } else {
      return metric.series_.operator->();
    }
  }

  // Slot n is in the chunk of the highest bit of n + 8.
  static std::size_t chunk_of(std::uint32_t number) noexcept {
    return static_cast<std::size_t>(std::bit_width(number + kFirstChunk) - std::bit_width(kFirstChunk));
  }
  static std::uint32_t first_of(std::size_t chunk) noexcept { return (kFirstChunk << chunk) - kFirstChunk; }
  Slot& slot_at(std::uint32_t number) const noexcept {
    const std::size_t chunk = chunk_of(number);
    return chunks_[chunk].get()[number - first_of(chunk)];
  }
  // Returns the number of the slot at an address, which may be of anything.
  std::uint32_t number_of(const T* metric) const noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(metric);
    for (std::size_t chunk = 0; chunk < chunks_.size() && chunks_[chunk]; ++chunk) {
      const std::uintptr_t offset = address - reinterpret_cast<std::uintptr_t>(chunks_[chunk].get());
      const std::uint32_t used = std::min(used_ - first_of(chunk), kFirstChunk << chunk);
      if (offset < used * sizeof(Slot) && offset % sizeof(Slot) == 0) {
        return first_of(chunk) + static_cast<std::uint32_t>(offset / sizeof(Slot));
      }
    }
    return kNoSlot;
  }

  T* find_as_writer(std::uint32_t hash, std::string_view labels) const {
    const Series* const series = index_.find_as_writer(hash, has_text(labels));
    return series ? slot_at(SeriesIndex::position_of(*series)).metric() : nullptr;
  }

  // Returns an empty slot. The series of the metric that was in it becomes `retired`, because a lookup may read it.
  std::uint32_t take_slot(narthex::detail::RetiredPtr& retired) {
    if (removed_.size() > kMinRemoved) {
      const std::uint32_t number = removed_.front();
      Slot& slot = slot_at(number);
      if (slot.is_constructed) {
        const Series* const series = key_of(*slot.metric());
        retired = std::make_unique<narthex::detail::Retired>(narthex::detail::Retired{series, release});
        series->retain();
        slot.destroy();
      }
      removed_.pop_front();
      return number;
    }
    const std::size_t chunk = chunk_of(used_);
    if (chunk == kMaxChunks) throw std::bad_alloc();
    if (!chunks_[chunk]) {
      chunks_[chunk].reset(static_cast<Slot*>(::operator new(sizeof(Slot) * (std::size_t{kFirstChunk} << chunk))));
    }
    ::new (&slot_at(used_)) Slot;
    return used_++;
  }
  static void release(const void* series) noexcept { static_cast<const Series*>(series)->release(); }

  const narthex::detail::HashSeed seed_ = narthex::detail::hash_seed();
  mutable Mutex mutex_;
  SeriesIndex index_;
  // A chunk is set before the index has a series in it, and never changes again.
  std::array<Chunk, kMaxChunks> chunks_;
  std::uint32_t used_ = 0;  // number of slots that have been used
  std::deque<std::uint32_t> removed_;
  std::shared_ptr<const void> shared_;
};

}  // namespace prometheus::detail
