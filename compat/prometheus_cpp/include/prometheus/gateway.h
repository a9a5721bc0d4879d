#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <mutex>  // as in prometheus-cpp: programs rely on it
#include <string>

#include <narthex/detail/export.h>
#include <prometheus/collectable.h>
#include <prometheus/labels.h>

namespace NARTHEX_VISIBILITY prometheus {

/// Sends collectables to a Pushgateway, for jobs that end before Prometheus can scrape them.
///
/// Values: each call returns an HTTP status, or a negative CURLcode if there was no reply. Each collectable is one
///   request. Push() and PushAdd() stop at the first error and return it; otherwise they return 200. Their async forms
///   collect before they return, send everything on another thread, and return the last error.
/// Thread safety: all members may be called concurrently.
/// Exceptions: std::bad_alloc, and the exceptions of Collect(); nothing is sent for a collectable that throws.
/// Lifetime: it does not keep the collectables alive. The gateway must exist until the futures of its async functions are
///   ready.
///
/// Example:
///   prometheus::Gateway gateway("127.0.0.1", "9091", "backup");
///   gateway.RegisterCollectable(registry);
///   int status = gateway.Push();
class NARTHEX_EXPORT Gateway {
 public:
  /// `host` may start with http:// or https://. `labels` belong to the group of every collectable. `username` and
  /// `password` are for HTTP Basic authentication. `timeout` limits each request, in seconds; 0 means 60 s.
  Gateway(const std::string& host, const std::string& port, const std::string& jobname, const Labels& labels = {},
          const std::string& username = {}, const std::string& password = {}, std::chrono::seconds timeout = {});
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;
  ~Gateway();

  /// Adds a collectable. `labels` belong to its group only. Null: no further
  /// labels.
  void RegisterCollectable(const std::weak_ptr<Collectable>& collectable, const Labels* labels = nullptr);

  /// Returns the label `instance` with this value, or no label if the name is empty.
  static Labels GetInstanceLabel(const std::string& hostname);

  /// Adds a line to the head of every request: "X-Scope: team". Returns false and
  /// ignores the line if it is invalid.
  bool AddHttpHeader(const std::string& header);

  /// In each group, replaces the metrics that have the pushed names, and keeps the others (method POST).
  int Push();
  /// Collects now, and sends on another thread.
  std::future<int> AsyncPush();
  /// Replaces all metrics of the groups (method PUT).
  int PushAdd();
  /// Collects now, and sends on another thread.
  std::future<int> AsyncPushAdd();
  /// Deletes the group whose only label is `job`.
  int Delete();
  /// Does the same on another thread.
  std::future<int> AsyncDelete();
  /// Deletes all metrics of the group with the labels of the constructor.
  int DeleteForInstance();
  /// Does the same on another thread.
  std::future<int> AsyncDeleteForInstance();

 private:
  class Client;
  const std::unique_ptr<Client> client_;
};

}  // namespace prometheus
