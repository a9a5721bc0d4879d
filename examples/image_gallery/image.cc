#include "image.h"

#include <utility>

#include "json.h"

namespace gallery {

Image parse_image(const std::string& json) {
  auto fields = strings_in(json, {"url", "caption", "copyright"});
  return {.url = std::move(fields[0]), .caption = std::move(fields[1]), .copyright = std::move(fields[2])};
}

}  // namespace gallery
