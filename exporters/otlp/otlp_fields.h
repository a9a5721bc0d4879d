#pragma once

#include <cstdint>

namespace narthex::detail::otlp {

// The numbers of the fields, as the schema of OpenTelemetry has them: opentelemetry/proto/metrics/v1/metrics.proto,
// opentelemetry/proto/common/v1/common.proto, opentelemetry/proto/collector/metrics/v1/metrics_service.proto.

using OtlpField = std::uint32_t;

namespace request_field {
enum : OtlpField { resource_metrics = 1 };
}
namespace resource_metrics_field {
enum : OtlpField { resource = 1, scope_metrics };
}
namespace resource_field {
enum : OtlpField { attributes = 1 };
}
namespace scope_metrics_field {
enum : OtlpField { scope = 1, metrics };
}
namespace scope_field {
enum : OtlpField { name = 1, version, attributes };
}
namespace attribute_field {
enum : OtlpField { key = 1, value };
}
namespace value_field {
enum : OtlpField { string_value = 1 };
}
namespace metric_field {
enum : OtlpField {
  name = 1,
  description,
  unit,
  gauge = 5,
  sum = 7,
  histogram = 9,
  exponential_histogram,
  summary,
  metadata
};
}
namespace data_field {  // of a gauge, a sum, a histogram, an exponential histogram, and a summary
enum : OtlpField { data_points = 1, aggregation_temporality, is_monotonic };
}
namespace point_field {  // of all data points, except the attributes
enum : OtlpField { start_time = 2, time };
}
namespace number_field {
enum : OtlpField { as_double = 4, exemplars, attributes = 7, flags };
}
namespace histogram_field {
enum : OtlpField { count = 4, sum, bucket_counts, explicit_bounds, exemplars, attributes, flags };
}
namespace exponential_field {
enum : OtlpField {
  attributes = 1,
  count = 4,
  sum,
  scale,
  zero_count,
  positive,
  negative,
  flags,
  exemplars,
  zero_threshold = 14
};
}
namespace exponential_buckets_field {
enum : OtlpField { offset = 1, bucket_counts };
}
namespace summary_field {
enum : OtlpField { count = 4, sum, quantile_values, attributes, flags };
}
namespace quantile_field {
enum : OtlpField { quantile = 1, value };
}
namespace exemplar_field {
enum : OtlpField { time = 2, as_double, span_id, trace_id, filtered_attributes = 7 };
}
namespace response_field {
enum : OtlpField { partial_success = 1 };
}
namespace partial_success_field {
enum : OtlpField { rejected_data_points = 1, error_message };
}
namespace status_field {  // of google.rpc.Status
enum : OtlpField { code = 1, message };
}

constexpr std::uint32_t kCumulative = 2;       // AggregationTemporality
constexpr std::uint32_t kNoRecordedValue = 1;  // the flag of a data point that marks the end of its series

}  // namespace narthex::detail::otlp
