#pragma once

#include <functional>
#include <string_view>

namespace narthex::detail {

// Writes the log lines of a registry: to the callback of its options, or to stderr.
// Thread safety: all members may be called concurrently. They take no lock.
class Diagnostics {
 public:
  using Callback = std::function<void(std::string_view line)>;

  explicit Diagnostics(Callback callback);

  // Ignores an exception of the callback, because an update or a lookup cannot handle it.
  void log(std::string_view line) const noexcept;

 private:
  const Callback callback_;
};

}  // namespace narthex::detail
