#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <narthex/detail/counter_series.h>
#include <narthex/detail/export.h>
#include <narthex/detail/family_options.h>
#include <narthex/detail/kind.h>
#include <narthex/exemplar_labels.h>
#include <narthex/labels.h>

namespace NARTHEX_VISIBILITY narthex {

template <class Metric>
class Borrowed;
template <class Metric>
class MetricRef;

/// Definition of a counter, or of a family of counters.
struct CounterOptions {
  /// Name of the metric. By convention it ends in `_total`; it is served unchanged. Required.
  std::string name = {};
  /// Help text: one sentence that describes the metric. Required.
  std::string help = {};
  /// Base unit, which the name contains: `seconds` for `cpu_seconds_total`. Default: none.
  std::string unit = {};
  /// Constant labels of every series in the family. Default: none.
  Labels labels = {};
  /// Maximum number of series in the family. Further label values are counted in one series, whose label values are all
  /// `__overflow__`. 0 means unlimited.
  std::size_t max_series = 10'000;
  /// A series is dropped if it was not updated for this time, in milliseconds, and no handle refers to it. Choose a
  /// time longer than the scrape interval; otherwise a series can be dropped before a scrape sees it. 0 means that no
  /// series is dropped.
  std::chrono::milliseconds idle_timeout = {};
};

/// The functions of a Counter, of the Borrowed<Counter> that `labels(...)` returns, and of the MetricRef<Counter> that
/// `at(...)` returns.
template <class Reference>
class CounterUpdates {
 public:
  /// Adds an amount.
  void inc(double amount = 1) const noexcept {
    if (series_) series_->inc(amount);
  }
  /// Adds an amount and stores an exemplar, which replaces the last one: `inc(1, {{"trace_id", id}})`.
  void inc(double amount, std::initializer_list<ExemplarLabel> exemplar) const noexcept {
    inc(amount, ExemplarLabels(exemplar.begin(), exemplar.size()));
  }
  /// Adds an amount and stores an exemplar, which replaces the last one.
  void inc(double amount, ExemplarLabels exemplar) const noexcept {
    if (series_) series_->inc(amount, exemplar);
  }
  /// Deleted, because an exemplar must follow an amount: `inc(1, {{"trace_id", id}})`.
  void inc(std::initializer_list<ExemplarLabel> exemplar) const = delete;

  /// Calls a function and returns its result. Adds 1 if the function throws an exception of the type `Exception`, or of
  /// any type if `Exception` is void. The exception is rethrown.
  ///   errors.count_exceptions([&] { save(order); });
  ///   timeouts.count_exceptions<TimeoutError>([&] { return query(peer); });
  template <class Exception = void, std::invocable Function>
  decltype(auto) count_exceptions(Function&& fn) const {
    if constexpr (std::is_void_v<Exception>) {
      try {
        return std::forward<Function>(fn)();
      } catch (...) {
        inc();
        throw;
      }
    } else {
      try {
        return std::forward<Function>(fn)();
      } catch (const Exception&) {
        inc();
        throw;
      }
    }
  }

  /// Returns the sum of all amounts.
  [[nodiscard]] double value() const noexcept { return series_ ? series_->value() : 0; }

 protected:
  CounterUpdates() noexcept = default;
  explicit CounterUpdates(Reference series) noexcept : series_(std::move(series)) {}

  Reference series_;
};

/// A value that only increases, for example the number of requests served. It starts at 0.
///
/// Values: any amount >= 0. A negative or NaN amount is ignored and counted as a rejected update. The value is a sum of
///   doubles: it is exact for whole amounts up to 2^53, about 9.007e15. Beyond that, amounts are rounded to the
///   distance of adjacent doubles, and an amount of at most half of it may add nothing: inc(1) may, from 2^53 on. Count
///   in a larger unit if that matters.
/// Thread safety: all members may be called concurrently. Updates take no lock and never wait.
/// Exceptions: none, except those of the function that is passed to count_exceptions().
/// Lifetime: copies refer to the same series. A handle stays valid after remove() and after its registry is destroyed.
///   A default-constructed handle does nothing.
///
/// Example:
///   narthex::Counter requests = registry.counter({.name = "requests_total", .help = "Requests served."});
///   requests.inc();
class NARTHEX_VISIBILITY Counter : public CounterUpdates<detail::SeriesPtr<detail::CounterSeries>> {
 public:
  /// Definition of a Counter.
  using Options = CounterOptions;

  /// Creates a handle that does nothing.
  Counter() noexcept = default;

 private:
  template <class>
  friend class Borrowed;
  template <class>
  friend class MetricRef;
  using Series = detail::CounterSeries;
  template <class Reference>
  using Updates = CounterUpdates<Reference>;
  explicit Counter(detail::SeriesPtr<Series> series) noexcept : Updates<detail::SeriesPtr<Series>>(std::move(series)) {}
};

namespace detail {
NARTHEX_EXPORT std::unique_ptr<Kind> make_kind(const CounterOptions& options);
}

}  // namespace narthex
