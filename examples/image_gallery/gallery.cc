#include "gallery.h"

#include <cstdio>

#include "json.h"
#include "page.h"

namespace gallery {

Gallery::Gallery(narthex::Registry& registry, const GalleryOptions& options)
    : images_(registry, "image_of_the_day", options.images, options.timeout),
      access_logs_(registry, "access_log", options.access_logs, options.timeout),
      failure_ratio_(options.failure_ratio),
      random_(options.seed) {}

Page Gallery::visit(const std::string& client_ip) {
  if (fails_on_purpose()) return {500, message_page("This visit failed on purpose, as some do.")};
  try {
    const Image image = parse_image(images_.get("/image"));
    log_visit(client_ip);
    return {200, image_page(image)};
  } catch (const UpstreamError& error) {
    std::fprintf(stderr, "%s\n", error.what());
  } catch (const BadJson& error) {
    std::fprintf(stderr, "image_of_the_day sent no image: %s\n", error.what());
  }
  return {502, message_page("There is no image of the day just now.")};
}

bool Gallery::fails_on_purpose() {
  const std::lock_guard lock(mutex_);
  return static_cast<double>(random_()) < failure_ratio_ * 0x1p32;  // random_() returns values below 2^32
}

// The visitor sees the picture even if no access log can be reached.
void Gallery::log_visit(const std::string& client_ip) try {
  access_logs_.post("/access-log", R"({"clientIp": ")" + client_ip + R"("})");
} catch (const UpstreamError& error) {
  std::fprintf(stderr, "a visit is not logged: %s\n", error.what());
}

}  // namespace gallery
