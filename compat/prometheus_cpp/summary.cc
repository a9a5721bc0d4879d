#include <prometheus/summary.h>

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <narthex/error.h>
#include <narthex/sink.h>
#include <narthex/summary.h>
#include <prometheus/detail/new_series.h>

#include "prometheus_cpp/make_series.h"
#include "prometheus_cpp/samples.h"

namespace prometheus {

namespace {

using narthex::detail::ObservationSeries;
using std::chrono::milliseconds;

// The coarse clock costs a quarter of the other one, and a step may come a few milliseconds late.
milliseconds::rep now() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return (std::chrono::seconds(time.tv_sec) +
          std::chrono::duration_cast<milliseconds>(std::chrono::nanoseconds(time.tv_nsec)))
      .count();
}

// A step is not shorter than a tick of the clock.
milliseconds step_of(milliseconds max_age, int age_buckets) {
  constexpr milliseconds kTick{10};
  return std::max(max_age / age_buckets, kTick);
}

narthex::SummaryOptions options(const Summary::Quantiles& quantiles, milliseconds max_age, int age_buckets) {
  if (age_buckets < 1) {
    throw std::invalid_argument(fmt::format("summary: age_buckets is {}; allowed: 1 to 100", age_buckets));
  }
  narthex::SummaryOptions options{.max_age = max_age, .age_buckets = static_cast<std::size_t>(age_buckets)};
  for (const auto& quantile : quantiles) options.quantiles.push_back(quantile.quantile);
  return options;
}

// What the summaries of a family share.
struct Window {
  explicit Window(narthex::SummaryOptions as_passed) try
      : passed(std::move(as_passed)), kind(narthex::detail::make_kind(passed)) {
  } catch (const narthex::RegistrationError& error) {
    constexpr std::string_view kNoName = "summary ''";  // the family knows the name
    throw std::invalid_argument("summary" + std::string(error.what()).substr(kNoName.size()));
  }

  bool is_for(const narthex::SummaryOptions& other) const {
    return passed.quantiles == other.quantiles && passed.max_age == other.max_age &&
           passed.age_buckets == other.age_buckets;
  }

  const narthex::SummaryOptions passed;
  const std::unique_ptr<narthex::detail::Kind> kind;
};

narthex::detail::SeriesPtr<ObservationSeries> new_series(const detail::NewSeries& series,
                                                         const narthex::SummaryOptions& passed) {
  auto window = std::static_pointer_cast<const Window>(series.shared);
  if (!window || !window->is_for(passed)) window = std::make_shared<const Window>(passed);
  auto made = detail::make_series<ObservationSeries>(*window->kind, series.labels);
  series.shared = std::move(window);
  return made;
}

}  // namespace

Summary::Summary(const Quantiles& quantiles, milliseconds max_age, int age_buckets)
    : series_(detail::make_series<ObservationSeries>(*Window(options(quantiles, max_age, age_buckets)).kind, {})),
      step_(step_of(max_age, age_buckets)) {}

Summary::Summary(const detail::NewSeries& series, const Quantiles& quantiles, milliseconds max_age, int age_buckets)
    : series_(new_series(series, options(quantiles, max_age, age_buckets))), step_(step_of(max_age, age_buckets)) {}

void Summary::Observe(double value) {
  // relaxed: only a step that another thread takes at the same time may be seen late
  if (now() >= next_step_.load(std::memory_order_relaxed)) MoveWindow();
  series_->observe(value);
}

// A series of narthex moves its window in each scrape. In prometheus-cpp, quantiles also cover the last `max_age` if the
// scrapes are further apart. So an observation moves the window if no scrape does.
void Summary::MoveWindow() {
  milliseconds::rep due = next_step_.load(std::memory_order_relaxed);  // relaxed, twice: as in Observe()
  if (now() < due || !next_step_.compare_exchange_strong(due, now() + step_.count(), std::memory_order_relaxed)) return;
  try {
    static_cast<void>(Collect());
  } catch (const std::bad_alloc&) {  // the next step tries again
  }
}

ClientMetric Summary::Collect() const { return detail::read(*series_.operator->(), narthex::MetricType::summary); }

}  // namespace prometheus
