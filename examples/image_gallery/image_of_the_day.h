#pragma once

#include <chrono>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>

#include <narthex/narthex.h>

#include "image.h"

namespace gallery {

/// A picture that cannot be loaded. what() quotes the source and says what is wrong with it.
class ImageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The source of the picture of the day, and the time that it is cached.
struct ImageSource {
  std::string file = {};                 ///< JSON file, see parse_image(). It replaces a remote picture service.
  std::chrono::milliseconds delay{300};  ///< Response time of that service.
  std::chrono::seconds cache{3600};      ///< Time that an image is served from the cache.
};

/// Returns the picture of the day. The first call loads it, later calls return it from a cache.
/// Values: counts images by status: `success` if loaded from the source, or `cached`.
/// Thread safety: all members may be called concurrently. Calls during a load wait for it, so that the image is loaded
/// once.
/// Exceptions: ImageError. It is not cached: the next call loads again.
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
  std::shared_future<Loaded> loaded_;  // guarded by mutex_, like the next member; not ready during a load
  Clock::time_point stale_at_;
};

}  // namespace gallery
