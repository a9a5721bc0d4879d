#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <narthex/sink.h>

#include "number_label.h"
#include "stage.h"

namespace narthex::detail {

// Writes the text format 0.0.4 to an output, which has all of it after finish().
// Kinds that the format does not know are served as the nearest one that it does.
// Errors: RegistrationError for what would break the scrape: a family name that is not valid, a label that the format
// writes itself, a timestamp before 1970, a sample without a family. Nothing of that family or sample is written then.
class NARTHEX_EXPORT TextWriter final : public Sink {
 public:
  explicit TextWriter(Output& out) : stage_(out) {}

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
  void finish() override { stage_.flush(); }

 private:
  void begin_sample(const Timestamp& at);
  void write_header();
  void single(LabelView labels, double value, const Timestamp& at);
  void sum_and_count(LabelView labels, double sum, std::uint64_t count, const Timestamp& at);

  // Composes start_.
  void begin_lines(std::string_view suffix, LabelView labels);

  // Write a line up to its value, with no label behind the others or with one, and from behind its value on.
  char* begin_line(std::string_view suffix, LabelView labels);
  char* begin_line(NumberLabel& label, std::size_t position, double number, LabelView labels);
  void end_line(char* value_end, const Timestamp& at);

  Stage stage_;
  std::string name_;    // of the family that was begun, as the samples carry it
  std::string header_;  // its HELP and TYPE lines, which wait for its first sample
  std::string start_;   // what lines share that differ in their last label: `name_bucket{labels`
  NumberLabel le_{"le"};
  NumberLabel quantile_{"quantile"};
  bool is_header_written_ = false;
};

}  // namespace narthex::detail
