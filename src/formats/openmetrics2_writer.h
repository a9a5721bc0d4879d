#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <narthex/sink.h>

#include "base/number.h"
#include "formats/line_writer.h"
#include "formats/number_text.h"

namespace narthex::detail {

// Writes OpenMetrics 2.0 (2.0.0-rc0) to an output. The output has all of it after finish(). It differs from 1.0:
//
//   - The name of a family is the name of its samples, and nothing is appended to it, except `_info`.
//   - A histogram or a summary is one line with a composite value:
//       rpc_seconds{m="get"} {count:6,sum:12.5,bucket:[1.0:4,+Inf:6]} st@1700000000.5
//     A native histogram has the counts of its buckets, not their differences.
//   - `st@` is the time at which a series started to count.
//   - A line may have several exemplars. An exemplar without a time, or one that exemplar_error() rejects, is left out. If
//     a histogram has both kinds of buckets, the exemplars of the classic ones are written; if there are none, those of the
//     native ones.
//
// Errors: as TextWriter.
class OpenMetrics2Writer final : public Sink {
 public:
  explicit OpenMetrics2Writer(Output& out) : lines_(out, write_seconds) {}

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
  // The text ` st@1700000000.5`. Keeps the last one, because many series start at the same time.
  class StartTime {
   public:
    static constexpr std::size_t kMaxSize = sizeof " st@" + kMaxNumberSize;

    // Writes the text after a value; returns its end.
    char* put(char* to, const Timestamp& created);

   private:
    std::int64_t milliseconds_ = 0;  // of text_; 0: none
    std::size_t size_ = 0;
    std::array<char, kMaxSize> text_;
  };

  // Writes a line whose value starts with the count and the sum, under the names that the type has for them.
  void composite(LabelView labels, const HistogramSample& sample, std::string_view count_name,
                 std::string_view sum_name, const Timestamp& created, const Timestamp& at);
  char* put_buckets(char* to, const HistogramSample& sample);

  LineWriter lines_;
  StartTime start_time_;
  NumberText bound_{",", write_float, ":"};
  NumberText quantile_{",", write_float, ":"};
};

}  // namespace narthex::detail
