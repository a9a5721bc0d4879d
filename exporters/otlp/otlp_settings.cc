#include "otlp/otlp_settings.h"

#include <algorithm>
#include <string_view>

#include <narthex/detail/gzip.h>
#include <narthex/error.h>

#include "otlp/otlp_limits.h"
#include "otlp/otlp_resource.h"
#include "push/push_checks.h"

namespace narthex::detail::otlp {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view kDefaultEndpoint = "http://localhost:4318";
constexpr std::string_view kCannotCompress = "narthex was built without ISA-L and zlib";

void check(const OtlpOptions& options) {
  const PushChecks checks(kExporterName);
  if (!options.endpoint.empty()) checks.check_url("endpoint", options.endpoint);
  if (!options.metrics_endpoint.empty()) checks.check_url("metrics_endpoint", options.metrics_endpoint);
  if (!options.endpoint.empty() && !options.metrics_endpoint.empty()) {
    checks.refuse("metrics_endpoint", options.metrics_endpoint, "allowed: either endpoint or metrics_endpoint");
  }
  checks.check_headers(options.headers, kReservedHeaders);
  if (options.compression == OtlpCompression::gzip && !can_gzip()) {
    checks.refuse("compression", "gzip", kCannotCompress);
  }
  if (options.interval) checks.check_duration("interval", *options.interval, kMinInterval, kMaxInterval);
  if (options.timeout) checks.check_duration("timeout", *options.timeout, kMinTimeout, kMaxTimeout);
  checks.check_duration("shutdown_timeout", options.shutdown_timeout, milliseconds(0), kMaxTimeout);
  checks.check_connection(options.connection, options.headers);
}

// Returns a base URL with the path of metrics, which comes before a query.
std::string with_path(std::string_view base) {
  const std::size_t query = std::min(base.find('?'), base.size());
  std::string url(base.substr(0, query));
  if (!url.ends_with('/')) url += '/';
  url += "v1/metrics";
  url += base.substr(query);
  return url;
}

std::string url_of(const OtlpOptions& options, const Environment& environment) {
  if (!options.metrics_endpoint.empty()) return options.metrics_endpoint;
  if (!options.endpoint.empty()) return with_path(options.endpoint);
  if (!environment.metrics_endpoint.empty()) return environment.metrics_endpoint;
  return with_path(environment.endpoint.empty() ? kDefaultEndpoint : environment.endpoint);
}

std::string_view name_of(std::string_view header) { return header.substr(0, header.find(':')); }

bool have_same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::ranges::equal(name_of(a), name_of(b), {}, lower, lower);
}

// Returns the headers of the program, and those of the environment with other names.
std::vector<std::string> headers_of(const OtlpOptions& options, const Environment& environment) {
  std::vector<std::string> headers = options.headers;
  for (const std::string& header : environment.headers) {
    const auto is_same = [&](const std::string& other) { return have_same_name(header, other); };
    if (std::ranges::none_of(options.headers, is_same)) headers.push_back(header);
  }
  return headers;
}

bool is_compressed(const OtlpOptions& options, const Environment& environment, const Log& log) {
  const auto compression = options.compression ? options.compression : environment.compression;
  if (compression != OtlpCompression::gzip) return false;
  if (!can_gzip()) log("OTEL_EXPORTER_OTLP_COMPRESSION 'gzip': " + std::string(kCannotCompress));
  return can_gzip();
}

PushConnection connection_of(const OtlpOptions& options, const Environment& environment) {
  PushConnection connection = options.connection;
  if (connection.ca_file.empty()) connection.ca_file = environment.connection.ca_file;
  if (connection.certificate_file.empty()) {
    connection.certificate_file = environment.connection.certificate_file;
    connection.key_file = environment.connection.key_file;
  }
  return connection;
}

}  // namespace

Settings make_settings(const OtlpOptions& options, const Lookup& lookup, const Log& log) {
  check(options);
  Settings settings;
  settings.resource = resource_message(options.resource, {});
  settings.scope = scope_message(options.scope_attributes);
  const Environment environment = read_environment(lookup, log);
  settings.is_disabled = environment.is_disabled;
  if (settings.is_disabled) return settings;
  settings.url = url_of(options, environment);
  settings.headers = headers_of(options, environment);
  settings.resource = resource_message(options.resource, environment.resource);
  settings.is_compressed = is_compressed(options, environment, log);
  settings.prefers_exponential =
      options.exponential_histograms.value_or(environment.exponential_histograms.value_or(false));
  settings.marks_stale_at_end = options.mark_stale_at_end;
  settings.interval = options.interval.value_or(environment.interval.value_or(kDefaultInterval));
  settings.timeout = options.timeout.value_or(std::min(environment.timeout.value_or(kDefaultTimeout),
                                                       environment.export_timeout.value_or(kDefaultExportTimeout)));
  settings.shutdown_timeout = options.shutdown_timeout;
  settings.connection = connection_of(options, environment);
  return settings;
}

}  // namespace narthex::detail::otlp
