#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include <narthex/narthex.h>

#include "upstream.h"

namespace gallery {

/// The services that the gallery calls, and the ratio of visits that fail.
struct GalleryOptions {
  std::vector<Endpoint> images = {};        ///< image_of_the_day.
  std::vector<Endpoint> access_logs = {};   ///< access_log, or its replicas.
  std::chrono::milliseconds timeout{2000};  ///< Longest time without bytes from a service before a call ends.
  double failure_ratio = 0.1;               ///< Ratio of visits that fail on purpose, from 0 to 1.
  std::uint32_t seed = 0;                   ///< Seed that chooses these visits.
};

/// The reply to a visitor.
struct Page {
  int status = 200;
  std::string html;
};

/// The page of the photo gallery. It shows the picture of the day and logs each visit.
/// Values: logs only visits that are answered with 200. 500 is a failure on purpose, 502 a missing picture.
/// Thread safety: all members may be called concurrently.
/// Exceptions: none from visit(). The page and stderr show what failed.
class Gallery {
 public:
  Gallery(narthex::Registry& registry, const GalleryOptions& options);

  Page visit(const std::string& client_ip);

 private:
  bool fails_on_purpose();
  void log_visit(const std::string& client_ip);

  Upstream images_;
  Upstream access_logs_;
  double failure_ratio_;
  std::mutex mutex_;
  std::mt19937 random_;  // guarded by mutex_
};

}  // namespace gallery
