#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/labels.h>
#include <narthex/push_connection.h>
#include <narthex/registry.h>

namespace NARTHEX_VISIBILITY narthex {

/// How OtlpExporter compresses requests.
enum class OtlpCompression {
  none,  ///< Not at all.
  gzip,  ///< In the format gzip. narthex must be built with ISA-L or zlib.
};

/// Options of OtlpExporter. For an option without a value, variables of the environment decide, as in the libraries of
/// OpenTelemetry. They are read once, by the constructor. docs/reference.md lists them.
struct OtlpOptions {
  /// Base URL of the receiver, http or https: "http://collector:4318". `/v1/metrics` is appended. Empty: the variables
  /// OTEL_EXPORTER_OTLP_METRICS_ENDPOINT (which is used unchanged) and OTEL_EXPORTER_OTLP_ENDPOINT decide. Without
  /// them: "http://localhost:4318".
  std::string endpoint = {};
  /// URL for metrics, which is used unchanged: "http://host/opentelemetry/v1/metrics". Empty: `endpoint` decides. It
  /// must not be set together with `endpoint`.
  std::string metrics_endpoint = {};
  /// Further request headers, each as one line: `"X-Scope-OrgID: team-a"`. Headers of OTEL_EXPORTER_OTLP_HEADERS with
  /// other names are sent, too. The exporter itself sets Content-Encoding, Content-Length, Content-Type,
  /// Transfer-Encoding, and User-Agent, which must not be among these.
  std::vector<std::string> headers = {};
  /// Attributes of the resource, which identify the process:
  /// `{{"service.name", "shop"}, {"service.instance.id", "web-1"}}`. Others come from OTEL_SERVICE_NAME and
  /// OTEL_RESOURCE_ATTRIBUTES. Without them, `service.name` is "unknown_service:" with the name of the program, and
  /// `service.instance.id` is random in each process. An empty value removes an attribute.
  Labels resource = {};
  /// Attributes of the instrumentation scope, whose name is "narthex". An empty value removes an attribute.
  Labels scope_attributes = {};
  /// Compression of requests. No value: OTEL_EXPORTER_OTLP_COMPRESSION decides, or none.
  std::optional<OtlpCompression> compression = {};
  /// Time between the starts of two pushes, in milliseconds, from 100 ms to 24 hours. No value:
  /// OTEL_METRIC_EXPORT_INTERVAL decides, or 60 s.
  std::optional<std::chrono::milliseconds> interval = {};
  /// Maximum duration of one push with all its requests and retries, in milliseconds, from 1 ms to 1 hour. A push also
  /// ends when the next one is due. No value: OTEL_EXPORTER_OTLP_TIMEOUT decides, or 10 s, and then
  /// OTEL_METRIC_EXPORT_TIMEOUT, 30 s by default, is an upper limit.
  std::optional<std::chrono::milliseconds> timeout = {};
  /// Send the native buckets of a histogram that has classic and native buckets, instead of the classic ones. A
  /// histogram with native buckets alone is always sent with them. Prometheus before 3.8 refuses the whole request with
  /// native buckets (status 500), unless it was started with --enable-feature=native-histograms: for such a receiver,
  /// give each histogram classic buckets too, and leave this option off. No value:
  /// OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION decides, or false.
  std::optional<bool> exponential_histograms = {};
  /// Mark all series as stale in the last push, so that queries do not return their last values for five more minutes.
  bool mark_stale_at_end = true;
  /// Maximum duration of the last push, which the destructor makes, in milliseconds, from 0 to 1 hour. With 0, the
  /// destructor sends nothing.
  std::chrono::milliseconds shutdown_timeout{5000};
  /// TLS, passwords, and proxy. Empty names of certificate files: OTEL_EXPORTER_OTLP_CERTIFICATE,
  /// OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE, and OTEL_EXPORTER_OTLP_CLIENT_KEY decide.
  PushConnection connection = {};
  /// Receives lines about pushes that fail, about the first one that succeeds again, about samples that cannot be sent,
  /// and about variables of the environment that are invalid. It is called on the thread of the exporter and by the
  /// constructor, and must not block. Empty: the lines are written to stderr.
  std::function<void(std::string_view line)> diagnostic = {};
};

/// Sends the metrics of a registry to a receiver of OpenTelemetry at regular intervals: in OTLP, as protobuf over
/// HTTP/1.1.
///
/// Values: each push sends the current values of all series, cumulative, with the time of the push. Nothing is stored:
///   after an outage of the receiver, the next push has the current totals. A request is sent again if the receiver
///   cannot be reached or replies with status 429, 502, 503, or 504. Other errors drop the request. Gauge histograms
///   are not sent, because OTLP has no such type. LibraryCollector counts the pushes.
/// Series that end: a series that is missing in a push is marked as stale, once.
/// Thread safety: all members may be called concurrently. One thread of the exporter makes all pushes. It blocks
///   signals. Collectors are called on it. They must not destroy the exporter.
/// Exceptions: the constructor throws OptionsError for an invalid option, and SystemError if a thread cannot be started
///   or the system has no random bytes. An invalid variable of the environment is logged, and the default is used.
/// Lifetime: it keeps the registry alive. The destructor makes a last push, for at most shutdown_timeout, about 1 s
///   longer if a push is running, and longer for a collector or `diagnostic` that is running. The child of a fork()
///   does not have the thread: there the exporter sends nothing. If the environment has OTEL_SDK_DISABLED=true or
///   OTEL_METRICS_EXPORTER=none, there is no thread at all.
///
/// Example:
///   narthex::OtlpExporter otlp(registry, {.endpoint = "http://collector:4318"});
class [[nodiscard]] NARTHEX_EXPORT OtlpExporter {
 public:
  /// Checks the options, reads the environment, and starts the thread. The first push follows after a random part of
  /// the interval, at most 10 s.
  [[nodiscard]] explicit OtlpExporter(const Registry& registry, const OtlpOptions& options = {});
  OtlpExporter(const OtlpExporter&) = delete;
  OtlpExporter& operator=(const OtlpExporter&) = delete;
  ~OtlpExporter();

  /// Pushes now, and waits for the end of the push. Returns whether the receiver has taken everything within the
  /// timeout. The timeout limits only the wait: a running push ends first, then another one begins, which goes on after
  /// the timeout. Returns false in the child of a fork(). A collector or `diagnostic` must not call it, because it
  /// waits for them. If the environment turns the exporter off, returns true.
  bool flush(std::chrono::milliseconds timeout);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace narthex
