#include "routes.h"

#include <algorithm>

#include <fmt/format.h>
#include <narthex/error.h>

namespace narthex::detail {

void Routes::add(const Registry& registry, const std::string& path) {
  const auto plain = [](char c) { return c > ' ' && c < 0x7f && c != '?' && c != '#' && c != '%'; };
  if (!path.starts_with('/') || !std::ranges::all_of(path, plain)) {
    throw RegistrationError(fmt::format(
        "civetweb exporter: '{}' is no path to serve; it starts with '/' and holds no blank, '?', '#' or '%'", path));
  }
  const std::lock_guard lock(mutex_);
  if (!registries_.emplace(path, registry).second) {
    throw RegistrationError(fmt::format("civetweb exporter: another registry is served on '{}' already", path));
  }
}

std::optional<Registry> Routes::find(std::string_view path) const {
  const std::lock_guard lock(mutex_);
  const auto found = registries_.find(path);
  return found == registries_.end() ? std::nullopt : std::optional(found->second);
}

std::string Routes::listed() const {
  const std::lock_guard lock(mutex_);
  std::string list;
  for (const auto& [path, registry] : registries_) {
    if (!list.empty()) list += ", ";
    list += path;
  }
  return list;
}

}  // namespace narthex::detail
