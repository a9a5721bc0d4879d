#pragma once

#include <functional>
#include <string_view>

#include <narthex/labels.h>

namespace narthex {

/// What holds for everything in a registry.
struct RegistryOptions {
  Labels labels = {};  ///< On every series, beside its own: `{{"hostname", "web-1"}}`.
  /// Gets a line when somebody should look into something, such as a family that has reached its `max_series`: from any
  /// thread, at once, without a lock held; what it throws is lost. None: stderr.
  std::function<void(std::string_view line)> diagnostic = {};
};

}  // namespace narthex
