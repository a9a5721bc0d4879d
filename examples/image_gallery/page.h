#pragma once

#include <string>

#include "image.h"

namespace gallery {

/// Returns an HTML page that shows an image. The texts of the image are escaped.
std::string image_page(const Image& image);

/// Returns an HTML page with a message instead of an image.
std::string message_page(const std::string& message);

}  // namespace gallery
