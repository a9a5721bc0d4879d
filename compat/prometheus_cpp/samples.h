#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/detail/series.h>
#include <narthex/labels.h>
#include <narthex/sink.h>
#include <prometheus/metric_family.h>

namespace prometheus::detail {

// Calls a function that writes a family. If the sink rejects a sample, the rest of the family is left out, and a line is
// logged once for each name.
void guard_family(std::string_view name, const std::function<void()>& write_family);

// Writes the samples of structs to a sink.
void write(const std::vector<MetricFamily>& families, narthex::Sink& sink);

// The properties of a family as narthex has them. `name` stores the text that the result points to. For an info, it ends
// in `_info`.
narthex::FamilyInfo family_info(const std::string& family_name, const std::string& help, MetricType type,
                                std::string& name);

// A sink that copies samples into structs. Each state of a state set becomes a gauge. A label with the name of the family
// contains the state.
class FamilyReader final : public narthex::Sink {
 public:
  using Sink::counter;

  void begin_family(const narthex::FamilyInfo& family) override;
  void counter(narthex::LabelView labels, const narthex::CounterSample& sample, const narthex::Timestamp& at) override;
  void gauge(narthex::LabelView labels, double value, const narthex::Timestamp& at) override;
  void unknown(narthex::LabelView labels, double value, const narthex::Timestamp& at) override;
  void info(narthex::LabelView labels, const narthex::Timestamp& at) override;
  void state_set(narthex::LabelView labels, std::span<const narthex::State> states,
                 const narthex::Timestamp& at) override;
  void histogram(narthex::LabelView labels, const narthex::HistogramSample& sample,
                 const narthex::Timestamp& at) override;
  void gauge_histogram(narthex::LabelView labels, const narthex::HistogramSample& sample,
                       const narthex::Timestamp& at) override;
  void summary(narthex::LabelView labels, const narthex::SummarySample& sample, const narthex::Timestamp& at) override;
  void finish() override {}

  std::vector<MetricFamily> take() { return std::move(families_); }

 private:
  ClientMetric& add(narthex::LabelView labels, const narthex::Timestamp& at);

  std::vector<MetricFamily> families_;
};

// A sink that writes counters as numbers of unknown type.
class UnknownSink final : public narthex::Sink {
 public:
  explicit UnknownSink(narthex::Sink& sink) : sink_(sink) {}

  using Sink::counter;
  void begin_family(const narthex::FamilyInfo& family) override { sink_.begin_family(family); }
  void counter(narthex::LabelView labels, const narthex::CounterSample& sample, const narthex::Timestamp& at) override {
    sink_.unknown(labels, sample.value, at);
  }
  void gauge(narthex::LabelView, double, const narthex::Timestamp&) override {}
  void unknown(narthex::LabelView, double, const narthex::Timestamp&) override {}
  void histogram(narthex::LabelView, const narthex::HistogramSample&, const narthex::Timestamp&) override {}
  void summary(narthex::LabelView, const narthex::SummarySample&, const narthex::Timestamp&) override {}
  void finish() override {}

 private:
  narthex::Sink& sink_;
};

// Returns the current value of one series, without labels.
ClientMetric read(const narthex::detail::Series& series, narthex::MetricType type);

}  // namespace prometheus::detail
