#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include <httplib.h>
#include <narthex/exposition.h>

/// Handles a scrape in a cpp-httplib server. Another HTTP server does the same: it fills an ExpositionRequest, calls
/// expose(), and sends the reply.
inline void serve_metrics(const narthex::Registry& registry, const httplib::Request& request,
                          httplib::Response& response) {
  if (!request.ranges.empty()) {  // cpp-httplib 0.11 passes ranges beyond the end to a content provider
    response.status = 416;        // Range Not Satisfiable; parts of two scrapes do not fit together
    return;
  }
  const auto scrape = narthex::ExpositionRequest::from(
      [&request](const std::string& name) { return request.headers.equal_range(name); }, request.target);
  narthex::Exposition reply = narthex::expose(registry, scrape);
  if (!reply.content_encoding.empty()) response.set_header("Content-Encoding", reply.content_encoding);
  // set_content() would compress a text again that is compressed already.
  const std::size_t size = reply.body.size();
  response.set_content_provider(
      size, reply.content_type,
      [body = std::move(reply.body)](std::size_t from, std::size_t count, httplib::DataSink& out) {
        return out.write(body.data() + from, count);
      });
}
