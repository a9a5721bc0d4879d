#pragma once

#include <cstdint>
#include <span>

#include <narthex/sink.h>

#include "formats/line_writer.h"
#include "formats/number_text.h"
#include "model/reserved_names.h"

namespace narthex::detail {

// Writes the text formats 0.0.4 and 1.0.0, which have the same text, to an output. The output has all of it after
// finish(). Types that the format lacks are served as the nearest type that it has.
// Errors: SampleError for a family or a sample that would fail the scrape: an invalid family name, a label that the
// format adds itself, a timestamp before 1970, a sample without a family. Nothing of that family or sample is written.
class TextWriter final : public Sink {
 public:
  explicit TextWriter(Output& out) : lines_(out, write_integer) {}

  void begin_family(const FamilyInfo& family) override;
  void counter(LabelView labels, const CounterSample& sample, const Timestamp& at) override {
    single(labels, sample.value, at);
  }
  void gauge(LabelView labels, double value, const Timestamp& at) override { single(labels, value, at); }
  void unknown(LabelView labels, double value, const Timestamp& at) override { single(labels, value, at); }
  void info(LabelView labels, const Timestamp& at) override { single(labels, 1, at); }
  void state_set(LabelView labels, std::span<const State> states, const Timestamp& at) override;
  void histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override;
  void gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override;
  void summary(LabelView labels, const SummarySample& sample, const Timestamp& at) override;
  void finish() override { lines_.flush(); }

 private:
  void single(LabelView labels, double value, const Timestamp& at);
  void sum_and_count(LabelView labels, double sum, std::uint64_t count);

  LineWriter lines_;
  NumberText le_{",le=\"", write_number, "\"} "};
  NumberText quantile_{",quantile=\"", write_number, "\"} "};
};

}  // namespace narthex::detail
