#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <narthex/detail/family_options.h>
#include <narthex/detail/kind.h>
#include <narthex/detail/label_value.h>
#include <narthex/detail/state_set_series.h>
#include <narthex/labels.h>

namespace narthex {

template <class Metric>
class Borrowed;

/// How to define a state set, or a family of them.
struct StateSetOptions {
  std::string name = {};                 ///< Also the label that says which state: `job_state{job_state="running"} 1`.
  std::string help = {};                 ///< One sentence for whoever reads a dashboard; required.
  Labels labels = {};                    ///< Constant labels, on every series of the family.
  std::vector<std::string> states = {};  ///< All that there are, 64 at most: `{"idle", "busy"}`, or states_of(...).
  /// Label values beyond that many sets share one, whose values are all `__overflow__`; 0: no limit. A set is served as
  /// one series for each of its states.
  std::size_t max_series = detail::kDefaultMaxSeries;
  /// A set that nobody holds, and nobody has updated for so long, is dropped; 0: none ever is. Longer than the time
  /// between two scrapes, or what is dropped may never have been seen.
  std::chrono::milliseconds idle_timeout = {};
};

/// Returns the names of enumerators that have a `to_string`, for StateSetOptions::states.
template <detail::EnumLabel... Enumerators>
std::vector<std::string> states_of(const Enumerators&... enumerators) {
  return {std::string(detail::as_label(enumerators))...};
}

/// What one can do with a state set, kept or just looked up. A state is a string, or an enum with a `to_string`.
template <class Reference>
class StateSetUpdates {
 public:
  /// Turns a state on and all others off: what is in one state at a time.
  template <detail::StateArgument State>
  void set(const State& state) const {
    if (series_) series_->set(std::string_view(detail::as_label(state)));
  }
  /// Turns a state on or off and leaves the others: what can be in several.
  template <detail::StateArgument State>
  void set(const State& state, bool on) const {
    if (series_) series_->set(std::string_view(detail::as_label(state)), on);
  }
  template <detail::StateArgument State>
  bool is_on(const State& state) const {
    return series_ && series_->is_on(std::string_view(detail::as_label(state)));
  }

 protected:
  StateSetUpdates() noexcept = default;
  explicit StateSetUpdates(Reference series) noexcept : series_(std::move(series)) {}

  Reference series_;
};

/// Tells which of a few states something is in; at first in none.
///   state.set(State::running);
/// Values: the states of its definition; an update of another one changes nothing and is counted as rejected.
/// Threads: any, at once, without waiting: no scrape sees a state that is left and the one that follows it both on, or
///   none of them. Copies are the same metric; a default one does nothing.
/// Errors: what the `to_string` of an enum throws. Stays usable after its series was removed and after its registry is
/// gone.
class StateSet : public StateSetUpdates<detail::SeriesPtr<detail::StateSetSeries>> {
 public:
  using Options = StateSetOptions;

  StateSet() noexcept = default;

 private:
  template <class>
  friend class Borrowed;
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
