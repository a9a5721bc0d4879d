#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

#include <narthex/detail/series.h>

namespace narthex::detail {

// The series of a family whose labels are all closed, with an index for each combination of label values.
//
//   shown_:     [ series | null   | series | null ]                 in the table of the family: served
//   created_:   [ series | series | series | null | overflow ]      kept until this object is destroyed
//
// at() reads an element of shown_, and uses the series without further protection.
// Invariants: a series is created once, before it is shown, and is not freed before this object. A removed series is
// only hidden: a thread that still uses it updates memory that is valid, and the update is served when the series is
// shown again. shown_ and the table contain the same series, because both change under the mutex of the family. A
// series stores its index as its hash.
// The overflow series is not in the table. It exists from the start, so counting in it needs no memory and no lock.
class ClosedSeries {
 public:
  // `size` is the number of combinations.
  explicit ClosedSeries(std::size_t size) : shown_(size), created_(size + 1) {}
  ClosedSeries(const ClosedSeries&) = delete;
  ClosedSeries& operator=(const ClosedSeries&) = delete;
  ~ClosedSeries();

  std::size_t size() const noexcept { return shown_.size(); }
  std::size_t overflow_index() const noexcept { return shown_.size(); }

  const std::atomic<Series*>* shown() const noexcept { return shown_.data(); }
  Series* shown_at(std::size_t index) const noexcept {
    return shown_[index].load(std::memory_order_acquire);  // acquire: the series is fully constructed
  }

  // Returns the series with this index. Calls create() if it does not exist, and takes over the reference that the
  // result has. For any thread.
  template <class Create>
  Series* get_or_create(std::size_t index, Create create);

  // Called under the mutex of the family, together with the change of the table.
  void show(Series* series, std::size_t index) noexcept {
    shown_[index].store(series, std::memory_order_release);  // release: at() sees a fully constructed series
  }
  void hide(std::size_t index) noexcept {
    shown_[index].store(nullptr, std::memory_order_relaxed);  // relaxed: at() may use the series a little longer
  }

  // Returns the overflow series, which is served from now on. For any thread.
  Series* show_overflow() noexcept;
  // Returns whether the overflow series was served.
  bool hide_overflow() noexcept {
    return overflow_is_shown_.exchange(false, std::memory_order_relaxed);  // relaxed: orders nothing else
  }
  // Returns the overflow series if it is served, and null otherwise.
  const Series* shown_overflow() const noexcept;

 private:
  std::vector<std::atomic<Series*>> shown_;
  std::vector<std::atomic<Series*>> created_;
  std::atomic<bool> overflow_is_shown_{false};
};

template <class Create>
Series* ClosedSeries::get_or_create(std::size_t index, Create create) {
  std::atomic<Series*>& element = created_[index];
  Series* existing = element.load(std::memory_order_acquire);  // acquire: the series is fully constructed
  if (existing) return existing;
  SeriesPtr<Series> created = create();
  // release: the series is constructed; acquire: so is the series of another thread
  if (element.compare_exchange_strong(existing, created.operator->(), std::memory_order_acq_rel,
                                      std::memory_order_acquire)) {
    return created.detach();
  }
  return existing;
}

}  // namespace narthex::detail
