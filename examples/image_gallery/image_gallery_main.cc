// The web page of the photo gallery. It shows the picture of the day and logs each visit.

#include <string>

#include <narthex/narthex.h>

#include "command_line.h"
#include "gallery.h"
#include "service.h"

namespace {

void add_options(gallery::CommandLine& line, gallery::GalleryOptions& options) {
  line.add("--image-url", "URL", "image_of_the_day (http://127.0.0.1:8011)",
           [&](const std::string& value) { options.images = {gallery::parse_url(value)}; });
  line.add("--access-log-url", "URL", "access_log, once for each replica (http://127.0.0.1:8012)",
           [&](const std::string& value) { options.access_logs.push_back(gallery::parse_url(value)); });
  line.add("--timeout", "TIME", "how long another service may be silent (2s)",
           [&](const std::string& value) { options.timeout = gallery::parse_time(value); });
  line.add("--failure-ratio", "RATIO", "part of the visits that fails on purpose (0.1)",
           [&](const std::string& value) { options.failure_ratio = gallery::parse_ratio(value); });
  line.add("--seed", "N", "which visits these are (0)",
           [&](const std::string& value) { options.seed = gallery::parse_whole(value); });
}

}  // namespace

int main(int argc, char** argv) {
  gallery::CommandLine line("image_gallery", "Shows the picture of the day, and logs each visit.");
  gallery::Place place{.port = 8010};
  gallery::add_options(line, place);
  gallery::GalleryOptions options{.images = {{"127.0.0.1", 8011}}};
  add_options(line, options);

  return gallery::run(line, argc, argv, [&] {
    if (options.access_logs.empty()) options.access_logs = {{"127.0.0.1", 8012}};
    narthex::Registry registry;
    gallery::Gallery visitors(registry, options);
    gallery::Service service(registry, {.prefix = "image_gallery"});
    service.get("/", [&](const httplib::Request& request, httplib::Response& response) {
      const gallery::Page page = visitors.visit(request.remote_addr);
      response.status = page.status;
      response.set_content(page.html, "text/html; charset=utf-8");
    });
    return service.serve(line.program(), place);
  });
}
