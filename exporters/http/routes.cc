#include "http/routes.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

namespace narthex::detail {

namespace {

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
  if (!routes_.emplace(path, std::move(route)).second) {
    throw OptionsError(fmt::format("path {}: something else is served there; use another path", quote(path)));
  }
}

std::optional<Route> Routes::find(std::string_view path) const {
  const std::lock_guard lock(mutex_);
  const auto found = routes_.find(path);
  return found == routes_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> Routes::paths() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> paths;
  for (const auto& [path, route] : routes_) paths.push_back(path);
  std::ranges::stable_partition(
      paths, [this](const std::string& path) { return std::holds_alternative<Registry>(routes_.find(path)->second); });
  return paths;
}

}  // namespace narthex::detail
