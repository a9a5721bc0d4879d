#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <narthex/collector.h>
#include <narthex/counter.h>
#include <narthex/detail/defines.h>
#include <narthex/detail/export.h>
#include <narthex/detail/family_options.h>
#include <narthex/dynamic_family.h>
#include <narthex/emit.h>
#include <narthex/family.h>
#include <narthex/gauge.h>
#include <narthex/histogram.h>
#include <narthex/info.h>
#include <narthex/registration.h>
#include <narthex/registry_options.h>
#include <narthex/state_set.h>
#include <narthex/summary.h>
#include <narthex/unknown.h>

namespace narthex {

class Sink;

namespace detail {
class RegistryState;
class Scrape;
class StatisticsSource;
}  // namespace detail

/// Owns families and collectors, and hands their samples to a sink: what one exporter path serves.
/// Values: starts empty. Families are served in the order of their names, their series in the order they were made,
///   then those of collectors of the same family in the order they came; a series that comes twice, from the first.
/// Threads: any, at once: define, update and scrape together. Copies are the same registry, which lives as long as one
///   of them, or an exporter that serves it.
/// Errors: a definition throws RegistrationError and quotes what is wrong; nothing is registered then.
///
/// Defining the same thing twice returns the same metric. The same but for the values of the constant labels makes a
/// sibling, served under the same name.
class NARTHEX_EXPORT Registry {
 public:
  Registry();
  /// Throws RegistrationError for labels that cannot be served.
  explicit Registry(RegistryOptions options);
  Registry(const Registry&) noexcept = default;  // moving copies: no registry is ever without state
  Registry& operator=(const Registry&) noexcept = default;
  ~Registry();

  /// Returns the registry of the whole process. It is never destroyed: static constructors and destructors may use it.
  static Registry& global();
  /// Says which collectors it has, at any time; else it has all of them: `set_global_collectors({.cgroup = false});`.
  static void set_global_collectors(GlobalCollectors enabled);

  // What a registry defines; each in three forms: see detail/defines.h.
  NARTHEX_DEFINES(Counter, counter)
  NARTHEX_DEFINES(Gauge, gauge)
  NARTHEX_DEFINES(Histogram, histogram)
  NARTHEX_DEFINES(Info, info)
  NARTHEX_DEFINES(StateSet, state_set)
  NARTHEX_DEFINES(Summary, summary)
  NARTHEX_DEFINES(Unknown, unknown)

  /// Stops serving a family, and forgets its name: it can be defined anew, and otherwise. Handles stay usable and are
  /// never served again. Returns whether it was there.
  bool remove(const detail::FamilyHandle& family);
  /// The same for all that is called so, siblings and metrics without labels included.
  bool remove(std::string_view name);

  /// Asks a collector for its samples in every scrape, until the registration ends. Throws RegistrationError for one
  /// that has no name or is in this registry already.
  Registration add(std::shared_ptr<Collector> collector);
  template <std::derived_from<Collector> C>
  Registration add(C collector) {
    return add(std::shared_ptr<Collector>(std::make_shared<C>(std::move(collector))));
  }

  // A metric whose value a function computes in every scrape, until the registration ends. The name is its own: any
  // other definition of it throws RegistrationError, and it counts as a collector of that name. Its max_series and
  // idle_timeout mean nothing: the function says what there is.
  Registration counter_function(const CounterOptions& options, std::function<double()> function) {
    return define_function(options, {}, detail::emit_value(std::move(function)));
  }
  Registration gauge_function(const GaugeOptions& options, std::function<double()> function) {
    return define_function(options, {}, detail::emit_value(std::move(function)));
  }

  // With label names: `registry.gauge_function({...}, {"state"}, [&](const auto& emit) { emit(idle(), "idle"); })`.
  template <std::size_t N>
  Registration counter_function(const CounterOptions& options, const char* const (&label_names)[N],
                                std::type_identity_t<std::function<void(const Emit<N>&)>> function) {
    return define_function(options, names(label_names), Emit<N>::each(std::move(function)));
  }
  template <std::size_t N>
  Registration gauge_function(const GaugeOptions& options, const char* const (&label_names)[N],
                              std::type_identity_t<std::function<void(const Emit<N>&)>> function) {
    return define_function(options, names(label_names), Emit<N>::each(std::move(function)));
  }

  /// Reads every series into the sink, in the order in which they are served. No lock is held while the sink works, or
  /// a collector. A collector that is called just now is left out.
  void collect(Sink& sink) const;

 private:
  friend class detail::Scrape;
  friend class LibraryCollector;

  template <class Metric>
  Metric metric(const typename Metric::Options& options) {
    return Family<Metric, 0>(define(options, {})).labels();
  }
  template <class Metric, std::size_t N>
  Family<Metric, N> family(const typename Metric::Options& options, const char* const (&label_names)[N]) {
    return Family<Metric, N>(define(options, names(label_names)));
  }
  template <std::size_t N>
  static std::vector<std::string> names(const char* const (&label_names)[N]) {
    std::vector<std::string> names;
    for (const char* name : label_names) names.emplace_back(name ? name : "");
    return names;
  }

  template <class Options>
  std::shared_ptr<detail::FamilyState> define(const Options& options, std::vector<std::string> label_names) {
    return define(detail::common(options), std::move(label_names), detail::make_kind(options));
  }
  template <class Options>
  Registration define_function(const Options& options, std::vector<std::string> label_names,
                               detail::EmitFunction function) {
    return define_function(detail::common(options), std::move(label_names), detail::make_kind(options),
                           std::move(function));
  }
  std::shared_ptr<detail::FamilyState> define(const detail::FamilyOptions& options,
                                              std::vector<std::string> label_names, std::unique_ptr<detail::Kind> kind);
  Registration define_function(const detail::FamilyOptions& options, std::vector<std::string> label_names,
                               std::unique_ptr<detail::Kind> kind, detail::EmitFunction function);

  std::shared_ptr<const detail::StatisticsSource> statistics_source() const noexcept;

  std::shared_ptr<detail::RegistryState> state_;
};

}  // namespace narthex
