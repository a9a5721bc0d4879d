#include <narthex/summary.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <narthex/sink.h>

#include "base/joined.h"
#include "base/mutex.h"
#include "base/number.h"
#include "metrics/exponential_series.h"
#include "metrics/histogram_series.h"
#include "metrics/quantile_window.h"

namespace narthex::detail {

namespace {

constexpr std::size_t kMaxAgeBuckets = 100;  // each keeps a snapshot
constexpr auto kLongestAge = std::chrono::hours(24 * 366);

// Half of a bucket is 1.1 %. The keys cover 96 powers of two; values with a larger range get buckets twice as wide.
constexpr int kSchema = 5;
constexpr std::size_t kMaxKeys = 3072;

[[noreturn]] void refuse(const SummaryOptions& options, const std::string& why) {
  throw RegistrationError(fmt::format("summary {}: {}", quote(options.name), why));
}

std::vector<double> checked_quantiles(const SummaryOptions& options) {
  std::vector<double> quantiles = options.quantiles;
  for (const double quantile : quantiles) {
    if (!(quantile >= 0 && quantile <= 1)) {  // written so that NaN is rejected too
      refuse(options, fmt::format("quantile is {}; allowed: 0 to 1, for example 0.99", spelled(quantile)));
    }
  }
  std::ranges::sort(quantiles);
  if (const auto twice = std::ranges::adjacent_find(quantiles); twice != quantiles.end()) {
    refuse(options, fmt::format("quantile {} appears twice; each quantile must appear once", spelled(*twice)));
  }
  if (options.max_age.count() <= 0 || options.max_age > kLongestAge) {
    refuse(options, fmt::format("max_age is {} ms; allowed: above 0 and at most a year", options.max_age.count()));
  }
  if (options.age_buckets < 1 || options.age_buckets > kMaxAgeBuckets) {
    refuse(options, fmt::format("age_buckets is {}; allowed: 1 to {}", options.age_buckets, kMaxAgeBuckets));
  }
  return quantiles;
}

// Without quantiles, a summary is a histogram without bounds: a sum and a count.
class SumAndCount final : public HistogramSeries {
 public:
  using HistogramSeries::HistogramSeries;

  void collect(Sink& sink) const override {
    cool();
    const auto [count, sum] = totals();
    sink.summary(labels(), {{}, count, sum, created()});
  }
};

class QuantileSeries final : public ExponentialSeries {
 public:
  QuantileSeries(Bounds no_bounds, const std::vector<double>& quantiles, std::chrono::milliseconds max_age,
                 std::size_t age_buckets)
      : ExponentialSeries(std::move(no_bounds), nullptr, Buckets::classic, kSchema, 0, kMaxKeys),
        window_(max_age, age_buckets, QuantileWindow::Clock::now()) {
    for (const double quantile : quantiles) quantiles_.push_back({quantile, 0});
  }

  void collect(Sink& sink) const override {
    counts().cool();
    SummarySample sample{.created = created()};
    std::vector<Quantile> quantiles = quantiles_;
    const ExponentialCounts recent = read_recent(sample);
    for (Quantile& quantile : quantiles) quantile.value = recent.quantile(quantile.quantile);
    sample.quantiles = quantiles;
    sink.summary(labels(), sample);
  }

  double quantile(double quantile) const override {
    const std::lock_guard lock(mutex_);
    std::vector<ExponentialCell> cells;
    counts().read([&](const ExponentialCell& cell) { cells.push_back(cell); });
    const ExponentialCounts all(cells, counts().schema(), 0);
    return window_.recent(all, QuantileWindow::Clock::now()).quantile(quantile);
  }

 private:
  ExponentialCounts read_recent(SummarySample& sample) const {
    const std::lock_guard lock(mutex_);  // the scrape that reads more must slide the window later
    std::vector<ExponentialCell> cells;
    sample.sum = total(counts().read([&](const ExponentialCell& cell) {
      sample.count += cell.count;
      cells.push_back(cell);
    }));
    return window_.slide(ExponentialCounts(cells, counts().schema(), 0), QuantileWindow::Clock::now());
  }

  std::vector<Quantile> quantiles_;
  mutable Mutex mutex_;
  mutable QuantileWindow window_;
};

class SummaryKind final : public Kind {
 public:
  explicit SummaryKind(const SummaryOptions& options)
      : quantiles_(checked_quantiles(options)), max_age_(options.max_age), age_buckets_(options.age_buckets) {}

  MetricType type() const noexcept override { return MetricType::summary; }
  detail::Series* make_series(std::string_view labels) const override {
    if (quantiles_.empty())
      return detail::Series::make<SumAndCount>(labels, no_bounds_, nullptr);  // a summary has no exemplars
    return detail::Series::make<QuantileSeries>(labels, no_bounds_, quantiles_, max_age_, age_buckets_);
  }
  std::string settings() const override {
    if (quantiles_.empty()) return "no quantiles";
    return fmt::format("quantiles ({}), max_age {} ms, age_buckets {}", joined(quantiles_, ", "), max_age_.count(),
                       age_buckets_);
  }

 private:
  const std::vector<double> quantiles_;
  const std::chrono::milliseconds max_age_;
  const std::size_t age_buckets_;
  const HistogramSeries::Bounds no_bounds_ = std::make_shared<const BucketBounds>(std::vector<double>());
};

}  // namespace

std::unique_ptr<Kind> make_kind(const SummaryOptions& options) { return std::make_unique<SummaryKind>(options); }

}  // namespace narthex::detail
