#pragma once

#include <atomic>
#include <utility>

#include <narthex/detail/export.h>
#include <narthex/detail/series.h>

namespace NARTHEX_VISIBILITY prometheus {
namespace detail {

// The series of a metric that can start again from 0, by turns one of two:
//
//   current_ ---> first_      updates
//                 second_     was current before the last reset, or null
//
// A reset zeroes the series that is not current, and then makes it current. So an update either counts before the reset
// or after it. Both series exist until the metric ends, because another thread may still update the one that is not
// current any more.
template <class Series>
class ResettableSeries {
 public:
  explicit ResettableSeries(narthex::detail::SeriesPtr<Series> first)
      : first_(std::move(first)), current_(first_.operator->()) {}

  // acquire: the second series is fully constructed
  Series* operator->() const noexcept { return current_.load(std::memory_order_acquire); }
  Series* first() const noexcept { return first_.operator->(); }

  // One thread at a time. make() returns the second series at the first call.
  template <class Make>
  void reset(Make make) {
    Series* next = first();
    if (current_.load(std::memory_order_relaxed) == next) {  // relaxed: only this function changes it
      if (!second_) {
        second_ = make();
      } else {
        second_->reset();
      }
      next = second_.operator->();
    } else {
      next->reset();
    }
    current_.store(next, std::memory_order_release);  // release: see operator->()
  }

 private:
  const narthex::detail::SeriesPtr<Series> first_;
  narthex::detail::SeriesPtr<Series> second_;
  std::atomic<Series*> current_;
};

}  // namespace detail
}  // namespace prometheus
