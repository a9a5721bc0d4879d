// The API of the photo gallery. It returns the picture of the day as JSON, from a cache after the first call.

#include <chrono>
#include <string>

#include <narthex/narthex.h>
#include <nlohmann/json.hpp>

#include "command_line.h"
#include "image_of_the_day.h"
#include "json.h"
#include "service.h"

int main(int argc, char** argv) {
  gallery::CommandLine line("image_of_the_day", "Hands out the picture of the day as JSON.");
  gallery::Place place{.port = 8011};
  gallery::add_options(line, place);
  gallery::ImageSource source{.file = IMAGE_OF_THE_DAY_SOURCE};
  line.add("--source", "FILE", "stands in for a picture service (" + source.file + ")",
           [&](const std::string& value) { source.file = value; });
  line.add("--delay", "TIME", "how long that service takes (300ms)",
           [&](const std::string& value) { source.delay = gallery::parse_time(value); });
  line.add("--cache-seconds", "N", "how long a picture is kept (3600)",
           [&](const std::string& value) { source.cache = std::chrono::seconds(gallery::parse_whole(value)); });

  return gallery::run(line, argc, argv, [&] {
    narthex::Registry registry;
    gallery::ImageOfTheDay images(registry, source);
    gallery::Service service(registry, {.routes = {"/image"}, .native = {}}, "/actuator/prometheus");
    service.get("/image", [&](const httplib::Request&, httplib::Response& response) {
      const gallery::Image image = images.get();
      gallery::reply_json(response, 200,
                          {{"url", image.url}, {"caption", image.caption}, {"copyright", image.copyright}});
    });
    return service.serve(line.program(), place);
  });
}
