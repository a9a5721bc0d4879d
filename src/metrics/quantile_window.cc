#include "metrics/quantile_window.h"

#include <utility>

namespace narthex::detail {

QuantileWindow::QuantileWindow(Clock::duration max_age, std::size_t age_buckets, Clock::time_point now)
    : max_age_(max_age), step_(max_age / age_buckets) {
  snapshots_.push_back({now, {}});
}

ExponentialCounts QuantileWindow::slide(ExponentialCounts all, Clock::time_point now) {
  while (snapshots_.size() > 1 && now - snapshots_[1].at >= max_age_) snapshots_.erase(snapshots_.begin());
  ExponentialCounts recent = all;
  recent.subtract(snapshots_.front().counts);
  if (now - snapshots_.back().at >= step_) snapshots_.push_back({now, std::move(all)});
  return recent;
}

}  // namespace narthex::detail
