#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <narthex/sink.h>

#include "formats/message_buffer.h"
#include "formats/output.h"
#include "formats/protobuf_parts.h"

namespace narthex::detail {

// Writes io.prometheus.client.MetricFamily messages, each preceded by its length, to an output. The output has all of
// them after finish(). A family is one message, which must be complete before its length can be written.
// Types that the format lacks are served as in text 0.0.4: an info and a state set become gauges of the same names. A
// gauge histogram without native buckets becomes a histogram, because Prometheus 2.42 gives all its series one name.
// An exemplar is left out if exemplar_error() rejects it, and in a native histogram also if it has no time, because
// servers ignore those.
// Errors: as TextWriter.
class ProtobufWriter final : public Sink {
 public:
  explicit ProtobufWriter(Output& out) : message_(out) {}

  void begin_family(const FamilyInfo& family) override;
  void counter(LabelView labels, const CounterSample& sample, const Timestamp& at) override;
  void gauge(LabelView labels, double value, const Timestamp& at) override;
  void unknown(LabelView labels, double value, const Timestamp& at) override;
  void info(LabelView labels, const Timestamp& at) override { gauge(labels, 1, at); }
  void state_set(LabelView labels, std::span<const State> states, const Timestamp& at) override;
  void histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override;
  void gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override;
  void summary(LabelView labels, const SummarySample& sample, const Timestamp& at) override;
  void finish() override;

 private:
  // Throws SampleError if the metric cannot be written.
  void begin_metric(const Timestamp& at);
  // Writes a metric that has a number and perhaps a creation time.
  void write_single(Tag tag, LabelView labels, double value, const Timestamp& created, const Timestamp& at);
  // Writes a metric with its labels and time, and calls write_value(metric) for the rest.
  template <class WriteValue>
  void write_metric(LabelView labels, const Timestamp& at, WriteValue write_value);

  void end_family() noexcept;

  std::string name_;       // of the current family; empty: none
  MessageBuffer message_;  // of the current family
  TimeFields created_;
  std::size_t end_of_type_ = 0;  // position in message_
  bool has_samples_ = false;
};

}  // namespace narthex::detail
