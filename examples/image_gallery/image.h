#pragma once

#include <string>

namespace gallery {

/// A picture, as image_of_the_day returns it.
struct Image {
  std::string url, caption, copyright;
};

/// Parses `{"url": "...", "caption": "...", "copyright": "..."}`. Throws BadJson.
Image parse_image(const std::string& json);

}  // namespace gallery
