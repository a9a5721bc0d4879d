#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/labels.h>
#include <narthex/otlp_exporter.h>
#include <narthex/push_connection.h>

namespace narthex::detail::otlp {

// Returns the value of a variable of the environment, or null.
using Lookup = std::function<const char*(const char* name)>;
// Takes a log line about a variable that is ignored.
using Log = std::function<void(std::string_view line)>;

// The settings in the variables of the environment. An empty or invalid variable counts as not set.
// https://opentelemetry.io/docs/specs/otel/protocol/exporter/
struct Environment {
  bool is_disabled = false;
  std::string metrics_endpoint{};
  std::string endpoint{};
  std::vector<std::string> headers{};  // each one line
  Labels resource{};
  std::optional<OtlpCompression> compression{};
  std::optional<bool> exponential_histograms{};
  std::optional<std::chrono::milliseconds> interval{};
  std::optional<std::chrono::milliseconds> timeout{};
  std::optional<std::chrono::milliseconds> export_timeout{};  // also of the collection
  PushConnection connection{};
};

// Reads all variables, and logs those that are invalid.
Environment read_environment(const Lookup& lookup, const Log& log);

}  // namespace narthex::detail::otlp
