#include "routes.h"

#include <cstddef>
#include <string>

#include <nlohmann/json.hpp>

#include "../serve_metrics.h"

namespace access_log {

namespace {

using httplib::ContentReader;
using httplib::Request;
using httplib::Response;

constexpr std::size_t kMaxBodyBytes = 4096;

void reply_json(Response& response, int status, const nlohmann::json& json) {
  response.status = status;
  // What we quote need not be UTF-8, or was cut in the middle of a character.
  response.set_content(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n", "application/json");
}

void refuse(Response& response, int status, const std::string& reason) {
  reply_json(response, status, {{"error", reason}});
}

void receive_log(AccessLog& log, const Request& request, Response& response, const ContentReader& read) {
  if (request.is_multipart_form_data()) return refuse(response, 400, "not JSON: the body is a form");
  // The server's own limit looks at Content-Length only: a chunked or compressed body has to be stopped here.
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
  } catch (const BadLog& error) {
    refuse(response, 400, error.what());
  }
}

}  // namespace

void add_routes(httplib::Server& server, AccessLog& log, const narthex::Registry& registry) {
  server.set_payload_max_length(kMaxBodyBytes);
  server.Post("/access-log", [&log](const Request& request, Response& response, const ContentReader& read) {
    receive_log(log, request, response, read);
  });
  server.Get("/stats", [&log](const Request&, Response& response) {
    reply_json(response, 200, {{"logs", log.logs()}});
  });
  server.Get("/metrics",
             [registry](const Request& request, Response& response) { serve_metrics(registry, request, response); });
  server.set_error_handler([](const Request& request, Response& response) {
    if (response.status != 404) return;
    refuse(response, 404,
           "nothing answers " + request.method + " '" + request.path +
               "'; try POST /access-log, GET /stats or GET /metrics");
  });
}

}  // namespace access_log
