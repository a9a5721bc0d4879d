#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <narthex/sink.h>

#include "otlp/otlp_buckets.h"
#include "otlp/otlp_fields.h"
#include "push/byte_buffer.h"

namespace narthex::detail::otlp {

// The times of a data point in nanoseconds, and whether it marks the end of its series.
struct PointHead {
  std::uint64_t start_time = 0;  // 0: unknown
  std::uint64_t time = 0;
  bool is_stale = false;
};

// Writes data points, each in the field `data_points` of its metric. All sizes are known before the first byte is
// written, so that no byte moves.
class PointWriter {
 public:
  explicit PointWriter(ByteBuffer& to) noexcept : to_(to) {}

  void number(LabelView labels, double value, const PointHead& head, const Exemplar* exemplar = nullptr);
  // A state of a state set: the name of the family is a label, whose value is the state.
  void state(LabelView labels, std::string_view family, std::string_view state, double value, const PointHead& head);
  void histogram(LabelView labels, const HistogramSample& sample, const PointHead& head);
  // The sample has native buckets.
  void exponential(LabelView labels, const HistogramSample& sample, const PointHead& head);
  void summary(LabelView labels, const SummarySample& sample, const PointHead& head);

 private:
  // Begins parts_, which contains what has no fixed size.
  void begin_parts() noexcept { parts_.clear(); }
  void add_exemplars(OtlpField tag, std::span<const Exemplar> exemplars);
  void add_side(OtlpField tag, const OtlpBuckets::Side& side);
  void write_number(double value, const PointHead& head);

  ByteBuffer& to_;
  ByteBuffer parts_;
  OtlpBuckets buckets_;
};

}  // namespace narthex::detail::otlp
