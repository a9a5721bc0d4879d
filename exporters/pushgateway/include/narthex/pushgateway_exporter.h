#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/error.h>
#include <narthex/labels.h>
#include <narthex/push_connection.h>
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
  /// Maximum duration of one call with all its attempts, in milliseconds, from 1 ms to 1 hour. A push of the thread
  /// also ends when the next one is due.
  std::chrono::milliseconds timeout{10'000};
  /// Maximum number of attempts per call, from 1 to 10. 1 means no retry. A call is repeated if the Pushgateway cannot
  /// be reached or replies with status 429 or 5xx. The pause before the second attempt is about 100 ms and doubles each
  /// time, unless the reply has a header Retry-After.
  int attempts = 3;
  /// Time between the starts of two pushes of a background thread, in milliseconds, from 100 ms to 24 hours. The thread
  /// replaces the group, as push() does. The destructor does so a last time: a call of remove() before it has no
  /// lasting effect. Without a value there is no thread, and the destructor sends nothing.
  std::optional<std::chrono::milliseconds> interval = {};
  /// Maximum duration of the last push of the thread, which the destructor makes, in milliseconds, from 0 to 1 hour.
  /// With 0, the destructor sends nothing.
  std::chrono::milliseconds shutdown_timeout{5000};
  /// Certificates, passwords, and a proxy.
  PushConnection connection = {};
  /// Receives lines about pushes of the thread that failed. It is called on the thread, and must not block. Empty: the
  /// lines are written to stderr.
  std::function<void(std::string_view line)> diagnostic = {};
};

/// Sends the metrics of a registry to a Pushgateway, for jobs that end before Prometheus can scrape them.
///
/// Values: each call sends the current values and returns when the Pushgateway has accepted them, which it reports with
///   a status from 200 to 299. Collectors are called once per call, on the calling thread. With the option `interval`,
///   a thread also pushes in the background, and a last time in the destructor.
/// Thread safety: all members may be called concurrently.
/// Exceptions: the constructor throws OptionsError for an invalid option, and SystemError if a thread cannot be
///   started. A call throws PushError if the Pushgateway cannot be reached or replies with another status. push() and
///   add() throw SampleError and send nothing if a sample has a timestamp or a label of the grouping key, because a
///   Pushgateway rejects such samples. The thread logs these errors.
/// Lifetime: it keeps the registry alive. With the option `interval`, the destructor makes a last push, for at most
///   shutdown_timeout, about 1 s longer if a push is running, and longer for a collector or `diagnostic` that is
///   running. The child of a fork() does not have the thread.
///
/// Example:
///   const narthex::PushgatewayExporter exporter(registry, {.job = "backup"});
///   exporter.push();
class [[nodiscard]] NARTHEX_EXPORT PushgatewayExporter {
 public:
  /// Checks the options, and starts the thread if `interval` has a value. Its first push follows after a random part of
  /// the interval, at most 10 s. The constructor itself does not connect.
  [[nodiscard]] PushgatewayExporter(const Registry& registry, PushgatewayOptions options);
  PushgatewayExporter(const PushgatewayExporter&) = delete;
  PushgatewayExporter& operator=(const PushgatewayExporter&) = delete;
  ~PushgatewayExporter();

  /// Replaces all metrics of the group.
  void push() const;
  /// Replaces the metrics of the group that have the same names. Other metrics of the group remain.
  void add() const;
  /// Deletes all metrics of the group. It succeeds also if the group does not exist.
  void remove() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace narthex
