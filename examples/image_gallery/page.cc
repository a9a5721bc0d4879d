#include "page.h"

#include <map>

namespace gallery {

namespace {

std::string escape(const std::string& text) {
  static const std::map<char, std::string> kEntities = {
      {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
  std::string html;
  for (const char c : text) {
    const auto entity = kEntities.find(c);
    html += entity == kEntities.end() ? std::string(1, c) : entity->second;
  }
  return html;
}

std::string page(const std::string& content) {
  return "<!DOCTYPE html>\n"
         "<html lang=\"en\">\n"
         "<head><meta charset=\"utf-8\"><title>Image gallery</title></head>\n"
         "<body>\n"
         "<h1>Image of the day</h1>\n" +
         content +
         "</body>\n"
         "</html>\n";
}

}  // namespace

std::string image_page(const Image& image) {
  const std::string caption = escape(image.caption);
  return page("<figure>\n<img src=\"" + escape(image.url) + "\" alt=\"" + caption + "\" height=\"320\">\n<figcaption>" +
              caption + " &copy; " + escape(image.copyright) + "</figcaption>\n</figure>\n");
}

std::string message_page(const std::string& message) { return page("<p>" + escape(message) + "</p>\n"); }

}  // namespace gallery
