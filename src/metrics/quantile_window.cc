#include "metrics/quantile_window.h"

#include <algorithm>
#include <utility>

namespace narthex::detail {

QuantileWindow::QuantileWindow(Clock::duration max_age, std::size_t age_buckets, Clock::time_point now)
    : max_age_(max_age), step_(max_age / age_buckets) {
  snapshots_.push_back({now, {}});
}

ExponentialCounts QuantileWindow::recent(const ExponentialCounts& all, Clock::time_point now) const {
  const auto is_young = [&](const Snapshot& snapshot) { return now - snapshot.at <= max_age_; };
  const auto oldest = std::ranges::find_if(snapshots_, is_young);
  if (oldest == snapshots_.end()) return {};
  ExponentialCounts recent = all;
  recent.subtract(oldest->counts);
  return recent;
}

ExponentialCounts QuantileWindow::slide(ExponentialCounts all, Clock::time_point now) {
  std::erase_if(snapshots_, [&](const Snapshot& snapshot) { return now - snapshot.at > max_age_; });
  ExponentialCounts recent = this->recent(all, now);
  if (snapshots_.size() > 1 && now - snapshots_.end()[-2].at <= step_) snapshots_.pop_back();
  snapshots_.push_back({now, std::move(all)});
  return recent;
}

}  // namespace narthex::detail
