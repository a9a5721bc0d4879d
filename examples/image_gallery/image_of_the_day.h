#pragma once

#include <chrono>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>

#include <narthex/narthex.h>

#include "image.h"

namespace gallery {

/// A picture that cannot be loaded; what() quotes the source and says what is wrong with it.
class ImageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Where the picture of the day comes from, and for how long it is kept.
struct ImageSource {
  std::string file = {};                 ///< JSON, see parse_image(); stands in for a picture service far away.
  std::chrono::milliseconds delay{300};  ///< How long that service takes to answer.
  std::chrono::seconds cache{3600};      ///< For how long an image is handed out before it is loaded again.
};

/// Hands out the picture of the day: loads it when somebody asks, and then from memory for a while.
/// Values: counts images by where they came from: `success`, loaded from the source, or `cached`.
/// Threads: any, at once. Who asks while the image is loaded waits for that, so that it is loaded once.
/// Errors: ImageError, which is not kept: who asks later tries again.
class ImageOfTheDay {
 public:
  ImageOfTheDay(narthex::Registry& registry, ImageSource source);

  Image get();

 private:
  using Clock = std::chrono::steady_clock;

  struct Loaded {
    Image image;
    std::string error;  // empty: there is an image
  };

  Loaded load();

  ImageSource source_;
  narthex::Counter success_, cached_;
  std::mutex mutex_;
  std::shared_future<Loaded> loaded_;  // guarded by mutex_, like the next; not ready while it is loaded
  Clock::time_point stale_at_;
};

}  // namespace gallery
