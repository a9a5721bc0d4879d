#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/detail/family_options.h>
#include <narthex/detail/kind.h>
#include <narthex/detail/label_value.h>
#include <narthex/detail/state_set_series.h>
#include <narthex/labels.h>

namespace NARTHEX_VISIBILITY narthex {

template <class Metric>
class Borrowed;
template <class Metric>
class MetricRef;

/// Definition of a state set, or of a family of state sets.
struct StateSetOptions {
  /// Name of the metric, which is also the name of the label with the state:
  /// `job_state{job_state="running"} 1`. Required.
  std::string name = {};
  /// Help text: one sentence that describes the metric. Required.
  std::string help = {};
  /// Constant labels of every series in the family. Default: none.
  Labels labels = {};
  /// Names of all states, 1 to 64: `{"idle", "busy"}`, or states_of(...).
  std::vector<std::string> states = {};
  /// Maximum number of sets in the family, each of which is served as one series per state. Further label values share
  /// one set, whose label values are all `__overflow__`. 0 means unlimited.
  std::size_t max_series = 10'000;
  /// A set is dropped if it was not updated for this time, in milliseconds, and no handle refers to it. Choose a time
  /// longer than the scrape interval; otherwise a set can be dropped before a scrape sees it. 0 means that no set is
  /// dropped.
  std::chrono::milliseconds idle_timeout = {};
};

/// Returns the names of enumerators, for StateSetOptions::states. Throws the exceptions of the `to_string` of the enum.
template <detail::EnumLabel... Enumerators>
[[nodiscard]] std::vector<std::string> states_of(const Enumerators&... enumerators) {
  return {std::string(detail::as_label(enumerators))...};
}

/// The functions of a StateSet, of the Borrowed<StateSet> that `labels(...)` returns, and of the MetricRef<StateSet>
/// that `at(...)` returns. A state is given as a string, or as an enum that has a `to_string`.
template <class Reference>
class StateSetUpdates {
 public:
  /// Turns a state on and all others off. Use it for states that exclude each other.
  template <detail::StateArgument State>
  void set(const State& state) const noexcept {
    if (series_) with_text(state, [this](std::string_view text) { series_->set(text); });
  }
  /// Turns a state on or off and leaves the others unchanged. Use it for states that may be on at the same time.
  template <detail::StateArgument State>
  void set(const State& state, std::same_as<bool> auto on) const noexcept {
    if (series_) with_text(state, [this, on](std::string_view text) { series_->set(text, on); });
  }
  /// Returns whether a state is on. A state that the definition does not list is off. Throws the exceptions of the
  /// `to_string` of an enum.
  template <detail::StateArgument State>
  [[nodiscard]] bool is_on(const State& state) const {
    return series_ && series_->is_on(std::string_view(detail::as_label(state)));
  }

 protected:
  StateSetUpdates() noexcept = default;
  explicit StateSetUpdates(Reference series) noexcept : series_(std::move(series)) {}

  Reference series_;

 private:
  // Calls update(text of the state). An enumerator whose `to_string` throws is not a state of the set.
  template <class State, class Update>
  void with_text(const State& state, Update update) const noexcept {
#ifdef __cpp_exceptions
    try {
      update(std::string_view(detail::as_label(state)));
    } catch (...) {
      series_->count_rejected_update();
    }
#else
    update(std::string_view(detail::as_label(state)));
#endif
  }
};

/// A set of states, each of which is on or off, for example the state of a job. All states are off at first.
///
/// Values: the states of the definition. An update is ignored and counted as a rejected update if the definition does
///   not list its state, or if the `to_string` of its enum throws.
/// Thread safety: all members may be called concurrently. Updates take no lock and never wait. set(state) changes all
///   states in one atomic step: a scrape sees the states before it or after it.
/// Exceptions: updates throw none. is_on() throws the exceptions of the `to_string` of an enum.
/// Lifetime: copies refer to the same series. A handle stays valid after remove() and after its registry is destroyed.
///   A default-constructed handle does nothing.
///
/// Example:
///   narthex::StateSet state = registry.state_set({.name = "job_state", .help = "State of the job.",
///                                                 .states = {"idle", "running"}});
///   state.set("running");
class NARTHEX_VISIBILITY StateSet : public StateSetUpdates<detail::SeriesPtr<detail::StateSetSeries>> {
 public:
  /// Definition of a StateSet.
  using Options = StateSetOptions;

  /// Creates a handle that does nothing.
  StateSet() noexcept = default;

 private:
  template <class>
  friend class Borrowed;
  template <class>
  friend class MetricRef;
  using Series = detail::StateSetSeries;
  template <class Reference>
  using Updates = StateSetUpdates<Reference>;
  explicit StateSet(detail::SeriesPtr<Series> series) noexcept
      : Updates<detail::SeriesPtr<Series>>(std::move(series)) {}
};

namespace detail {
NARTHEX_EXPORT std::unique_ptr<Kind> make_kind(const StateSetOptions& options);
}

}  // namespace narthex
