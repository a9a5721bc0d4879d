#pragma once

#include <string>

#include "image.h"

namespace gallery {

/// Returns the page that shows an image: HTML, whatever the image's texts hold.
std::string image_page(const Image& image);

/// Returns a page that says something instead.
std::string message_page(const std::string& message);

}  // namespace gallery
