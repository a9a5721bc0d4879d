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
#include <narthex/detail/label_names.h>
#include <narthex/dynamic_family.h>
#include <narthex/emit.h>
#include <narthex/enum_family.h>
#include <narthex/family.h>
#include <narthex/gauge.h>
#include <narthex/gauge_histogram.h>
#include <narthex/histogram.h>
#include <narthex/info.h>
#include <narthex/registration.h>
#include <narthex/registry_options.h>
#include <narthex/state_set.h>
#include <narthex/summary.h>
#include <narthex/unknown.h>

namespace NARTHEX_VISIBILITY narthex {

namespace detail {
class RegistryState;
class Scope;
class Scrape;
class StatisticsSource;
}  // namespace detail

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
/// A definition function returns a Metric without label names; a Family<Metric, N> with N label names in braces, in a
/// std::array, or in a std::span of fixed size; a DynamicFamily<Metric> with the label names of another range; and an
/// EnumFamily<Metric, Keys...> with one or more closed labels: `counter({...}, enum_label<Method, 3>("method"))`.
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

  /// Defines a counter, or a family with closed labels or with the label names of a range.
  auto counter(const CounterOptions& options, const auto&... labels) const { return make<Counter>(options, labels...); }
  /// Defines a family with label names in braces: `registry.counter({...}, {"zone", "host"})`.
  template <class Name = detail::LabelName, std::size_t N = 1>
  auto counter(const CounterOptions& options, const Name (&names)[N]) const {
    return make<Counter>(options, names);
  }

  /// Defines a gauge, or a family with closed labels or with the label names of a range.
  auto gauge(const GaugeOptions& options, const auto&... labels) const { return make<Gauge>(options, labels...); }
  /// Defines a family with label names in braces: `registry.gauge({...}, {"zone", "host"})`.
  template <class Name = detail::LabelName, std::size_t N = 1>
  auto gauge(const GaugeOptions& options, const Name (&names)[N]) const {
    return make<Gauge>(options, names);
  }

  /// Defines a gauge histogram, or a family with closed labels or with the label names of a range.
  auto gauge_histogram(const GaugeHistogramOptions& options, const auto&... labels) const {
    return make<GaugeHistogram>(options, labels...);
  }
  /// Defines a family with label names in braces: `registry.gauge_histogram({...}, {"zone", "host"})`.
  template <class Name = detail::LabelName, std::size_t N = 1>
  auto gauge_histogram(const GaugeHistogramOptions& options, const Name (&names)[N]) const {
    return make<GaugeHistogram>(options, names);
  }

  /// Defines a histogram, or a family with closed labels or with the label names of a range.
  auto histogram(const HistogramOptions& options, const auto&... labels) const {
    return make<Histogram>(options, labels...);
  }
  /// Defines a family with label names in braces: `registry.histogram({...}, {"zone", "host"})`.
  template <class Name = detail::LabelName, std::size_t N = 1>
  auto histogram(const HistogramOptions& options, const Name (&names)[N]) const {
    return make<Histogram>(options, names);
  }

  /// Defines an info, or a family with closed labels or with the label names of a range.
  auto info(const InfoOptions& options, const auto&... labels) const { return make<Info>(options, labels...); }
  /// Defines a family with label names in braces: `registry.info({...}, {"zone", "host"})`.
  template <class Name = detail::LabelName, std::size_t N = 1>
  auto info(const InfoOptions& options, const Name (&names)[N]) const {
    return make<Info>(options, names);
  }

  /// Defines a state set, or a family with closed labels or with the label names of a range.
  auto state_set(const StateSetOptions& options, const auto&... labels) const {
    return make<StateSet>(options, labels...);
  }
  /// Defines a family with label names in braces: `registry.state_set({...}, {"zone", "host"})`.
  template <class Name = detail::LabelName, std::size_t N = 1>
  auto state_set(const StateSetOptions& options, const Name (&names)[N]) const {
    return make<StateSet>(options, names);
  }

  /// Defines a summary, or a family with closed labels or with the label names of a range.
  auto summary(const SummaryOptions& options, const auto&... labels) const { return make<Summary>(options, labels...); }
  /// Defines a family with label names in braces: `registry.summary({...}, {"zone", "host"})`.
  template <class Name = detail::LabelName, std::size_t N = 1>
  auto summary(const SummaryOptions& options, const Name (&names)[N]) const {
    return make<Summary>(options, names);
  }

  /// Defines a metric of unknown type, or a family with closed labels or with the label names of a range.
  auto unknown(const UnknownOptions& options, const auto&... labels) const { return make<Unknown>(options, labels...); }
  /// Defines a family with label names in braces: `registry.unknown({...}, {"zone", "host"})`.
  template <class Name = detail::LabelName, std::size_t N = 1>
  auto unknown(const UnknownOptions& options, const Name (&names)[N]) const {
    return make<Unknown>(options, names);
  }

  /// Defines a counter whose value a function computes in each scrape, until the Registration is destroyed. Siblings
  /// may be functions and metrics. Two functions, or a function and a metric, with the same constant labels throw
  /// AlreadyDefinedError. A function counts as one series of `max_series`, and throws RegistrationError beyond it. The
  /// option `idle_timeout` has no effect. The function is called as Collector::collect() is: on the thread and the
  /// stack of the scrape, on one thread at a time.
  Registration counter_function(const CounterOptions& options, std::function<double()> function) const {
    return define_function(options, {}, detail::emit_value(std::move(function)));
  }
  /// Defines a family of counters whose values a function computes in each scrape. It calls `emit` for each series.
  template <class Name, std::size_t N>
  Registration counter_function(const CounterOptions& options, const Name (&label_names)[N],
                                Emitter<N> function) const {
    return define_function(options, detail::label_names(label_names), Emit<N>::each(std::move(function)));
  }
  /// Defines the same family, with label names in a std::array or a std::span of fixed size.
  template <class Names>
  Registration counter_function(const CounterOptions& options, const Names& label_names,
                                Emitter<detail::fixed_label_count<Names>()> function) const {
    return define_function(options, detail::label_names(label_names),
                           Emit<detail::fixed_label_count<Names>()>::each(std::move(function)));
  }
  /// Defines a gauge whose value a function computes in each scrape, as counter_function() does for a counter.
  Registration gauge_function(const GaugeOptions& options, std::function<double()> function) const {
    return define_function(options, {}, detail::emit_value(std::move(function)));
  }
  /// Defines a family of gauges whose values a function computes in each scrape:
  ///   registry.gauge_function({...}, {"state"}, [&](const auto& emit) { emit(idle(), "idle"); });
  template <class Name, std::size_t N>
  Registration gauge_function(const GaugeOptions& options, const Name (&label_names)[N], Emitter<N> function) const {
    return define_function(options, detail::label_names(label_names), Emit<N>::each(std::move(function)));
  }
  /// Defines the same family, with label names in a std::array or a std::span of fixed size.
  template <class Names>
  Registration gauge_function(const GaugeOptions& options, const Names& label_names,
                              Emitter<detail::fixed_label_count<Names>()> function) const {
    return define_function(options, detail::label_names(label_names),
                           Emit<detail::fixed_label_count<Names>()>::each(std::move(function)));
  }

  /// Stops serving a family. Its name can be defined again, also with other options. Handles stay valid and are not
  /// served any more. Returns whether the registry had the family.
  bool remove(const AnyFamily& family) const;
  /// Stops serving all families and metrics with this name. Functions stay: destroy their Registration. Returns whether
  /// the registry had any.
  bool remove(std::string_view name) const;

  /// Stops serving everything that was defined or added through this handle, its copies, equal scopes, and the scopes
  /// inside them: families, functions, and collectors; for a whole registry, everything. Waits while another thread calls
  /// one of the collectors or functions, as the destructor of a Registration does. Do not call it from a collector or
  /// function: two that wait for each other are a deadlock. Handles stay valid and are not served any more. Needs no
  /// memory, so that a destructor may call it.
  void clear() const;

  /// Returns a scope: a part of this registry for one instance of a library or component. Names of definitions and of the
  /// families of collectors get its prefix, and their series its labels. expose(), collect(), and exporters of the scope
  /// see only what the scope and the scopes inside it define; those of the registry see everything. remove() takes names
  /// without the prefix, a request takes full names. Scopes nest. Calls with the same prefix and labels, on the same
  /// registry or scope, return the same scope; scopes that differ only in the values of their labels share families, as
  /// siblings do. Beyond `max_series`, the metrics of all scopes share one series of the whole registry. A registry has a
  /// collector once, in one scope. Throws RegistrationError for an invalid prefix or label.
  ///   narthex::Registry db = registry.scoped({.prefix = "db_", .labels = {{"pool", "orders"}}});
  ///   narthex::Counter queries = db.counter({.name = "queries_total", .help = "Queries."});  // db_queries_total
  [[nodiscard]] Registry scoped(ScopeOptions options) const;

  /// Calls a collector in each scrape, until remove() or clear() is called, or the registry is destroyed. Throws RegistrationError
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
  /// Removes a collector. Waits while another thread calls it, as the destructor of a Registration does. Do not call it
  /// from another collector: two that wait for each other are a deadlock. Returns whether the registry had the collector.
  bool remove(const std::shared_ptr<Collector>& collector) const;

  /// Writes all families and their series to a sink, in the order in which they are served. Holds no lock while a
  /// collector or the sink runs. Waits for a collector that another scrape is calling, for at most 10 s: see Collector.
  void collect(Sink& sink) const;

 private:
  friend class detail::Scrape;
  friend class LibraryCollector;

  template <class Metric, class... Labels>
  auto make(const typename Metric::Options& options, const Labels&... labels) const {
    using Result = detail::FamilyWith<Metric, Labels...>;
    Result family(define(detail::common(options), detail::label_set(labels...), detail::make_kind(options)));
    if constexpr (sizeof...(labels) == 0) {
      return Metric(family.labels());
    } else {
      return family;
    }
  }
  template <class Options>
  Registration define_function(const Options& options, std::vector<std::string> label_names,
                               detail::EmitFunction function) const {
    return define_function(detail::common(options), std::move(label_names), detail::make_kind(options),
                           std::move(function));
  }
  std::shared_ptr<detail::FamilyState> define(const detail::FamilyOptions& options, detail::LabelSet labels,
                                              std::unique_ptr<detail::Kind> kind) const;
  Registration define_function(const detail::FamilyOptions& options, std::vector<std::string> label_names,
                               std::unique_ptr<detail::Kind> kind, detail::EmitFunction function) const;

  std::shared_ptr<const detail::StatisticsSource> statistics_source() const noexcept;

  std::shared_ptr<detail::RegistryState> state_;
  std::shared_ptr<const detail::Scope> scope_;  // null: the whole registry
};

}  // namespace narthex
