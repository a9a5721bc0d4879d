#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <narthex/registry.h>

namespace narthex::detail {

// The registries and their paths.
class Routes {
 public:
  // Throws OptionsError when the path is taken or is none.
  void add(const Registry& registry, const std::string& path);

  std::optional<Registry> find(std::string_view path) const;

  // Returns all paths, as a message lists them: "/metrics, /internal".
  std::string listed() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Registry, std::less<>> registries_;
};

}  // namespace narthex::detail
