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

/// When a sample was taken, to the millisecond, not before 1970; most samples carry none and get the scrape's time.
using Timestamp = std::optional<std::chrono::sys_time<std::chrono::milliseconds>>;

/// One bucket of a histogram: how many observations were at most `upper_bound`.
struct Bucket {
  double upper_bound = 0;
  std::uint64_t cumulative_count = 0;
};

/// One histogram as it was read.
struct HistogramSample {
  std::span<const Bucket> buckets{};  ///< By rising bound; the +Inf bucket may be left out: it equals `count`.
  std::uint64_t count = 0;
  double sum = 0;
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

  virtual void counter(LabelView labels, double value, const Timestamp& at = {}) = 0;
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
