#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include <httplib.h>
#include <narthex/exposition.h>

/// Answers a scrape from a cpp-httplib server. All that another HTTP server needs: hand over what the scraper wants, and
/// send back what comes.
inline void serve_metrics(const narthex::Registry& registry, const httplib::Request& request,
                          httplib::Response& response) {
  if (!request.ranges.empty()) {  // cpp-httplib 0.11 asks a content provider for ranges beyond its end as well
    response.status = 416;        // Range Not Satisfiable; parts of two scrapes would not fit together anyhow
    return;
  }
  const std::string_view target = request.target;  // what was asked for, query and all
  narthex::Exposition reply = narthex::expose(
      registry,
      {.accept = request.get_header_value("Accept"),
       .accept_encoding = request.get_header_value("Accept-Encoding"),
       .timeout = narthex::parse_scrape_timeout(request.get_header_value("X-Prometheus-Scrape-Timeout-Seconds")),
       .query = target.substr(std::min(target.find('?'), target.size()))});
  if (!reply.content_encoding.empty()) response.set_header("Content-Encoding", reply.content_encoding);
  // A content provider, because set_content() compresses text on its own, also what is compressed already.
  const std::size_t size = reply.body.size();
  response.set_content_provider(
      size, reply.content_type,
      [body = std::move(reply.body)](std::size_t from, std::size_t count, httplib::DataSink& out) {
        return out.write(body.data() + from, count);
      });
}
