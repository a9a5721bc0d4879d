#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <narthex/sink.h>

#include "model/reserved_names.h"
#include "remote_write/label_block.h"
#include "remote_write/request_list.h"
#include "remote_write/request_writer.h"

namespace narthex::detail {

// Writes the series of metrics. A metric of some types consists of several series: a histogram with two classic buckets is
// x_bucket{le="0.5"}, x_bucket{le="+Inf"}, x_sum, and x_count. What is the same for many series is encoded once per
// request: the names, and the labels of the buckets.
class SeriesParts {
 public:
  // The names of series, by what they append to the name of the family.
  enum Name : std::size_t { plain, bucket, sum, count };

  SeriesParts(RequestWriter& writer, const RequestLimits& limits, Labels external)
      : writer_(writer), requests_(writer, limits), block_(writer, std::move(external)) {
    name_label_.text = kNameLabel;
  }

  void begin_family(const FamilyMetadata& family);
  // Begins a metric. `parts` is the number of its series, and `further_bytes` an upper limit of the size of what they have
  // beside their labels and one number.
  void begin_metric(LabelView labels, std::size_t parts, const SampleTimes& times, std::size_t further_bytes = 0);

  void add(Name name, double value, const Exemplar* exemplar = nullptr);
  // Adds a series with the label `le` or `quantile`. `position` is that of the number in the metric.
  void add_with_number(Name name, std::size_t position, double number, double value,
                       const Exemplar* exemplar = nullptr);
  // Adds a series with the label of a state set.
  void add_with_state(std::string_view state, double value);
  void add_native(const HistogramSample& sample, std::span<const Exemplar> exemplars);

  RequestList& requests() noexcept { return requests_; }
  const std::string& family() const noexcept { return names_[plain].text; }
  std::string_view own_label() const noexcept { return own_label_.text; }

 private:
  struct Encoded {
    std::string text{};
    ByteBuffer bytes{};
    std::uint64_t epoch = ~std::uint64_t{0};  // of the bytes
  };
  struct Number {
    double number = 0;
    Encoded label{};
  };

  std::string_view name_bytes(Name name);
  std::string_view encode(Encoded& label, Encoded& name);

  RequestWriter& writer_;
  RequestList requests_;
  LabelBlock block_;
  std::array<Encoded, 4> names_;
  MetricType type_ = MetricType::unknown;
  Encoded name_label_;           // the name of the label __name__
  Encoded own_label_;            // the name of the label of the type
  std::vector<Number> numbers_;  // of the label `le` or `quantile`, by position
  Encoded state_;
  SampleTimes times_{};
};

}  // namespace narthex::detail
