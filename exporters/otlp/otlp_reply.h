#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "push/http_client.h"

namespace narthex::detail::otlp {

// The data points that a receiver has rejected although its reply is a success.
struct PartialSuccess {
  std::uint64_t rejected_points = 0;
  std::string message{};  // a warning if no data point is rejected
};

// Reads the message ExportMetricsServiceResponse. A body that is not such a message is a full success, because receivers
// also send other texts.
PartialSuccess parse_partial_success(std::string_view body);

// Returns what a log line says about a reply that is not success. A body in protobuf is a message google.rpc.Status,
// whose text is shown.
std::string describe_error(const HttpReply& reply);

}  // namespace narthex::detail::otlp
