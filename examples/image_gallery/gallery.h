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

/// Whom the gallery calls, and how often it fails.
struct GalleryOptions {
  std::vector<Endpoint> images = {};        ///< image_of_the_day.
  std::vector<Endpoint> access_logs = {};   ///< access_log, or its replicas.
  std::chrono::milliseconds timeout{2000};  ///< Silence of a service that ends a call.
  double failure_ratio = 0.1;               ///< Which part of the visits fails on purpose.
  std::uint32_t seed = 0;                   ///< Which ones these are.
};

/// What a visitor gets.
struct Page {
  int status = 200;
  std::string html;
};

/// The page of the photo gallery: shows the picture of the day and logs who saw it.
/// Values: logs visits that are answered with 200, and no others; 500 on purpose, 502 without a picture.
/// Threads: any, at once.
/// Errors: none from visit(): what goes wrong is in the page, and on stderr.
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
