#pragma once

#include <cstddef>

#include "base/mutex.h"
#include "families/full_epoch.h"

namespace narthex::detail {

// The limit max_series of one name. It counts the series of all siblings, without the overflow series.
//
// The siblings share the mutex and the full epoch, too. So the invariants of FullEpoch hold for all of them together:
// no series of any sibling is added or removed during a full epoch, except overflow series.
// is_full() and update() are called under the mutex.
class SeriesLimit {
 public:
  // 0: unlimited.
  explicit SeriesLimit(std::size_t max_series) noexcept : max_series_(max_series) {}

  Mutex& mutex() noexcept { return mutex_; }
  FullEpoch& full_epoch() noexcept { return full_epoch_; }

  std::size_t max_series() const noexcept { return max_series_; }
  bool is_full() const noexcept { return max_series_ != 0 && size_ >= max_series_; }

  // Replaces the number of series of one sibling.
  void update(std::size_t before, std::size_t now) noexcept {
    size_ = size_ - before + now;
    if (is_full()) {
      full_epoch_.begin();
    } else {
      full_epoch_.end();
    }
  }

 private:
  const std::size_t max_series_;
  std::size_t size_ = 0;
  FullEpoch full_epoch_;
  Mutex mutex_;
};

}  // namespace narthex::detail
