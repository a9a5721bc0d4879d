#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include <httplib.h>
#include <narthex/exposition.h>

/// Answers a scrape from a cpp-httplib server. Another HTTP server needs the same steps: pass the request headers and
/// the query to expose(), and send the reply.
inline void serve_metrics(const narthex::Registry& registry, const httplib::Request& request,
                          httplib::Response& response) {
  if (!request.ranges.empty()) {  // cpp-httplib 0.11 calls a content provider with ranges beyond the end
    response.status = 416;        // Range Not Satisfiable: parts of two scrapes do not fit together
    return;
  }
  const std::string_view target = request.target;  // path and query
  narthex::Exposition reply = narthex::expose(
      registry,
      {.accept = request.get_header_value("Accept"),
       .accept_encoding = request.get_header_value("Accept-Encoding"),
       .timeout = narthex::parse_scrape_timeout(request.get_header_value("X-Prometheus-Scrape-Timeout-Seconds")),
       .query = target.substr(std::min(target.find('?'), target.size()))});
  if (!reply.content_encoding.empty()) response.set_header("Content-Encoding", reply.content_encoding);
  // A content provider, because set_content() compresses text again that is already compressed.
  const std::size_t size = reply.body.size();
  response.set_content_provider(
      size, reply.content_type,
      [body = std::move(reply.body)](std::size_t from, std::size_t count, httplib::DataSink& out) {
        return out.write(body.data() + from, count);
      });
}
