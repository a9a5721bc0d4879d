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

#include <narthex/any_family.h>
#include <narthex/collector.h>
#include <narthex/counter.h>
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

namespace NARTHEX_VISIBILITY narthex {

class Sink;

namespace detail {
class RegistryState;
class Scrape;
class StatisticsSource;
}  // namespace detail

/// Label names that are known only at run time: exactly a `std::vector<std::string>`.
template <class T>
concept LabelNames = std::same_as<T, std::vector<std::string>>;

/// The metrics and collectors of a program, or of a part of it. Exporters serve a registry.
///
/// Values: a new registry is empty. Families are served in the order of their names. The series of a family are served
///   in the order of their creation. The series that collectors add to the same family follow. If two sources have the
///   same series, the first one is served.
/// Thread safety: all members may be called concurrently.
/// Exceptions: an invalid definition throws RegistrationError, which quotes the invalid value. It registers nothing.
/// Lifetime: copies refer to the same registry. It exists until the last copy and the last exporter of it are
///   destroyed. Handles stay valid after that, but are not served any more. A const Registry is like a const pointer:
///   metrics can still be added and removed.
///
/// The definition functions come in three forms, and return a Metric, a Family<Metric, N>, or a DynamicFamily<Metric>.
/// A definition that equals an earlier one returns the same metric. A definition that differs only in the values of its
/// constant labels is a sibling: it adds series to the same name. `max_series` limits the siblings of a name, and the
/// series of all siblings together. Any other definition of a name that exists throws AlreadyDefinedError.
///
/// Example:
///   narthex::Registry registry;
///   narthex::Counter jobs = registry.counter({.name = "jobs_total", .help = "Jobs completed."});
///   jobs.inc();
class NARTHEX_EXPORT Registry {
 public:
  /// Creates an empty registry with default options.
  Registry();
  /// Creates an empty registry. Throws RegistrationError if `options.labels` cannot be served.
  explicit Registry(RegistryOptions options);
  Registry(const Registry&) noexcept = default;  // moving copies, so that a Registry always has a state
  Registry& operator=(const Registry&) noexcept = default;
  ~Registry();

  /// Returns the registry of the whole process. It is never destroyed: static constructors and destructors may use it.
  static Registry& global();
  /// Sets the collectors that global() contains. By default it contains all of them. May be called at any time.
  static void set_global_collectors(GlobalCollectors enabled);

  /// Defines a counter without variable labels.
  Counter counter(const CounterOptions& options) const { return metric<Counter>(options); }
  /// Defines a family with N label names: `registry.counter({...}, {"zone", "host"})`.
  template <std::size_t N>
  Family<Counter, N> counter(const CounterOptions& options, const char* const (&label_names)[N]) const {
    return Family<Counter, N>(define(options, names(label_names)));
  }
  /// Defines a family whose label names are known only at run time.
  DynamicFamily<Counter> counter(const CounterOptions& options, const LabelNames auto& label_names) const {
    return DynamicFamily<Counter>(define(options, label_names));
  }

  /// Defines a gauge without variable labels.
  Gauge gauge(const GaugeOptions& options) const { return metric<Gauge>(options); }
  /// Defines a family with N label names: `registry.gauge({...}, {"zone", "host"})`.
  template <std::size_t N>
  Family<Gauge, N> gauge(const GaugeOptions& options, const char* const (&label_names)[N]) const {
    return Family<Gauge, N>(define(options, names(label_names)));
  }
  /// Defines a family whose label names are known only at run time.
  DynamicFamily<Gauge> gauge(const GaugeOptions& options, const LabelNames auto& label_names) const {
    return DynamicFamily<Gauge>(define(options, label_names));
  }

  /// Defines a histogram without variable labels.
  Histogram histogram(const HistogramOptions& options) const { return metric<Histogram>(options); }
  /// Defines a family with N label names: `registry.histogram({...}, {"zone", "host"})`.
  template <std::size_t N>
  Family<Histogram, N> histogram(const HistogramOptions& options, const char* const (&label_names)[N]) const {
    return Family<Histogram, N>(define(options, names(label_names)));
  }
  /// Defines a family whose label names are known only at run time.
  DynamicFamily<Histogram> histogram(const HistogramOptions& options, const LabelNames auto& label_names) const {
    return DynamicFamily<Histogram>(define(options, label_names));
  }

  /// Defines an info without variable labels.
  Info info(const InfoOptions& options) const { return metric<Info>(options); }
  /// Defines a family with N label names: `registry.info({...}, {"zone", "host"})`.
  template <std::size_t N>
  Family<Info, N> info(const InfoOptions& options, const char* const (&label_names)[N]) const {
    return Family<Info, N>(define(options, names(label_names)));
  }
  /// Defines a family whose label names are known only at run time.
  DynamicFamily<Info> info(const InfoOptions& options, const LabelNames auto& label_names) const {
    return DynamicFamily<Info>(define(options, label_names));
  }

  /// Defines a state set without variable labels.
  StateSet state_set(const StateSetOptions& options) const { return metric<StateSet>(options); }
  /// Defines a family with N label names: `registry.state_set({...}, {"zone", "host"})`.
  template <std::size_t N>
  Family<StateSet, N> state_set(const StateSetOptions& options, const char* const (&label_names)[N]) const {
    return Family<StateSet, N>(define(options, names(label_names)));
  }
  /// Defines a family whose label names are known only at run time.
  DynamicFamily<StateSet> state_set(const StateSetOptions& options, const LabelNames auto& label_names) const {
    return DynamicFamily<StateSet>(define(options, label_names));
  }

  /// Defines a summary without variable labels.
  Summary summary(const SummaryOptions& options) const { return metric<Summary>(options); }
  /// Defines a family with N label names: `registry.summary({...}, {"zone", "host"})`.
  template <std::size_t N>
  Family<Summary, N> summary(const SummaryOptions& options, const char* const (&label_names)[N]) const {
    return Family<Summary, N>(define(options, names(label_names)));
  }
  /// Defines a family whose label names are known only at run time.
  DynamicFamily<Summary> summary(const SummaryOptions& options, const LabelNames auto& label_names) const {
    return DynamicFamily<Summary>(define(options, label_names));
  }

  /// Defines a metric of unknown type without variable labels.
  Unknown unknown(const UnknownOptions& options) const { return metric<Unknown>(options); }
  /// Defines a family with N label names: `registry.unknown({...}, {"zone", "host"})`.
  template <std::size_t N>
  Family<Unknown, N> unknown(const UnknownOptions& options, const char* const (&label_names)[N]) const {
    return Family<Unknown, N>(define(options, names(label_names)));
  }
  /// Defines a family whose label names are known only at run time.
  DynamicFamily<Unknown> unknown(const UnknownOptions& options, const LabelNames auto& label_names) const {
    return DynamicFamily<Unknown>(define(options, label_names));
  }

  /// Defines a counter whose value a function computes in each scrape, until the Registration is destroyed. Siblings may
  /// be functions and metrics. Two functions, or a function and a metric, with the same constant labels throw
  /// AlreadyDefinedError. A function counts as one series of `max_series`, and throws RegistrationError beyond it. The
  /// option `idle_timeout` has no effect. The function is called as Collector::collect() is: on the thread and the stack
  /// of the scrape, on one thread at a time.
  Registration counter_function(const CounterOptions& options, std::function<double()> function) const {
    return define_function(options, {}, detail::emit_value(std::move(function)));
  }
  /// Defines a family of counters whose values a function computes in each scrape. It calls `emit` for each series.
  template <std::size_t N>
  Registration counter_function(const CounterOptions& options, const char* const (&label_names)[N],
                                std::type_identity_t<std::function<void(const Emit<N>&)>> function) const {
    return define_function(options, names(label_names), Emit<N>::each(std::move(function)));
  }
  /// Defines a gauge whose value a function computes in each scrape, as counter_function() does for a counter.
  Registration gauge_function(const GaugeOptions& options, std::function<double()> function) const {
    return define_function(options, {}, detail::emit_value(std::move(function)));
  }
  /// Defines a family of gauges whose values a function computes in each scrape:
  ///   registry.gauge_function({...}, {"state"}, [&](const auto& emit) { emit(idle(), "idle"); });
  template <std::size_t N>
  Registration gauge_function(const GaugeOptions& options, const char* const (&label_names)[N],
                              std::type_identity_t<std::function<void(const Emit<N>&)>> function) const {
    return define_function(options, names(label_names), Emit<N>::each(std::move(function)));
  }

  /// Stops serving a family. Its name can be defined again, also with other options. Handles stay valid and are not
  /// served any more. Returns whether the registry had the family.
  bool remove(const AnyFamily& family) const;
  /// Stops serving all families and metrics with this name. Returns whether the registry had any.
  bool remove(std::string_view name) const;

  /// Calls a collector in each scrape, until remove() is called or the registry is destroyed. Throws RegistrationError
  /// if the pointer is null, the collector's name is empty, or this registry has the collector already.
  void add(std::shared_ptr<Collector> collector) const;
  /// Moves a collector into the registry, and calls it in each scrape until the registry is destroyed.
  template <std::derived_from<Collector> C>
  void add(C collector) const {
    add(std::make_shared<C>(std::move(collector)));
  }
  /// Calls a collector in each scrape, until the Registration is destroyed. Throws like add().
  Registration add_scoped(std::shared_ptr<Collector> collector) const;
  /// Moves a collector into the registry, and calls it in each scrape until the Registration is destroyed.
  template <std::derived_from<Collector> C>
  Registration add_scoped(C collector) const {
    return add_scoped(std::make_shared<C>(std::move(collector)));
  }
  /// Removes a collector. Waits while another thread calls it, as the destructor of a Registration does. Returns
  /// whether the registry had the collector.
  bool remove(const std::shared_ptr<Collector>& collector) const;

  /// Writes all families and their series to a sink, in the order in which they are served. Holds no lock while a
  /// collector or the sink runs. Waits for a collector that another scrape is calling, for at most 10 s: see Collector.
  void collect(Sink& sink) const;

 private:
  friend class detail::Scrape;
  friend class LibraryCollector;

  template <class Metric>
  Metric metric(const typename Metric::Options& options) const {
    return Family<Metric, 0>(define(options, {})).labels();
  }
  template <std::size_t N>
  static std::vector<std::string> names(const char* const (&label_names)[N]) {
    std::vector<std::string> names;
    for (const char* name : label_names) names.emplace_back(name ? name : "");
    return names;
  }

  template <class Options>
  std::shared_ptr<detail::FamilyState> define(const Options& options, std::vector<std::string> label_names) const {
    return define(detail::common(options), std::move(label_names), detail::make_kind(options));
  }
  template <class Options>
  Registration define_function(const Options& options, std::vector<std::string> label_names,
                               detail::EmitFunction function) const {
    return define_function(detail::common(options), std::move(label_names), detail::make_kind(options),
                           std::move(function));
  }
  std::shared_ptr<detail::FamilyState> define(const detail::FamilyOptions& options,
                                              std::vector<std::string> label_names,
                                              std::unique_ptr<detail::Kind> kind) const;
  Registration define_function(const detail::FamilyOptions& options, std::vector<std::string> label_names,
                               std::unique_ptr<detail::Kind> kind, detail::EmitFunction function) const;

  std::shared_ptr<const detail::StatisticsSource> statistics_source() const noexcept;

  std::shared_ptr<detail::RegistryState> state_;
};

}  // namespace narthex
