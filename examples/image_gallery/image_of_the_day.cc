#include "image_of_the_day.h"

#include <cerrno>
#include <exception>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>
#include <utility>

#include "json.h"

namespace gallery {

namespace {

Image read_image(const std::string& path) {
  errno = 0;
  const std::ifstream file(path);
  std::ostringstream json;
  json << file.rdbuf();  // a failed read, for example of a folder, throws nothing and only sets errno
  if (errno != 0) throw ImageError("cannot read '" + path + "': " + std::generic_category().message(errno));
  try {
    return parse_image(json.str());
  } catch (const BadJson& error) {
    throw ImageError("'" + path + "': " + error.what());
  }
}

}  // namespace

ImageOfTheDay::ImageOfTheDay(narthex::Registry& registry, ImageSource source) : source_(std::move(source)) {
  const auto images = registry.counter(
      {.name = "iotd_api_image_load_total", .help = "Images of the day handed out, by where they came from."},
      {"status"});
  success_ = images.labels("success");
  cached_ = images.labels("cached");
}

Image ImageOfTheDay::get() {
  std::promise<Loaded> promise;
  std::unique_lock lock(mutex_);
  const bool fresh = Clock::now() < stale_at_;
  if (!fresh) {
    loaded_ = promise.get_future();
    stale_at_ = Clock::time_point::max();  // further callers wait for this load
  }
  const std::shared_future<Loaded> found = loaded_;
  lock.unlock();

  if (!fresh) promise.set_value(load());
  const Loaded& loaded = found.get();
  if (!loaded.error.empty()) throw ImageError(loaded.error);
  (fresh ? cached_ : success_).inc();
  return loaded.image;
}

ImageOfTheDay::Loaded ImageOfTheDay::load() {
  std::this_thread::sleep_for(source_.delay);
  Loaded loaded;
  try {
    loaded.image = read_image(source_.file);
  } catch (const std::exception& error) {
    loaded.error = error.what();
  }
  const std::lock_guard lock(mutex_);
  stale_at_ = loaded.error.empty() ? Clock::now() + source_.cache : Clock::time_point();
  return loaded;
}

}  // namespace gallery
