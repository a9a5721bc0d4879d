#include "http/routes.h"

#include <algorithm>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "http/joined.h"

namespace narthex::detail {

namespace {

// Whether requests for the path arrive under that very name: civetweb decodes and cleans what is asked for.
bool is_reachable(std::string_view path) {
  const auto plain = [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("?#%\\").find(c) == std::string::npos;
  };
  return path.starts_with('/') && std::ranges::all_of(path, plain) && path.find("//") == std::string_view::npos &&
         path.find("/.") == std::string_view::npos && !path.ends_with('.');
}

}  // namespace

void Routes::add(const Registry& registry, const std::string& path) {
  if (!is_reachable(path)) {
    throw OptionsError(
        fmt::format("path {}: the path cannot be served; allowed: it starts with '/', and contains no "
                    "space, '?', '#', '%', '\\', empty part, or part that starts or ends with '.'",
                    quote(path)));
  }
  const std::lock_guard lock(mutex_);
  if (!registries_.emplace(path, registry).second) {
    throw OptionsError(fmt::format("path {}: another registry is served there; use another path", quote(path)));
  }
}

std::optional<Registry> Routes::find(std::string_view path) const {
  const std::lock_guard lock(mutex_);
  const auto found = registries_.find(path);
  return found == registries_.end() ? std::nullopt : std::optional(found->second);
}

std::string Routes::listed() const {
  const std::lock_guard lock(mutex_);
  return joined(registries_, ", ", [](const auto& entry) -> const std::string& { return entry.first; });
}

}  // namespace narthex::detail
