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
  /// Lets names of metrics and labels be any UTF-8: "disk.io", "température". A scraper that knows only letters, digits
  /// and '_' gets them with underscores instead, or as it asks for; Prometheus 3 gets them as they are. Of two families,
  /// or two labels of a series, that are the same then, the second one is left out, and counted.
  bool utf8_names = false;
};

}  // namespace narthex
