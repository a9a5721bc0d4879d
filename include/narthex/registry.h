#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>

#include <narthex/counter.h>
#include <narthex/detail/export.h>
#include <narthex/family.h>
#include <narthex/gauge.h>
#include <narthex/histogram.h>

namespace narthex {

class Sink;

namespace detail {
class TextSize;
}

/// Owns families and hands their samples to a sink: what one exporter path serves.
/// Values: starts empty. Families are served in the order of their names, their series in the order they were made.
/// Threads: any, at once: define, update and scrape together. Copies are the same registry, which lives as long as one
///   of them, or an exporter that serves it.
/// Errors: a definition throws RegistrationError and quotes what is wrong; nothing is registered then.
///
/// Defining the same thing twice returns the same metric. The same but for the values of the constant labels makes a
/// sibling, served under the same name.
class NARTHEX_EXPORT Registry {
 public:
  Registry();
  Registry(const Registry&) noexcept = default;  // moving copies: no registry is ever without state
  Registry& operator=(const Registry&) noexcept = default;
  ~Registry();

  /// Returns the registry of the whole process. It is never destroyed: static constructors and destructors may use it.
  static Registry& global();

  Counter counter(const CounterOptions& options) { return metric<Counter>(options); }
  Gauge gauge(const GaugeOptions& options) { return metric<Gauge>(options); }
  Histogram histogram(const HistogramOptions& options) { return metric<Histogram>(options); }

  // With label names: `registry.counter({...}, {"method", "code"})` returns a Family<Counter, 2>.
  template <std::size_t N>
  Family<Counter, N> counter(const CounterOptions& options, const char* const (&label_names)[N]) {
    return family<Counter>(options, label_names);
  }
  template <std::size_t N>
  Family<Gauge, N> gauge(const GaugeOptions& options, const char* const (&label_names)[N]) {
    return family<Gauge>(options, label_names);
  }
  template <std::size_t N>
  Family<Histogram, N> histogram(const HistogramOptions& options, const char* const (&label_names)[N]) {
    return family<Histogram>(options, label_names);
  }

  /// Reads every series into the sink, in the order in which they are served. No lock is held while the sink works.
  void collect(Sink& sink) const;

 private:
  friend class detail::TextSize;
  class State;

  template <class Metric>
  Metric metric(const typename Metric::Options& options) {
    return Borrowed<Metric>(detail::find_or_make(*define(options, {}), {}));
  }
  template <class Metric, std::size_t N>
  Family<Metric, N> family(const typename Metric::Options& options, const char* const (&label_names)[N]) {
    return Family<Metric, N>(define(options, label_names));
  }
  template <class Options>
  std::shared_ptr<detail::FamilyState> define(const Options& options, std::span<const char* const> label_names) {
    return define(options.name, options.help, options.unit, options.labels, label_names, detail::make_kind(options));
  }
  std::shared_ptr<detail::FamilyState> define(std::string_view name, std::string_view help, std::string_view unit,
                                              const Labels& constant_labels, std::span<const char* const> label_names,
                                              std::unique_ptr<detail::Kind> kind);

  std::atomic<std::size_t>& last_text_size() const noexcept;

  std::shared_ptr<State> state_;
};

}  // namespace narthex
