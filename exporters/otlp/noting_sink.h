#pragma once

#include <narthex/sink.h>

#include "push/sent_series.h"

namespace narthex::detail::otlp {

// Passes everything to another sink, and notes the series that it sends.
class NotingSink final : public Sink {
 public:
  NotingSink(Sink& out, SentSeries& series) noexcept : out_(out), series_(series) {}

  void begin_family(const FamilyInfo& family) override;
  void counter(LabelView labels, const CounterSample& sample, const Timestamp& at) override;
  void gauge(LabelView labels, double value, const Timestamp& at) override;
  void unknown(LabelView labels, double value, const Timestamp& at) override;
  void info(LabelView labels, const Timestamp& at) override;
  void state_set(LabelView labels, std::span<const State> states, const Timestamp& at) override;
  void histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override;
  // Does not note it, because it is not sent.
  void gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override;
  void summary(LabelView labels, const SummarySample& sample, const Timestamp& at) override;
  void finish() override { out_.finish(); }

 private:
  Sink& out_;
  SentSeries& series_;
  const SeriesShape plain_{};
  SeriesShape shape_{};  // keeps its memory
};

}  // namespace narthex::detail::otlp
