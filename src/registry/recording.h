#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <narthex/sink.h>

#include "base/totals.h"
#include "model/checked_labels.h"
#include "model/extra_labels.h"
#include "model/names.h"

namespace narthex::detail {

// Copies of the data that samples point to, each with a view for a sink.
struct RecordedExemplar {
  explicit RecordedExemplar(const Exemplar& exemplar)
      : labels(without_nul(exemplar.labels.text())), value(exemplar.value), at(exemplar.at) {}
  Exemplar view() const noexcept { return {CheckedLabels::view(labels), value, at}; }

  std::string labels;
  double value;
  Timestamp at;
};

struct RecordedNative {
  explicit RecordedNative(const NativeSample& sample);

  NativeSample numbers;  // its spans are empty
  std::vector<NativeBucket> negative;
  std::vector<NativeBucket> positive;
  std::vector<RecordedExemplar> exemplars;
};

// One sample of a collector: the arguments of one call of a sink.
class RecordedSample {
 public:
  struct Counter {
    double value;
    Timestamp created;
    std::optional<RecordedExemplar> exemplar;
  };
  struct Number {
    void (Sink::*call)(LabelView, double, const Timestamp&);
    double value;
  };
  struct Info {};
  struct StateSet {
    std::vector<std::pair<std::string, bool>> states;
  };
  struct Histogram {
    void (Sink::*call)(LabelView, const HistogramSample&, const Timestamp&);
    std::vector<Bucket> buckets;  // their exemplars are in `exemplars`
    std::vector<std::optional<RecordedExemplar>> exemplars;
    std::uint64_t count;
    double sum;
    std::optional<RecordedNative> native;
    Timestamp created;
  };
  struct Summary {
    std::vector<Quantile> quantiles;
    std::uint64_t count;
    double sum;
    Timestamp created;
  };
  using Value = std::variant<Counter, Number, Info, StateSet, Histogram, Summary>;

  RecordedSample(std::string labels, const Timestamp& at, Value value)
      : labels_(std::move(labels)), at_(at), value_(std::move(value)) {}

  LabelView labels() const noexcept { return CheckedLabels::view(labels_); }

  void replay(Sink& sink) const;

 private:
  std::string labels_;
  Timestamp at_;
  Value value_;
};

// One family of a collector, with its samples.
struct RecordedFamily {
  std::string name;
  std::optional<std::string> help;
  std::string unit;
  MetricType type;
  std::vector<RecordedSample> samples;

  FamilyInfo info() const noexcept { return {name, help, unit, type}; }
};

// A sink that copies the families of a collector. The registry drops them if the collector throws, and otherwise serves
// them in the order of their names. Adds the labels of the registry, and the prefix and the labels of a scope.
// Exceptions: RegistrationError, thrown into the collector, for a family or sample that no format can write.
class Recording final : public Sink {
 public:
  using Families = std::vector<RecordedFamily>;

  Recording(std::string_view prefix, const ExtraLabels& extra_labels, NameRule rule)
      : prefix_(prefix), extra_labels_(extra_labels), rule_(rule) {}

  void begin_family(const FamilyInfo& family) override;
  void counter(LabelView labels, const CounterSample& sample, const Timestamp& at) override;
  void gauge(LabelView labels, double value, const Timestamp& at) override;
  void unknown(LabelView labels, double value, const Timestamp& at) override;
  void info(LabelView labels, const Timestamp& at) override;
  void state_set(LabelView labels, std::span<const State> states, const Timestamp& at) override;
  void histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override;
  void gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override;
  void summary(LabelView labels, const SummarySample& sample, const Timestamp& at) override;
  void finish() override {}  // the registry finishes the sink after the last source

  Families take() { return std::move(families_); }

 private:
  // Returns the family that a sample of this type belongs to.
  const RecordedFamily& family(MetricType type) const;
  void add(MetricType type, LabelView labels, const Timestamp& at, RecordedSample::Value value);

  const std::string_view prefix_;
  const ExtraLabels& extra_labels_;
  const NameRule rule_;
  Families families_;
  RecordedFamily* current_ = nullptr;  // the last family; null: there is no family yet, or the last one was rejected
};

}  // namespace narthex::detail
