#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/error.h>
#include <narthex/labels.h>
#include <narthex/registry.h>

namespace NARTHEX_VISIBILITY narthex {

/// Options of PushgatewayExporter.
struct PushgatewayOptions {
  /// URL of the Pushgateway, http or https, with or without a path prefix.
  std::string url = "http://127.0.0.1:9091";
  /// Label `job` of the group. Required.
  std::string job = {};
  /// Further labels of the group: `{{"instance", "web-1"}}`. Empty: the job alone identifies the group.
  Labels grouping = {};
  /// Further request headers, each as one line: `"Authorization: Bearer ..."`.
  std::vector<std::string> headers = {};
  /// Maximum duration of one call with all its attempts, in milliseconds, from 1 ms to 1 hour.
  std::chrono::milliseconds timeout{10'000};
  /// Maximum number of attempts per call, from 1 to 10. 1 means no retry. A call is repeated if the Pushgateway cannot
  /// be reached or replies with status 429 or 5xx. The pause before the second attempt is 100 ms and doubles each time.
  int attempts = 3;
};

/// Sends the metrics of a registry to a Pushgateway, for jobs that end before Prometheus can scrape them.
///
/// Values: each call sends the current values and returns when the Pushgateway has accepted them, which it reports with
///   a status from 200 to 299. Nothing is sent between calls. Collectors are called once per call, on the calling
///   thread.
/// Thread safety: all members may be called concurrently. The exporter starts no thread.
/// Exceptions: the constructor throws OptionsError for an invalid option. A call throws PushError if the Pushgateway
///   cannot be reached or replies with another status. push() and add() throw SampleError and send nothing if a sample
///   has a timestamp or a label of the grouping key, because a Pushgateway rejects such samples.
/// Lifetime: it keeps the registry alive.
///
/// Example:
///   const narthex::PushgatewayExporter exporter(registry, {.job = "backup"});
///   exporter.push();
class [[nodiscard]] NARTHEX_EXPORT PushgatewayExporter {
 public:
  /// Checks the options. It does not connect.
  [[nodiscard]] PushgatewayExporter(const Registry& registry, PushgatewayOptions options);

  /// Replaces all metrics of the group.
  void push() const;
  /// Replaces the metrics of the group that have the same names. Other metrics of the group remain.
  void add() const;
  /// Deletes all metrics of the group. It succeeds also if the group does not exist.
  void remove() const;

 private:
  void send(const char* method) const;

  Registry registry_;
  PushgatewayOptions options_;
  std::vector<std::string> group_labels_;
  std::string url_;
};

}  // namespace narthex
