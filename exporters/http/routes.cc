#include "http/routes.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

namespace narthex::detail {

namespace {

using Entry = std::pair<std::string, Route>;

// Whether requests for the path arrive under exactly that name: HttpExporter compares paths as they are, and civetweb decodes and cleans
// them first.
bool is_reachable(std::string_view path) {
  const auto plain = [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("?#%\\").find(c) == std::string::npos;
  };
  return path.starts_with('/') && std::ranges::all_of(path, plain) && path.find("//") == std::string_view::npos &&
         path.find("/.") == std::string_view::npos && !path.ends_with('.');
}

}  // namespace

void Routes::add(const std::string& path, Route route) {
  if (!is_reachable(path)) {
    throw OptionsError(
        fmt::format("path {}: the path cannot be served; allowed: it starts with '/', and contains no "
                    "space, '?', '#', '%', '\\', empty part, or part that starts or ends with '.'",
                    quote(path)));
  }
  const std::lock_guard lock(mutex_);
  if (std::ranges::find(routes_, path, &Entry::first) != routes_.end()) {
    throw OptionsError(fmt::format("path {}: something else is served there; use another path", quote(path)));
  }
  routes_.emplace_back(path, std::move(route));
}

std::optional<Route> Routes::find(std::string_view path) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(routes_, path, &Entry::first);
  return found == routes_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> Routes::paths() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> paths;
  paths.reserve(routes_.size());
  for (const auto& [path, route] : routes_) paths.push_back(path);
  return paths;
}

}  // namespace narthex::detail
