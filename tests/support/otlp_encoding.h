#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>
#include <narthex/labels.h>
#include <narthex/sink.h>

#include "otlp/attributes.h"
#include "otlp/otlp_encoder.h"
#include "support/otlp_text.h"

namespace narthex {

inline Timestamp at(std::int64_t ms) {
  return std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(ms));
}

inline const Timestamp kCreated = at(1700000000000);

// Replaces the times of the tests by the letters s (start) and t (time).
inline std::string with_short_times(std::string text) {
  const auto replace = [&](std::string_view from, std::string_view to) {
    for (std::size_t i = 0; (i = text.find(from, i)) != std::string::npos;) text.replace(i, from.size(), to);
  };
  replace(R"("startTimeUnixNano":"1700000000000000000")", "s");
  replace(R"("timeUnixNano":"1700000060000000000")", "t");
  replace(R"("timeUnixNano":"1700000001250000000")", "e");
  return text;
}

// Returns the message Resource with these attributes.
inline std::string attributes_of(const Labels& labels) {
  detail::ByteBuffer bytes;
  for (const auto& [name, value] : labels) detail::otlp::append_attribute(bytes, 1, name, value);
  return std::string(bytes.view());
}

// Message InstrumentationScope with a name and a version.
inline std::string scope_of(std::string_view name, std::string_view version) {
  return "\x0a" + std::string(1, static_cast<char>(name.size())) + std::string(name) + "\x12" +
         std::string(1, static_cast<char>(version.size())) + std::string(version);
}

// Encodes samples, and reads the result.
class OtlpEncoding : public testing::Test {
 protected:
  explicit OtlpEncoding(detail::otlp::OtlpEncoder::Options options = {}) : encoder_(std::move(options)) { begin(); }

  void begin() { encoder_.begin(*at(1700000060000)); }

  void family(std::string_view name, MetricType type, std::string_view unit = "", std::string_view help = "") {
    sink_.begin_family({.name = name, .help = help, .unit = unit, .type = type});
  }

  // Returns the metrics of all requests, with short times.
  std::string metrics() {
    sink_.finish();
    return finished_metrics();
  }
  // The same, if the last family has ended.
  std::string finished_metrics() {
    encoder_.end();
    std::string text;
    for (const detail::otlp::OtlpRequest& request : encoder_.requests()) text += otlp_metrics_text(request.body);
    return with_short_times(std::move(text));
  }

  std::uint64_t dropped(detail::otlp::OtlpDrop reason) const {
    return encoder_.dropped()[static_cast<std::size_t>(reason)].samples;
  }

  detail::otlp::OtlpEncoder encoder_;
  Sink& sink_ = encoder_;  // the interface of collectors
};

// Returns the end of the JSON of a metric.
inline std::string metadata(std::string_view type) {
  return R"("metadata":[{"key":"prometheus.type","value":{"stringValue":")" + std::string(type) + R"("}}]})" + "\n";
}

}  // namespace narthex
