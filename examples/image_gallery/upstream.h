#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <httplib.h>
#include <narthex/narthex.h>

#include "replicas.h"

namespace gallery {

/// A call that brought nothing; what() says which one and why.
class UpstreamError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Another service, which is called over HTTP.
/// Values: every call is timed, in image_gallery_upstream_duration_seconds by `service` and `outcome`: `success`,
///   `refused`, with another status than the wanted one, or `unreachable`.
/// Threads: any, at once.
/// Errors: UpstreamError. A replica that takes no connection is passed over; one that breaks off later is not, for the
///   next would do again what the first one may have done.
class Upstream {
 public:
  /// `timeout` is the longest silence of a replica, both when it is connected to and later.
  Upstream(narthex::Registry& registry, std::string service, std::vector<Endpoint> endpoints,
           std::chrono::milliseconds timeout);

  /// Returns the body of a 200.
  std::string get(const std::string& path);
  /// Wants a 201.
  void post(const std::string& path, const std::string& json);

 private:
  using Send = std::function<httplib::Result(httplib::Client&)>;

  std::string call(const std::string& what, int wanted_status, const Send& send);
  httplib::Result send_to_one(const Send& send);

  std::string service_;
  Replicas replicas_;
  std::chrono::milliseconds timeout_;
  narthex::Histogram success_, refused_, unreachable_;
};

}  // namespace gallery
