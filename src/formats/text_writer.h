#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <narthex/sink.h>

namespace narthex::detail {

// Writes the text format 0.0.4 into a buffer that the caller keeps and may use again.
// Kinds that the format does not know are served as the nearest one that it does.
// Errors: RegistrationError for what would break the scrape: a family name that is not valid, a label that the format
// writes itself, a timestamp before 1970, a sample without a family. Nothing of that family or sample is written then.
class NARTHEX_EXPORT TextWriter final : public Sink {
 public:
  // Appends to `out`.
  explicit TextWriter(std::string& out) : out_(out) {}

  void begin_family(const FamilyInfo& family) override;
  void counter(LabelView labels, double value, Timestamp at) override { single(labels, value, at); }
  void gauge(LabelView labels, double value, Timestamp at) override { single(labels, value, at); }
  void unknown(LabelView labels, double value, Timestamp at) override { single(labels, value, at); }
  void info(LabelView labels, Timestamp at) override { single(labels, 1, at); }
  void state_set(LabelView labels, std::span<const State> states, Timestamp at) override;
  void histogram(LabelView labels, const HistogramSample& sample, Timestamp at) override;
  void gauge_histogram(LabelView labels, const HistogramSample& sample, Timestamp at) override;
  void summary(LabelView labels, const SummarySample& sample, Timestamp at) override;
  void finish() override { drop_empty_family(); }

 private:
  // A label that the format itself writes, behind the others: le="0.5".
  struct OwnLabel {
    std::string_view name{};
    std::string_view value{};
  };

  void drop_empty_family();
  void single(LabelView labels, double value, const Timestamp& at) { line({}, labels, {}, value, at); }
  void line(std::string_view suffix, LabelView labels, OwnLabel own, double value, const Timestamp& at);
  void sum_and_count(LabelView labels, double sum, std::uint64_t count, const Timestamp& at);

  std::string& out_;
  std::string name_;              // of the family that was begun, as the samples carry it
  std::string number_;            // a bound or quantile on its way into a label
  std::size_t family_start_ = 0;  // where in out_ its metadata begins
  bool family_is_empty_ = false;  // no sample has followed the metadata yet
};

}  // namespace narthex::detail
