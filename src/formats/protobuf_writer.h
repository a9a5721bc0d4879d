#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <narthex/sink.h>

#include "formats/message_buffer.h"
#include "formats/output.h"

namespace narthex::detail {

// Writes io.prometheus.client.MetricFamily messages, each behind its length, to an output, which has all of them after
// finish(). A family is one message, and complete before it goes on: its length comes first.
// Kinds that the format does not know are served as in text 0.0.4: info and state set as gauges of the same names. So
// are gauge histograms without native buckets, of which Prometheus 2.42 makes series that all have one name.
// Left out are exemplars that exemplar_error() objects to, and those of a native histogram that have no time: servers
// ignore them.
// Errors: as TextWriter.
class NARTHEX_EXPORT ProtobufWriter final : public Sink {
 public:
  explicit ProtobufWriter(Output& out) : out_(out) {}

  void begin_family(const FamilyInfo& family) override;
  void counter(LabelView labels, const CounterSample& sample, const Timestamp& at) override;
  void gauge(LabelView labels, double value, const Timestamp& at) override;
  void unknown(LabelView labels, double value, const Timestamp& at) override;
  void info(LabelView labels, const Timestamp& at) override { gauge(labels, 1, at); }
  void state_set(LabelView labels, std::span<const State> states, const Timestamp& at) override;
  void histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override;
  void gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override;
  void summary(LabelView labels, const SummarySample& sample, const Timestamp& at) override;
  void finish() override { end_family(); }

 private:
  // Calls write_value(metric) to write what a metric has beside its labels and its time.
  template <class WriteValue>
  void write_metric(LabelView labels, const Timestamp& at, WriteValue write_value);

  void end_family();

  Output& out_;
  std::string name_;  // of the family that was begun
  LentMessageBuffer message_ = lend_message_buffer();
  std::size_t end_of_type_ = 0;  // in it
  bool has_samples_ = false;
};

}  // namespace narthex::detail
