#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/sink.h>

#include "otlp/point_writer.h"
#include "otlp/request_writer.h"
#include "push/push_time.h"
#include "push/sent_series.h"

namespace narthex::detail::otlp {

// Why a sample is not sent.
enum class OtlpDrop {
  gauge_histogram,  // OpenTelemetry has no such type
  name,             // no receiver that translates names accepts it
  label,            // the same
  time,             // before 1970, or too late for the field
  size,             // its request would be too large
};

constexpr std::size_t kNumberOfDrops = 5;

// Writes samples as requests of OTLP: one metric for each family, one data point for each series. A family whose data
// points do not fit into one request is continued in the next one.
//
//   begin()  Sink  [add_stale() ...]  finish()  requests()
class OtlpEncoder final : public Sink {
 public:
  struct Options {
    std::string resource{};                         // message Resource
    std::string scope{};                            // message InstrumentationScope
    bool prefers_exponential = false;               // of a histogram that has both kinds of buckets
    std::size_t split_size = std::size_t{4} << 20;  // a request is larger only if one data point is
    std::size_t max_size = std::size_t{64} << 20;   // a larger request is dropped
  };
  struct Dropped {
    std::uint64_t samples = 0;
    std::string example{};  // name of a family
  };

  explicit OtlpEncoder(Options options);

  // Forgets what was written. All data points without a timestamp get this time.
  void begin(PushTime time);

  void begin_family(const FamilyInfo& family) override;
  void counter(LabelView labels, const CounterSample& sample, const Timestamp& at) override;
  void gauge(LabelView labels, double value, const Timestamp& at) override;
  void unknown(LabelView labels, double value, const Timestamp& at) override;
  void info(LabelView labels, const Timestamp& at) override;
  void state_set(LabelView labels, std::span<const State> states, const Timestamp& at) override;
  void histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override;
  void gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override;
  void summary(LabelView labels, const SummarySample& sample, const Timestamp& at) override;
  // Ends the last family of the registry. The requests are complete after end().
  void finish() override { end_metric(); }

  // Writes the last data point of a series that is gone, after finish(). Of the parts of a series, only the states of
  // a state set have data points of their own: the next point of a histogram or a summary lacks the buckets and quantiles
  // that are gone, and a last point would end the whole series.
  void add_stale(const SentFamily& family, LabelView labels, const SeriesShape& shape, const Timestamp& created);
  void end();

  std::span<const OtlpRequest> requests() const noexcept { return requests_.requests(); }
  // By OtlpDrop.
  const std::array<Dropped, kNumberOfDrops>& dropped() const noexcept { return dropped_; }

 private:
  // Calls write_point(head) to append a data point to points_, unless the sample cannot be sent.
  template <class WritePoint>
  void add(OtlpField field, LabelView labels, const Timestamp& created, const Timestamp& at, WritePoint write_point);
  void end_point(std::size_t begin);
  void split(std::size_t begin);
  void end_metric();
  void end_request();
  void drop(OtlpDrop reason, std::uint64_t samples = 1);
  bool is_exponential(bool has_native, bool has_bounds) const noexcept {
    return has_native && (options_.prefers_exponential || !has_bounds);
  }

  const Options options_;
  RequestWriter requests_;
  ByteBuffer points_;  // of the current metric
  PointWriter writer_{points_};
  std::uint64_t number_of_points_ = 0;
  std::size_t safe_size_ = 0;  // of points_, for which the request is not larger than split_size
  MetricFrame frame_;
  std::string name_;
  MetricType type_ = MetricType::unknown;
  bool has_bad_name_ = false;
  std::uint64_t time_ = 0;  // nanoseconds
  bool is_stale_ = false;
  std::array<Dropped, kNumberOfDrops> dropped_;
};

}  // namespace narthex::detail::otlp
