#pragma once

#include <optional>
#include <span>

#include <narthex/sink.h>

namespace narthex::detail {

// Passes families and samples to another sink. A derived class checks or changes the labels of each sample.
class ForwardingSink : public Sink {
 public:
  explicit ForwardingSink(Sink& out) noexcept : out_(out) {}

  void begin_family(const FamilyInfo& family) override { out_.begin_family(family); }
  void counter(LabelView labels, const CounterSample& sample, const Timestamp& at) override {
    if (const auto forwarded = check(labels, at)) out_.counter(*forwarded, sample, at);
  }
  void gauge(LabelView labels, double value, const Timestamp& at) override {
    if (const auto forwarded = check(labels, at)) out_.gauge(*forwarded, value, at);
  }
  void unknown(LabelView labels, double value, const Timestamp& at) override {
    if (const auto forwarded = check(labels, at)) out_.unknown(*forwarded, value, at);
  }
  void info(LabelView labels, const Timestamp& at) override {
    if (const auto forwarded = check(labels, at)) out_.info(*forwarded, at);
  }
  void state_set(LabelView labels, std::span<const State> states, const Timestamp& at) override {
    if (const auto forwarded = check(labels, at)) out_.state_set(*forwarded, states, at);
  }
  void histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override {
    if (const auto forwarded = check(labels, at)) out_.histogram(*forwarded, sample, at);
  }
  void gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override {
    if (const auto forwarded = check(labels, at)) out_.gauge_histogram(*forwarded, sample, at);
  }
  void summary(LabelView labels, const SummarySample& sample, const Timestamp& at) override {
    if (const auto forwarded = check(labels, at)) out_.summary(*forwarded, sample, at);
  }
  void finish() override { out_.finish(); }

 protected:
  // Returns the labels of the sample for the other sink, or nothing to leave it out.
  virtual std::optional<LabelView> check(LabelView labels, const Timestamp& at) = 0;

  Sink& out_;
};

}  // namespace narthex::detail
