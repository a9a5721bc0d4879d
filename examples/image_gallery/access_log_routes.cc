#include "access_log_routes.h"

#include <cstddef>
#include <string>

#include <nlohmann/json.hpp>

#include "json.h"

namespace gallery {

namespace {

using httplib::ContentReader;
using httplib::Request;
using httplib::Response;

constexpr std::size_t kMaxBodyBytes = 4096;

void receive_log(AccessLog& log, const Request& request, Response& response, const ContentReader& read) {
  if (request.is_multipart_form_data()) return refuse(response, 400, "not JSON: the body is a form");
  // The limit of the server checks Content-Length only. A chunked or compressed body must be stopped here.
  std::string body;
  bool fits = true;
  const bool complete = read([&](const char* data, std::size_t size) {
    fits = size <= kMaxBodyBytes - body.size();
    if (fits) body.append(data, size);
    return fits;
  });
  if (!fits || response.status == 413) {
    return refuse(response, 413, "the body is longer than " + std::to_string(kMaxBodyBytes) + " bytes");
  }
  if (!complete) return refuse(response, 400, "the body cannot be read to its end: '" + body + "'");
  try {
    log.add(body);
    response.status = 201;
  } catch (const BadJson& error) {
    refuse(response, 400, error.what());
  }
}

}  // namespace

void add_routes(Service& service, AccessLog& log) {
  service.server().set_payload_max_length(kMaxBodyBytes);
  service.post("/access-log", [&log](const Request& request, Response& response, const ContentReader& read) {
    receive_log(log, request, response, read);
  });
  service.get("/stats", [&log](const Request&, Response& response) {
    reply_json(response, 200, {{"logs", log.logs()}});
  });
}

}  // namespace gallery
