#pragma once

#include <atomic>
#include <utility>

#include <narthex/detail/export.h>
#include <narthex/detail/series.h>
#include <narthex/detail/shard.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// The series that a lookup found, or null. `hazard` protects it; if that is null, the result holds a counted reference.
struct LookupResult {
  Series* series = nullptr;
  Hazard* hazard = nullptr;
};

// A reference to a series without a reference count: a hazard pointer protects the series during the lifetime of this
// object. The object may be moved to another thread and be destroyed there. A copy is a counted reference, because a
// thread has few hazards: only results of labels() hold them.
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
    HazardPtr moved(std::move(other));  // leaves `other` empty
    std::swap(series_, moved.series_);
    std::swap(hazard_, moved.hazard_);
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

}  // namespace detail
}  // namespace narthex
