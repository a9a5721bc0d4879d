#pragma once

#include <span>

#include <narthex/sink.h>

namespace narthex {

// Ignores everything: a base for sinks that use a part.
class NullSink : public Sink {
 public:
  void begin_family(const FamilyInfo&) override {}
  void counter(LabelView, const CounterSample&, const Timestamp&) override {}
  void gauge(LabelView, double, const Timestamp&) override {}
  void unknown(LabelView, double, const Timestamp&) override {}
  void info(LabelView, const Timestamp&) override {}
  void state_set(LabelView, std::span<const State>, const Timestamp&) override {}
  void histogram(LabelView, const HistogramSample&, const Timestamp&) override {}
  void gauge_histogram(LabelView, const HistogramSample&, const Timestamp&) override {}
  void summary(LabelView, const SummarySample&, const Timestamp&) override {}
  void finish() override {}
};

}  // namespace narthex
