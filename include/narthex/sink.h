#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <narthex/detail/export.h>
#include <narthex/labels.h>

namespace NARTHEX_VISIBILITY narthex {

/// The types of a family in the exposition formats. Later versions may add enumerators.
enum class MetricType {
  counter,          ///< A value that only increases.
  gauge,            ///< A value that can increase and decrease.
  histogram,        ///< Observations in buckets, classic or native.
  summary,          ///< A count, a sum, and quantiles of observations.
  unknown,          ///< A number of an unknown type.
  info,             ///< Labels that describe the program. The value is 1.
  state_set,        ///< States, each of which is on or off.
  gauge_histogram,  ///< The current distribution of values in buckets. Bucket counts can decrease.
};

/// Returns the name of the type in messages: "counter", "gauge histogram", ...
NARTHEX_EXPORT std::string_view to_string(MetricType type) noexcept;

/// The properties that all samples of one family have in common.
///
/// Lifetime: the views must be valid during the call that receives them.
struct FamilyInfo {
  std::string_view name{};                 ///< As defined. The name of a counter includes `_total`.
  std::optional<std::string_view> help{};  ///< Without a value, no HELP line is written.
  std::string_view unit{};                 ///< Base unit, which is the last word of the name. Empty: no unit.
  MetricType type = MetricType::unknown;   ///< The type of all samples of the family.
};

/// A time in milliseconds, not before 1970. The timestamp of a sample is the time of the measurement. If it is not set,
/// Prometheus uses the time of the scrape. The creation time of a series is the time at which it started to count. If
/// it is not set, it is unknown.
using Timestamp = std::optional<std::chrono::sys_time<std::chrono::milliseconds>>;

/// One observation of a counter or bucket, with labels that identify its origin, for example a trace id.
struct Exemplar {
  LabelView labels{};  ///< At most 128 characters (Unicode code points) in all names and values together.
  double value = 0;    ///< The observed value.
  Timestamp at{};      ///< The time of the observation.
};

/// The value of one counter.
struct CounterSample {
  double value = 0;                    ///< The total; at least 0.
  Timestamp created{};                 ///< The time at which the counter started at 0.
  const Exemplar* exemplar = nullptr;  ///< Null: no exemplar.
};

/// One bucket of a histogram.
struct Bucket {
  double upper_bound = 0;              ///< Inclusive.
  std::uint64_t cumulative_count = 0;  ///< The number of observations of at most `upper_bound`.
  const Exemplar* exemplar = nullptr;  ///< An observation in this bucket. Null: no exemplar.
};

/// One bucket of a native histogram.
struct NativeBucket {
  std::int32_t index = 0;   ///< See NativeSample.
  std::uint64_t count = 0;  ///< The number of observations in this bucket only.
};

/// The buckets of a native histogram. With base = 2^(2^-schema), the bucket with index i counts the observations whose
/// absolute value is above base^(i-1) and at most base^i.
struct NativeSample {
  int schema = 0;                            ///< The resolution, from -4 to 8.
  double zero_threshold = 0;                 ///< `zero_count` counts observations of at most this absolute value.
  std::uint64_t zero_count = 0;              ///< The number of observations in the zero bucket.
  std::span<const NativeBucket> negative{};  ///< Negative observations. Indices increase; empty buckets are left out.
  std::span<const NativeBucket> positive{};  ///< Positive observations. Indices increase; empty buckets are left out.
  std::span<const Exemplar> exemplars{};     ///< Sorted by value.
};

/// The value of one histogram. With `native`, its count equals the sum of all native buckets, the zero bucket, and the
/// number of NaN observations.
struct HistogramSample {
  std::span<const Bucket> buckets{};     ///< Bounds increase. The +Inf bucket may be left out: it equals `count`.
  std::uint64_t count = 0;               ///< The number of observations.
  double sum = 0;                        ///< The sum of all observations.
  const NativeSample* native = nullptr;  ///< Null: the histogram has no native buckets.
  Timestamp created{};                   ///< The time at which the histogram started at 0.
};

/// One quantile of a summary.
struct Quantile {
  double quantile = 0;  ///< From 0 to 1.
  double value = 0;     ///< NaN: there is no observation yet.
};

/// The value of one summary.
struct SummarySample {
  std::span<const Quantile> quantiles{};  ///< Quantiles increase.
  std::uint64_t count = 0;                ///< The number of observations.
  double sum = 0;                         ///< The sum of all observations.
  Timestamp created{};                    ///< The time at which the summary started at 0.
};

/// One state of a state set.
struct State {
  std::string_view name{};  ///< Not empty, and unique in its set.
  bool on = false;          ///< Whether the state is active.
};

/// Receives samples. The writers of the exposition formats are sinks. Derive a class from Sink to export samples to
/// other systems.
///
/// Values: calls arrive in this order: begin_family(), the samples of the family, the next begin_family(), ...,
///   finish(). A family can have no samples.
/// Thread safety: only one thread calls a sink at a time.
/// Exceptions: the sink that Collector::collect() gets throws SampleError for an invalid sample. A sink that is passed
///   to Registry::collect() may throw SampleError for a sample of a collector: the registry logs it, counts it as an
///   error of the collector, and continues. Every other exception ends the collection and reaches the caller of
///   Registry::collect().
/// New types: the functions for info, state_set, gauge_histogram, and all types that later versions add have a default
///   implementation, which ignores the sample. A sink that does not override them still compiles. It receives families
///   of these types without samples.
class NARTHEX_EXPORT Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink();

  /// Starts a family. The following samples belong to it.
  virtual void begin_family(const FamilyInfo& family) = 0;

  /// Takes one counter; `at` is the timestamp of the sample.
  virtual void counter(LabelView labels, const CounterSample& sample, const Timestamp& at = {}) = 0;
  /// Takes one counter without an exemplar or a creation time.
  void counter(LabelView labels, double value, const Timestamp& at = {}) { counter(labels, CounterSample{value}, at); }
  /// Takes one gauge.
  virtual void gauge(LabelView labels, double value, const Timestamp& at = {}) = 0;
  /// Takes one value of unknown type.
  virtual void unknown(LabelView labels, double value, const Timestamp& at = {}) = 0;
  /// Takes one histogram.
  virtual void histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at = {}) = 0;
  /// Takes one summary.
  virtual void summary(LabelView labels, const SummarySample& sample, const Timestamp& at = {}) = 0;
  /// Takes one info. The default implementation ignores it.
  virtual void info(LabelView labels, const Timestamp& at = {});
  /// Takes all states of one state set. The default implementation ignores them.
  virtual void state_set(LabelView labels, std::span<const State> states, const Timestamp& at = {});
  /// Takes one gauge histogram, whose counts can decrease. The default implementation ignores it.
  virtual void gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at = {});

  /// Ends the collection. No call follows.
  virtual void finish() = 0;
};

}  // namespace narthex
