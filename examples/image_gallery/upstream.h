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

/// A call that failed. what() names the call and the reason.
class UpstreamError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A service that is called over HTTP.
/// Values: times each call in image_gallery_upstream_duration_seconds by `service` and `outcome`: `success`, `refused`
///   for another status than the expected one, or `unreachable`.
/// Thread safety: all members may be called concurrently.
/// Exceptions: UpstreamError. If a replica refuses the connection, the next one is tried. If the connection breaks
/// later, no other replica is tried, because the first one may have carried out the request.
class Upstream {
 public:
  /// `timeout` is the longest time without bytes from a replica, during the connect and later.
  Upstream(narthex::Registry& registry, std::string service, std::vector<Endpoint> endpoints,
           std::chrono::milliseconds timeout);

  /// Returns the body of the reply. Expects status 200.
  std::string get(const std::string& path);
  /// Expects status 201.
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
