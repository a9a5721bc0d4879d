#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <narthex/detail/export.h>
#include <narthex/labels.h>

namespace narthex {

/// The kinds of family that the exposition formats know.
enum class MetricType {
  counter,
  gauge,
  histogram,
  summary,
  unknown,
  info,
  state_set,
  gauge_histogram,
};

/// Returns the word that messages use: "counter", "gauge histogram", ...
NARTHEX_EXPORT std::string_view to_string(MetricType type) noexcept;

/// What all samples of one family share. The views need to live for the call they are passed to.
struct FamilyInfo {
  std::string_view name{};                 ///< As it was defined: a counter keeps its `_total`.
  std::optional<std::string_view> help{};  ///< Absent: no help line at all.
  std::string_view unit{};                 ///< Base unit, the last word of the name; empty: none.
  MetricType type = MetricType::unknown;
};

/// A moment, to the millisecond, not before 1970. Of a sample: when it was taken; most carry none and get the scrape's
/// time. Of a series: when it began to count; none: not known.
using Timestamp = std::optional<std::chrono::sys_time<std::chrono::milliseconds>>;

/// One observation that stands for others of its counter or bucket, with labels that lead to it: a trace id.
struct Exemplar {
  LabelView labels{};  ///< Names and values have 128 characters (Unicode code points) at most, all together.
  double value = 0;
  Timestamp at{};
};

/// One counter as it was read.
struct CounterSample {
  double value = 0;
  Timestamp created{};
  const Exemplar* exemplar = nullptr;
};

/// One bucket of a histogram: how many observations were at most `upper_bound`.
struct Bucket {
  double upper_bound = 0;
  std::uint64_t cumulative_count = 0;
  const Exemplar* exemplar = nullptr;
};

/// One bucket of a native histogram, which has no observations but its own.
struct NativeBucket {
  std::int32_t index = 0;
  std::uint64_t count = 0;
};

/// The buckets of a native histogram: with base = 2^(2^-schema), the one of index i has the observations whose size is
/// above base^(i-1) and at most base^i.
struct NativeSample {
  int schema = 0;             ///< From -4 to 8.
  double zero_threshold = 0;  ///< Observations of at most that size, whatever their sign, are in `zero_count`.
  std::uint64_t zero_count = 0;
  std::span<const NativeBucket> negative{};  ///< By rising index; those without observations are left out.
  std::span<const NativeBucket> positive{};  ///< The same.
  std::span<const Exemplar> exemplars{};     ///< By rising value.
};

/// One histogram as it was read. With `native` its count is that of the zero bucket, all others and NaN together.
struct HistogramSample {
  std::span<const Bucket> buckets{};  ///< By rising bound; the +Inf bucket may be left out: it equals `count`.
  std::uint64_t count = 0;
  double sum = 0;
  const NativeSample* native = nullptr;
  Timestamp created{};
};

/// One quantile of a summary.
struct Quantile {
  double quantile = 0;  ///< From 0 to 1.
  double value = 0;     ///< NaN: no observation yet.
};

/// One summary as it was read.
struct SummarySample {
  std::span<const Quantile> quantiles{};  ///< By rising quantile.
  std::uint64_t count = 0;
  double sum = 0;
  Timestamp created{};
};

/// One state of a state set.
struct State {
  std::string_view name{};
  bool on = false;
};

/// Where samples go while they are collected: a format's writer, or yours.
/// Values: begin_family(), then its samples, then the next family; finish() comes last. A family may have no samples.
/// Threads: one sink is fed by one thread at a time.
/// Errors: what a sink throws ends the collection and reaches the caller of Registry::collect().
class NARTHEX_EXPORT Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink();

  virtual void begin_family(const FamilyInfo& family) = 0;

  virtual void counter(LabelView labels, const CounterSample& sample, const Timestamp& at = {}) = 0;
  void counter(LabelView labels, double value, const Timestamp& at = {}) { counter(labels, CounterSample{value}, at); }
  virtual void gauge(LabelView labels, double value, const Timestamp& at = {}) = 0;
  virtual void unknown(LabelView labels, double value, const Timestamp& at = {}) = 0;
  virtual void info(LabelView labels, const Timestamp& at = {}) = 0;
  virtual void state_set(LabelView labels, std::span<const State> states, const Timestamp& at = {}) = 0;
  virtual void histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at = {}) = 0;
  virtual void gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at = {}) = 0;
  virtual void summary(LabelView labels, const SummarySample& sample, const Timestamp& at = {}) = 0;

  virtual void finish() = 0;
};

}  // namespace narthex
