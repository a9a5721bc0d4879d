#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <narthex/sink.h>

#include "push/push_time.h"
#include "push/sent_series.h"
#include "remote_write/new_exemplars.h"
#include "remote_write/series_parts.h"

namespace narthex::detail {

// Writes the samples of one collection as series, and a stale marker for each series of the last collection that is
// missing. Throws SampleError for a sample that cannot be sent.
class SeriesSink final : public Sink {
 public:
  struct Options {
    PushTime time{};                 // of all samples that have no timestamp
    bool native_histograms = false;  // Write native buckets. Otherwise such a histogram has its count and sum.
  };

  SeriesSink(SeriesParts& parts, SentSeries& sent, NewExemplars& exemplars, const Options& options)
      : parts_(parts), sent_(sent), exemplars_(exemplars), options_(options) {}

  void begin_family(const FamilyInfo& family) override;
  void counter(LabelView labels, const CounterSample& sample, const Timestamp& at) override;
  void gauge(LabelView labels, double value, const Timestamp& at) override { single(labels, value, at); }
  void unknown(LabelView labels, double value, const Timestamp& at) override { single(labels, value, at); }
  void histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override;
  void gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override;
  void summary(LabelView labels, const SummarySample& sample, const Timestamp& at) override;
  void info(LabelView labels, const Timestamp& at) override { single(labels, 1, at); }
  void state_set(LabelView labels, std::span<const State> states, const Timestamp& at) override;
  void finish() override;

 private:
  // Returns the times of a sample. Throws SampleError if it cannot be sent.
  SampleTimes check(LabelView labels, const Timestamp& at, const Timestamp& created = {}) const;
  void single(LabelView labels, double value, const Timestamp& at);
  void add_histogram(LabelView labels, const HistogramSample& sample, const SampleTimes& times);
  void add_buckets(LabelView labels, const HistogramSample& sample);
  void add_native(LabelView labels, const HistogramSample& sample);
  SeriesShape& empty_shape();

  SeriesParts& parts_;
  SentSeries& sent_;
  NewExemplars& exemplars_;
  const Options options_;
  bool has_family_ = false;
  std::string name_;   // of the current family, with a suffix that its definition may lack
  SeriesShape shape_;  // of the current metric; a member, so that it keeps its memory
};

}  // namespace narthex::detail
