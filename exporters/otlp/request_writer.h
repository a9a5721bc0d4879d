#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "otlp/otlp_fields.h"
#include "push/byte_buffer.h"

namespace narthex::detail::otlp {

// What surrounds the data points of a metric: Metric { head, <field> { data points, tail }, metadata }.
struct MetricFrame {
  std::string head{};  // name, description, and unit
  OtlpField field = 0;
  std::string_view tail{};
  std::string metadata{};
};

// A finished ExportMetricsServiceRequest.
struct OtlpRequest {
  std::string_view body{};
  std::uint64_t points = 0;
};

// Writes metrics into as few requests as their sizes allow.
//
//   body of a request    [ room | resource and scope | metric | metric | ...]
//                                ^ begin of the request, known when it ends
//
// The memory of the bodies is kept for the next push.
class RequestWriter {
 public:
  // Takes the messages Resource and InstrumentationScope, and the size from which a request is dropped.
  RequestWriter(std::string resource, std::string scope, std::size_t max_size);

  // Forgets all requests.
  void begin() noexcept;
  // Returns the size that the current request would have with a further metric.
  std::size_t size_with(const MetricFrame& frame, std::size_t points_size) const noexcept;
  // Adds a metric to the current request.
  void add_metric(const MetricFrame& frame, std::string_view data_points, std::uint64_t number_of_points);
  // Ends the current request, unless it is empty. Returns the number of its data points if it is too large and so was
  // dropped, or 0.
  std::uint64_t end_request();

  // Returns the finished requests, which are valid until begin().
  const std::vector<OtlpRequest>& requests() const noexcept { return requests_; }

 private:
  // Returns the size of what precedes the metrics, at most.
  std::size_t room() const noexcept;

  const std::string resource_;
  const std::string scope_;
  const std::size_t max_size_;
  std::vector<ByteBuffer> bodies_;  // at least one
  std::vector<OtlpRequest> requests_;
  std::uint64_t points_ = 0;  // of the current request
};

}  // namespace narthex::detail::otlp
