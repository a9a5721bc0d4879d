#include "http/server_reply.h"

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "http/joined.h"

namespace narthex::detail {

namespace {

constexpr std::string_view kPlain = "text/plain; charset=utf-8";

// A body up to this size is appended to the head: copying it takes less time than sending another packet.
constexpr std::size_t kMaxShortBody = 16'384;

// Returns the current time as RFC 9110 writes it: "Sun, 06 Nov 1994 08:49:37 GMT". <fmt/chrono.h> adds 60 kB for this.
std::string http_date() {
  static constexpr std::string_view kDays[]{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::string_view kMonths[]{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[utc.tm_wday], utc.tm_mday, kMonths[utc.tm_mon],
                     utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

// Returns the lines before the body. `lines` holds further header lines, each with its line end.
std::string head_of(int status, std::string_view content_type, std::size_t length, const ReplyForm& form,
                    std::string_view lines) {
  return fmt::format(
      "HTTP/1.1 {} {}\r\n"
      "Date: {}\r\n"
      "Content-Type: {}\r\n"
      "Content-Length: {}\r\n"
      "{}{}"
      "Connection: {}\r\n"
      "\r\n",
      status, reason_phrase(status), http_date(), content_type, length, lines, form.headers,
      form.keeps_alive ? "keep-alive" : "close");
}

}  // namespace

std::string_view reason_phrase(int status) noexcept {
  static constexpr std::pair<int, std::string_view> kReasons[]{
      {200, "OK"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {503, "Service Unavailable"},
      {505, "HTTP Version Not Supported"},
  };
  const auto found = std::ranges::find(kReasons, status, &std::pair<int, std::string_view>::first);
  return found == std::end(kReasons) ? std::string_view("Other") : found->second;
}

ServerReply message_reply(int status, std::string_view text, const ReplyForm& form, std::string_view lines) {
  ServerReply reply{.status = status, .head = head_of(status, kPlain, text.size() + 1, form, lines)};
  if (!form.is_head) reply.head.append(text).append("\n");
  return reply;
}

std::variant<Route, ServerReply> find_route(const RequestLine& request, const Routes& routes, const ReplyForm& form,
                                            bool has_page) {
  static constexpr std::string_view kMethods[]{"POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};
  const bool is_read = request.method == "GET" || request.method == "HEAD";
  if (!is_read && std::ranges::find(kMethods, request.method) == std::end(kMethods)) {
    return message_reply(501, "the method is unknown; allowed: GET, HEAD", form, "Allow: GET, HEAD\r\n");
  }
  std::optional<Route> route = routes.find(request.path);
  if (!route && (is_read || (!has_page && request.path.starts_with('/')))) {
    return message_reply(404, "nothing is served on this path; allowed: " + joined(routes.paths(), ", "), form);
  }
  if (!is_read) {
    return message_reply(405, "method not allowed; allowed: GET, HEAD", form, "Allow: GET, HEAD\r\n");
  }
  return *std::move(route);
}

ServerReply body_reply(int status, std::string_view content_type, std::shared_ptr<const ReplyBody> body,
                       const ReplyForm& form, std::string_view lines) {
  const std::string_view bytes = body->bytes();
  ServerReply reply{.status = status, .head = head_of(status, content_type, bytes.size(), form, lines)};
  if (form.is_head) return reply;
  if (bytes.size() <= kMaxShortBody) {
    reply.head += bytes;
  } else {
    reply.body = std::move(body);
  }
  return reply;
}

ServerReply exposition_reply(std::string_view content_type, std::string_view content_encoding,
                             std::shared_ptr<const ReplyBody> body, const ReplyForm& form) {
  std::string lines = "Vary: Accept, Accept-Encoding\r\n";
  if (!content_encoding.empty()) lines += fmt::format("Content-Encoding: {}\r\n", content_encoding);
  return body_reply(200, content_type, std::move(body), form, lines);
}

}  // namespace narthex::detail
