#include "instrumentation/http_routes.h"

#include <algorithm>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

namespace narthex::detail {

namespace {

[[noreturn]] void refuse(const std::string& text, std::string_view error) {
  throw OptionsError(fmt::format("HTTP route {}: {}", quote(text), error));
}

// Takes the next segment off a path that starts with a slash.
std::string_view next_segment(std::string_view& path) noexcept {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

// Whether a segment is a parameter of another framework, such as ':id', '<id>', '[id]', '{id:int}', or '{path...}', or
// contains a character of wildcards and regular expressions.
// A path of a request cannot contain most of these characters.
bool is_pattern(std::string_view segment) noexcept {
  return segment.starts_with(':') || (segment.starts_with('{') && segment.find(':') != std::string_view::npos) ||
         segment.find_first_of("*<>[]\\^|") != std::string_view::npos || segment.ends_with("...}");
}

}  // namespace

HttpRoutes::HttpRoutes(const std::vector<std::string>& templates) {
  for (const std::string& text : templates) routes_.push_back(parsed(text));
  std::ranges::sort(routes_, {}, &Route::segments);
  const auto twin = std::ranges::adjacent_find(routes_, {}, &Route::segments);
  if (twin == routes_.end()) return;
  refuse(twin[1].text,
         fmt::format("it matches the same paths as {}; each path must match one template", quote(twin->text)));
}

HttpRoutes::Route HttpRoutes::parsed(const std::string& text) {
  if (!text.starts_with('/')) refuse(text, "a route template must start with '/', for example '/users/{id}'");
  if (text.find_first_of("?#") != std::string::npos)
    refuse(text, "a route template must not contain '?' or '#'; allowed: only a path");
  Route route{{}, text, text.substr(0, text.find('{'))};
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view segment = next_segment(rest);
    const bool is_parameter = segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
    const std::string_view inside = is_parameter ? segment.substr(1, segment.size() - 2) : segment;
    if (inside.find_first_of("{}") != std::string_view::npos || is_pattern(segment)) {
      refuse(text, fmt::format("{} is not a valid segment; allowed: plain text, or a parameter such as '{{id}}'",
                               quote(segment)));
    }
    route.segments.push_back({is_parameter, std::string(is_parameter ? "" : inside)});
  }
  return route;
}

bool HttpRoutes::matches(const Route& route, std::string_view path) noexcept {
  if (!path.starts_with(route.beginning)) return false;
  for (const Segment& segment : route.segments) {
    if (path.empty()) return false;
    const std::string_view given = next_segment(path);
    if (segment.is_parameter ? given.empty() : given != segment.literal) return false;
  }
  return path.empty();
}

std::size_t HttpRoutes::match(std::string_view path) const noexcept {
  if (!path.starts_with('/')) return size();
  const auto found = std::ranges::find_if(routes_, [path](const Route& route) { return matches(route, path); });
  return static_cast<std::size_t>(found - routes_.begin());
}

}  // namespace narthex::detail
