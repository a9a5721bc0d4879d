#pragma once

#include <atomic>
#include <utility>

#include <narthex/detail/series.h>
#include <narthex/detail/shard.h>

namespace narthex::detail {

// A series that a lookup has found, and what keeps it: a hazard, or a counted reference where that is null.
struct LookupResult {
  Series* series = nullptr;
  Hazard* hazard = nullptr;
};

// A reference to a series that touches no count: a hazard keeps the series while this lives, on whichever thread.
// A copy is a counted reference, so that hazards, of which a thread has few, are held by results of labels() alone.
template <class T>
class HazardPtr {
 public:
  HazardPtr() noexcept = default;
  explicit HazardPtr(LookupResult found) noexcept : series_(static_cast<T*>(found.series)), hazard_(found.hazard) {}
  HazardPtr(const HazardPtr& other) noexcept : series_(other.series_) {
    if (series_) series_->retain();
  }
  HazardPtr(HazardPtr&& other) noexcept
      : series_(std::exchange(other.series_, nullptr)), hazard_(std::exchange(other.hazard_, nullptr)) {}
  HazardPtr& operator=(const HazardPtr& other) noexcept {
    *this = HazardPtr(other);
    return *this;
  }
  HazardPtr& operator=(HazardPtr&& other) noexcept {
    HazardPtr taken(std::move(other));  // leaves the other one empty
    std::swap(series_, taken.series_);
    std::swap(hazard_, taken.hazard_);
    return *this;
  }
  ~HazardPtr() {
    if (hazard_) {
      hazard_->store(nullptr, std::memory_order_release);  // release: our uses happen before the series is freed
    } else if (series_) {
      series_->release();
    }
  }

  explicit operator bool() const noexcept { return series_ != nullptr; }
  T* operator->() const noexcept { return series_; }

  SeriesPtr<T> counted() const noexcept {
    if (series_) series_->retain();
    return SeriesPtr<T>(series_);
  }

 private:
  T* series_ = nullptr;
  Hazard* hazard_ = nullptr;
};

}  // namespace narthex::detail
