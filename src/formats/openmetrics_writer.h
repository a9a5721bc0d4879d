#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <narthex/sink.h>

#include "formats/line_writer.h"
#include "formats/number_text.h"
#include "model/reserved_names.h"

namespace narthex::detail {

// Writes OpenMetrics 1.0 to an output. The output has all of it after finish(). A counter whose name lacks the suffix
// `_total` is declared `unknown`: the sample of a counter would have another name than the user gave it. It has no
// exemplar, because Prometheus 2.42 accepts exemplars on `_total` and `_bucket` only. An exemplar that exemplar_error()
// rejects, and a unit that the name does not end with, are left out: they would fail the scrape. Created times are left
// out: most servers store a `_created` sample as a further series.
// Errors: as TextWriter.
class OpenMetricsWriter final : public Sink {
 public:
  explicit OpenMetricsWriter(Output& out) : lines_(out, write_seconds) {}

  void begin_family(const FamilyInfo& family) override;
  void counter(LabelView labels, const CounterSample& sample, const Timestamp& at) override;
  void gauge(LabelView labels, double value, const Timestamp& at) override { lines_.float_sample(labels, value, at); }
  void unknown(LabelView labels, double value, const Timestamp& at) override { lines_.float_sample(labels, value, at); }
  void info(LabelView labels, const Timestamp& at) override;
  void state_set(LabelView labels, std::span<const State> states, const Timestamp& at) override;
  void histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override;
  void gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override;
  void summary(LabelView labels, const SummarySample& sample, const Timestamp& at) override;
  void finish() override;

 private:
  void buckets(LabelView labels, const HistogramSample& sample, const Timestamp& at);
  void float_line(std::string_view suffix, LabelView labels, double value);
  void count_line(std::string_view suffix, LabelView labels, std::uint64_t count);

  // Ends a line, with an exemplar if there is one. The line must have been reserved with room for it.
  void end_line(char* value_end, const Exemplar* exemplar);

  LineWriter lines_;
  NumberText le_{",le=\"", write_float, "\"} "};
  NumberText quantile_{",quantile=\"", write_float, "\"} "};
  bool has_total_ = false;  // whether the current family is a counter with the suffix `_total`
};

}  // namespace narthex::detail
