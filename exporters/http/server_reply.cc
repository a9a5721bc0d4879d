#include "http/server_reply.h"

#include <cstddef>
#include <ctime>
#include <exception>
#include <optional>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace narthex::detail {

namespace {

constexpr std::string_view kPlain = "text/plain; charset=utf-8";

// A body up to this size is appended to the head: copying it takes less time than sending another packet.
constexpr std::size_t kMaxShortBody = 16'384;

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 429:
      return "Too Many Requests";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

// Returns the lines before the body. `more` holds further header lines, each with its line end.
std::string head(int status, std::string_view content_type, std::size_t length, std::string_view more = {}) {
  const std::string date = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
  return fmt::format(
      "HTTP/1.1 {} {}\r\n"
      "Date: {}\r\n"
      "Content-Type: {}\r\n"
      "Content-Length: {}\r\n"
      "{}"
      "Connection: close\r\n"
      "\r\n",
      status, reason(status), date, content_type, length, more);
}

ServerReply message(int status, std::string text, std::string& memory, std::string_view more = {}) {
  memory = std::move(text);
  return {status, head(status, kPlain, memory.size(), more), memory};
}

ServerReply exposition(const Registry& registry, const ExpositionRequest& scrape, std::string& memory) {
  Exposition reply{.body = std::move(memory)};
  expose(registry, scrape, reply);
  memory = std::move(reply.body);
  std::string more = "Vary: Accept, Accept-Encoding\r\n";
  if (!reply.content_encoding.empty()) more += fmt::format("Content-Encoding: {}\r\n", reply.content_encoding);
  return {200, head(200, reply.content_type, memory.size(), more), memory};
}

ServerReply full_reply(const ServerRequest& request, const Routes& routes, std::string& memory) {
  if (const int status = request.admission.status; status != 200) {
    return message(status, fmt::format("{}\n", reason(status)), memory);
  }
  if (request.is_ambiguous) {
    return message(400, "a request must not have both a Content-Length and a Transfer-Encoding\n", memory);
  }
  const std::optional<Registry> registry = routes.find(request.path);
  if (!registry)
    return message(404, fmt::format("nothing is served on this path; allowed: {}\n", routes.listed()), memory);
  if (request.method != "GET" && request.method != "HEAD") {
    return message(405, "method not allowed; allowed: GET, HEAD\n", memory, "Allow: GET, HEAD\r\n");
  }
  try {
    return exposition(*registry, request.scrape, memory);
  } catch (const std::exception& error) {
    return message(500, fmt::format("cannot collect the metrics: {}\n", error.what()), memory);
  }
}

}  // namespace

ServerReply reply_to(const ServerRequest& request, const Routes& routes, std::string& memory) noexcept {
  try {
    ServerReply full = full_reply(request, routes, memory);
    full.head.insert(full.head.size() - 2, request.admission.headers);  // before the empty line
    if (request.method == "HEAD") full.body = {};
    if (full.body.size() <= kMaxShortBody) full.head += std::exchange(full.body, {});
    return full;
  } catch (...) {  // no memory for a message
    return {};
  }
}

}  // namespace narthex::detail
