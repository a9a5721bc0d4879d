#pragma once

#include <string>

namespace gallery {

/// A picture, as image_of_the_day hands it out.
struct Image {
  std::string url, caption, copyright;
};

/// Reads `{"url": "...", "caption": "...", "copyright": "..."}`. Throws BadJson.
Image parse_image(const std::string& json);

}  // namespace gallery
