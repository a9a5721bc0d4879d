#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <protozero/pbf_reader.hpp>

namespace narthex {

// Reads messages of OTLP with the generic reader of protozero, by the tables below, and writes them as JSON in the way of
// OpenTelemetry: 64-bit integers and NaN in quotes, ids as hex digits. The fields are in the order of the tables. A field
// that has another wire type or that no table contains is shown as an error.
namespace otlp_text {

enum class Form { message, text, hex, number, fixed64, signed_varint, varint, boolean, fixed64s, numbers, varints };

struct Field {
  std::uint32_t tag;
  const char* name;
  Form form;
  bool is_repeated = false;
  const std::vector<Field>* message = nullptr;
};
using Fields = std::vector<Field>;

inline const Fields kAnyValue{{1, "stringValue", Form::text}};
inline const Fields kAttribute{{1, "key", Form::text}, {2, "value", Form::message, false, &kAnyValue}};
inline const Fields kExemplar{{7, "filteredAttributes", Form::message, true, &kAttribute},
                              {2, "timeUnixNano", Form::fixed64},
                              {3, "asDouble", Form::number},
                              {5, "traceId", Form::hex},
                              {4, "spanId", Form::hex}};
inline const Fields kNumberPoint{{7, "attributes", Form::message, true, &kAttribute},
                                 {2, "startTimeUnixNano", Form::fixed64},
                                 {3, "timeUnixNano", Form::fixed64},
                                 {4, "asDouble", Form::number},
                                 {5, "exemplars", Form::message, true, &kExemplar},
                                 {8, "flags", Form::varint}};
inline const Fields kHistogramPoint{{9, "attributes", Form::message, true, &kAttribute},
                                    {2, "startTimeUnixNano", Form::fixed64},
                                    {3, "timeUnixNano", Form::fixed64},
                                    {4, "count", Form::fixed64},
                                    {5, "sum", Form::number},
                                    {6, "bucketCounts", Form::fixed64s},
                                    {7, "explicitBounds", Form::numbers},
                                    {8, "exemplars", Form::message, true, &kExemplar},
                                    {10, "flags", Form::varint}};
inline const Fields kBuckets{{1, "offset", Form::signed_varint}, {2, "bucketCounts", Form::varints}};
inline const Fields kExponentialPoint{{1, "attributes", Form::message, true, &kAttribute},
                                      {2, "startTimeUnixNano", Form::fixed64},
                                      {3, "timeUnixNano", Form::fixed64},
                                      {4, "count", Form::fixed64},
                                      {5, "sum", Form::number},
                                      {6, "scale", Form::signed_varint},
                                      {7, "zeroCount", Form::fixed64},
                                      {8, "positive", Form::message, false, &kBuckets},
                                      {9, "negative", Form::message, false, &kBuckets},
                                      {10, "flags", Form::varint},
                                      {11, "exemplars", Form::message, true, &kExemplar},
                                      {14, "zeroThreshold", Form::number}};
inline const Fields kQuantile{{1, "quantile", Form::number}, {2, "value", Form::number}};
inline const Fields kSummaryPoint{{7, "attributes", Form::message, true, &kAttribute},
                                  {2, "startTimeUnixNano", Form::fixed64},
                                  {3, "timeUnixNano", Form::fixed64},
                                  {4, "count", Form::fixed64},
                                  {5, "sum", Form::number},
                                  {6, "quantileValues", Form::message, true, &kQuantile},
                                  {8, "flags", Form::varint}};
inline const Fields kGauge{{1, "dataPoints", Form::message, true, &kNumberPoint}};
inline const Fields kSum{{1, "dataPoints", Form::message, true, &kNumberPoint},
                         {2, "aggregationTemporality", Form::varint},
                         {3, "isMonotonic", Form::boolean}};
inline const Fields kHistogram{{1, "dataPoints", Form::message, true, &kHistogramPoint},
                               {2, "aggregationTemporality", Form::varint}};
inline const Fields kExponential{{1, "dataPoints", Form::message, true, &kExponentialPoint},
                                 {2, "aggregationTemporality", Form::varint}};
inline const Fields kSummary{{1, "dataPoints", Form::message, true, &kSummaryPoint}};
inline const Fields kMetric{{1, "name", Form::text},
                            {2, "description", Form::text},
                            {3, "unit", Form::text},
                            {5, "gauge", Form::message, false, &kGauge},
                            {7, "sum", Form::message, false, &kSum},
                            {9, "histogram", Form::message, false, &kHistogram},
                            {10, "exponentialHistogram", Form::message, false, &kExponential},
                            {11, "summary", Form::message, false, &kSummary},
                            {12, "metadata", Form::message, true, &kAttribute}};
inline const Fields kScope{
    {1, "name", Form::text}, {2, "version", Form::text}, {3, "attributes", Form::message, true, &kAttribute}};
inline const Fields kScopeMetrics{{1, "scope", Form::message, false, &kScope},
                                  {2, "metrics", Form::message, true, &kMetric}};
inline const Fields kResource{{1, "attributes", Form::message, true, &kAttribute}};
inline const Fields kResourceMetrics{{1, "resource", Form::message, false, &kResource},
                                     {2, "scopeMetrics", Form::message, true, &kScopeMetrics}};
inline const Fields kRequest{{1, "resourceMetrics", Form::message, true, &kResourceMetrics}};

inline std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

inline std::string number(double value) {
  if (std::isnan(value)) return "\"NaN\"";
  if (std::isinf(value)) return value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  char digits[400];
  const bool is_integer = std::abs(value) < 1e15 && value == std::trunc(value);
  const auto form = is_integer ? std::chars_format::fixed : std::chars_format::general;
  return {digits, std::to_chars(digits, std::end(digits), value, form).ptr};
}

inline std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[static_cast<unsigned char>(c) / 16];
    text += kDigits[static_cast<unsigned char>(c) % 16];
  }
  return text;
}

template <class Range, class Write>
std::string list(const Range& range, Write write) {
  std::string text;
  for (const auto item : range) text += (text.empty() ? "" : ",") + write(item);
  return '[' + text + ']';
}

inline std::string message(protozero::pbf_reader reader, const Fields& fields);

inline std::string value(protozero::pbf_reader& reader, const Field& field) {
  const auto integer_text = [](auto integer) { return '"' + std::to_string(integer) + '"'; };
  switch (field.form) {
    case Form::message:
      return message(reader.get_message(), *field.message);
    case Form::text:
      return in_quotes(reader.get_string());
    case Form::hex:
      return in_quotes(hex(reader.get_string()));
    case Form::number:
      return number(reader.get_double());
    case Form::fixed64:
      return integer_text(reader.get_fixed64());
    case Form::signed_varint:
      return std::to_string(reader.get_sint32());
    case Form::varint:
      return std::to_string(reader.get_uint32());
    case Form::boolean:
      return reader.get_bool() ? "true" : "false";
    case Form::fixed64s:
      return list(reader.get_packed_fixed64(), integer_text);
    case Form::numbers:
      return list(reader.get_packed_double(), number);
    default:
      return list(reader.get_packed_uint64(), integer_text);
  }
}

inline protozero::pbf_wire_type wire_type(Form form) {
  using enum protozero::pbf_wire_type;
  if (form == Form::number || form == Form::fixed64) return fixed64;
  return form == Form::signed_varint || form == Form::varint || form == Form::boolean ? varint : length_delimited;
}

inline std::string message(protozero::pbf_reader reader, const Fields& fields) {
  std::map<std::size_t, std::string> values;  // by position in the table
  while (reader.next()) {
    std::size_t i = 0;
    while (i < fields.size() && fields[i].tag != reader.tag()) ++i;
    if (i == fields.size() || wire_type(fields[i].form) != reader.wire_type()) {
      return "\"error: field " + std::to_string(reader.tag()) + '"';
    }
    if (values.contains(i) && !fields[i].is_repeated)
      return "\"error: two fields " + std::to_string(reader.tag()) + '"';
    std::string& text = values[i];
    text += (text.empty() ? "" : ",") + value(reader, fields[i]);
  }
  std::string text;
  for (const auto& [i, all] : values) {
    text += (text.empty() ? "\"" : ",\"") + std::string(fields[i].name) + "\":";
    text += fields[i].is_repeated ? '[' + all + ']' : all;
  }
  return '{' + text + '}';
}

}  // namespace otlp_text

// Returns the JSON of an ExportMetricsServiceRequest.
inline std::string otlp_request_text(std::string_view body) {
  return otlp_text::message(protozero::pbf_reader(body.data(), body.size()), otlp_text::kRequest);
}

// Returns the JSON of the metrics of a request, each in a line.
inline std::string otlp_metrics_text(std::string_view body) {
  std::string text;
  protozero::pbf_reader request(body.data(), body.size());
  while (request.next(1)) {
    protozero::pbf_reader resource_metrics = request.get_message();
    while (resource_metrics.next(2)) {
      protozero::pbf_reader scope_metrics = resource_metrics.get_message();
      while (scope_metrics.next(2)) text += otlp_text::message(scope_metrics.get_message(), otlp_text::kMetric) + '\n';
    }
  }
  return text;
}

}  // namespace narthex
