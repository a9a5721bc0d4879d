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
#include <narthex/detail/family_options.h>
#include <narthex/detail/kind.h>
#include <narthex/exemplar_labels.h>
#include <narthex/labels.h>

namespace narthex {

template <class Metric>
class Borrowed;

/// How to define a counter, or a family of them.
struct CounterOptions {
  std::string name = {};  ///< Ends in `_total` by convention; served as it stands.
  std::string help = {};  ///< One sentence for whoever reads a dashboard; required.
  std::string unit = {};  ///< Base unit in the name: `seconds` for `cpu_seconds_total`.
  Labels labels = {};     ///< Constant labels, on every series of the family.
  /// Label values beyond that many series share one, whose values are all `__overflow__`; 0: no limit.
  std::size_t max_series = detail::kDefaultMaxSeries;
  /// A series that nobody holds, and nobody has updated for so long, is dropped; 0: none ever is. Longer than the time
  /// between two scrapes, or what is dropped may never have been seen.
  std::chrono::milliseconds idle_timeout = {};
};

/// What one can do with a counter, kept or just looked up.
template <class Reference>
class CounterUpdates {
 public:
  void inc(double amount = 1) const noexcept {
    if (series_) series_->inc(amount);
  }
  /// The same with an exemplar, which stays until the next one comes: `inc(1, {{"trace_id", id}})`.
  void inc(double amount, std::initializer_list<ExemplarLabel> exemplar) const noexcept {
    inc(amount, ExemplarLabels(exemplar.begin(), exemplar.size()));
  }
  void inc(double amount, ExemplarLabels exemplar) const noexcept {
    if (series_) series_->inc(amount, exemplar);
  }
  void inc(std::initializer_list<ExemplarLabel> exemplar) const = delete;  // say how much first

  /// Runs a function and counts one when it throws an Exception, or anything if none is named. What it throws goes on;
  /// returns what it returns.
  ///   errors.count_exceptions([&] { save(order); });
  ///   timeouts.count_exceptions<TimeoutError>([&] { return ask(peer); });
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

  /// Returns the sum of all amounts so far.
  double value() const noexcept { return series_ ? series_->value() : 0; }

 protected:
  CounterUpdates() noexcept = default;
  explicit CounterUpdates(Reference series) noexcept : series_(std::move(series)) {}

  Reference series_;
};

/// Counts how often something happened; starts at zero and only grows.
/// Values: whole or fractional; a negative or NaN amount changes nothing and is counted as rejected.
/// Threads: any, at once, without waiting. Copies are the same metric; a default one does nothing.
/// Errors: none. Stays usable after its series was removed and after its registry is gone.
class Counter : public CounterUpdates<detail::SeriesPtr<detail::CounterSeries>> {
 public:
  using Options = CounterOptions;

  Counter() noexcept = default;

 private:
  template <class>
  friend class Borrowed;
  using Series = detail::CounterSeries;
  template <class Reference>
  using Updates = CounterUpdates<Reference>;
  explicit Counter(detail::SeriesPtr<Series> series) noexcept : Updates<detail::SeriesPtr<Series>>(std::move(series)) {}
};

namespace detail {
NARTHEX_EXPORT std::unique_ptr<Kind> make_kind(const CounterOptions& options);
}

}  // namespace narthex
