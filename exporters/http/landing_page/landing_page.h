#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace narthex::detail {

// The page that an exporter serves at `/`: it links to the paths served, and shows their metrics while it is open. It
// reads them itself, so that the server keeps no state for it.
struct LandingPage {
  std::string html;                     // Content-Type: text/html; charset=utf-8
  std::string content_security_policy;  // the value of this header; it belongs to this html only
};

// Returns the page for an exporter that was created at `start`. The page shows the metrics of the first of `paths` until
// the reader chooses another one. It only links to `other_paths`, which serve something else. Each page needs its own
// random number, so that it must be sent with `Cache-Control: no-store`.
//
// Paths may contain any byte. Throws SystemError if the system has no random bytes.
LandingPage landing_page(const std::vector<std::string>& paths, std::chrono::system_clock::time_point start,
                         const std::vector<std::string>& other_paths = {});

}  // namespace narthex::detail
