#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/labels.h>
#include <narthex/push_connection.h>
#include <narthex/registry.h>

namespace NARTHEX_VISIBILITY narthex {

/// The versions of the protocol Remote Write. With `automatic`, an empty request finds out whether the receiver
/// supports 2.0. While 1.0 is used, such a request is sent again after an hour, and after a failure.
enum class RemoteWriteVersion {
  automatic,  ///< 2.0 if the receiver supports it, otherwise 1.0.
  v1,         ///< 1.0, which all receivers support.
  v2,         ///< 2.0. A receiver that does not support it gets nothing.
};

/// Options of RemoteWriteExporter.
struct RemoteWriteOptions {
  /// URL of the receiver, http or https, with its path.
  std::string url = "http://127.0.0.1:9090/api/v1/write";
  /// Label `job` of all series. Required. A series with its own label `job` keeps it.
  std::string job = {};
  /// Label `instance` of all series, which distinguishes the processes of a job. A value that changes with each start,
  /// such as a process id, begins new series with each start. Empty: the host name of the machine.
  std::string instance = {};
  /// Further labels of all series: `{{"zone", "b"}}`. If a series has a label of the same name, its own value is sent.
  /// `job` and `instance` are not allowed here.
  Labels external_labels = {};
  /// Further request headers, each as one line: `"X-Scope-OrgID: team-a"`. Headers that the protocol sets are ignored,
  /// and a line says so.
  std::vector<std::string> headers = {};
  /// Version of the protocol.
  RemoteWriteVersion version = RemoteWriteVersion::automatic;
  /// Time between the starts of two pushes, in milliseconds, from 100 ms to 24 hours.
  std::chrono::milliseconds interval{15'000};
  /// Maximum duration of one push with all its requests and retries, in milliseconds, from 1 ms to 1 hour. A push also
  /// ends when the next one is due.
  std::chrono::milliseconds timeout{10'000};
  /// Send native buckets. Otherwise a histogram that has only native buckets is sent with its count and sum. Prometheus
  /// before 3.8 refuses requests with native buckets, unless it was started with --enable-feature=native-histograms.
  bool native_histograms = false;
  /// Maximum number of samples in one request, from 1 to 100,000. A request is also limited to 1 MiB before
  /// compression.
  std::size_t max_samples_per_request = 2000;
  /// Mark all series as stale in the last push, so that queries do not return their last values for five more minutes.
  bool mark_stale_at_end = true;
  /// Maximum duration of the last push, which the destructor makes, in milliseconds, from 0 to 1 hour. With 0, the
  /// destructor sends nothing.
  std::chrono::milliseconds shutdown_timeout{5000};
  /// Certificates, passwords, and a proxy.
  PushConnection connection = {};
  /// Receives lines about pushes that fail, and about the first one that succeeds again. It is called on the thread of
  /// the exporter and by the constructor, and must not block. Empty: the lines are written to stderr.
  std::function<void(std::string_view line)> diagnostic = {};
};

/// Sends the metrics of a registry to a Prometheus, or to another receiver of Remote Write, at regular intervals. For
/// programs that Prometheus cannot scrape.
///
/// Values: each push sends the current values of all series with the time of the push. Nothing is stored: after an
///   outage of the receiver, the next push has the current totals. A request is sent again if the receiver cannot be
///   reached or replies with status 429 or 5xx. Other errors drop the request. LibraryCollector counts the pushes.
/// Series that end: a series that is missing in a push is marked as stale, once.
/// Thread safety: all members may be called concurrently. One thread of the exporter makes all pushes. It blocks
///   signals. Collectors are called on it. They must not destroy the exporter.
/// Exceptions: the constructor throws OptionsError for an invalid option, and SystemError if a thread cannot be
///   started.
/// Lifetime: it keeps the registry alive. The destructor makes a last push, for at most shutdown_timeout, about 1 s
///   longer if a push is running, and longer for a collector or `diagnostic` that is running. The child of a fork()
///   does not have the thread: there the exporter sends nothing.
///
/// Example:
///   narthex::RemoteWriteExporter writer(registry, {.url = "http://prometheus:9090/api/v1/write", .job = "shop"});
class [[nodiscard]] NARTHEX_EXPORT RemoteWriteExporter {
 public:
  /// Checks the options and starts the thread. The first push follows after a random part of the interval,
  /// at most 10 s.
  [[nodiscard]] RemoteWriteExporter(const Registry& registry, const RemoteWriteOptions& options);
  RemoteWriteExporter(const RemoteWriteExporter&) = delete;
  RemoteWriteExporter& operator=(const RemoteWriteExporter&) = delete;
  ~RemoteWriteExporter();

  /// Pushes now, and waits for the end of the push. Returns whether the receiver has taken everything within the
  /// timeout. The timeout limits only the wait: a running push ends first, then another one begins, which goes on after
  /// the timeout. Returns false in the child of a fork(). A collector or `diagnostic` must not call it, because it
  /// waits for them.
  bool flush(std::chrono::milliseconds timeout);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace narthex
