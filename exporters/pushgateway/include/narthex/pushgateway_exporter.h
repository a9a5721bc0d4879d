#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/error.h>
#include <narthex/labels.h>
#include <narthex/registry.h>

namespace narthex {

/// Where to push, and as whom.
struct PushgatewayOptions {
  std::string url = "http://127.0.0.1:9091";  ///< Of the Pushgateway, with a path prefix if it has one; http or https.
  std::string job = {};                       ///< The group's `job`; required.
  Labels grouping = {};                       ///< What else tells the group from others: `{{"instance", "web-1"}}`.
  std::vector<std::string> headers = {};      ///< Further request headers: `"Authorization: Bearer ..."`.
  std::chrono::milliseconds timeout{10'000};  ///< For one call, retries included.
  /// How often a call is tried while the Pushgateway cannot be reached, or answers 429 or 5xx; from 1 to 10. The pauses
  /// between tries grow from 100 ms.
  int attempts = 3;
};

/// Hands a registry to a Pushgateway, for jobs that end before somebody could scrape them.
/// Values: every call sends the registry as it is then, and returns when it was taken; nothing is sent in between.
///   Collectors are called twice.
/// Threads: any, at once. It runs none.
/// Exceptions: the constructor throws OptionsError for an invalid option. A call throws PushError if the Pushgateway
///   cannot be reached or replies with an error. push() and add() throw SampleError, and send nothing, for a sample that
///   a Pushgateway rejects: with a timestamp, or with a label of the grouping key.
class NARTHEX_EXPORT PushgatewayExporter {
 public:
  PushgatewayExporter(const Registry& registry, PushgatewayOptions options);

  /// Replaces all metrics of the group.
  void push() const;
  /// Replaces those metrics of the group that have the same names; others stay.
  void add() const;
  /// Deletes all metrics of the group; of one that is not there, too.
  void remove() const;

 private:
  void send(const char* method) const;

  Registry registry_;
  PushgatewayOptions options_;
  std::vector<std::string> group_labels_;
  std::string url_;
};

}  // namespace narthex
