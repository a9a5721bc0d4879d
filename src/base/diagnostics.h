#pragma once

#include <functional>
#include <string_view>

namespace narthex::detail {

// Where a registry says, in one line, what somebody should look into: to whom its owner wants, or to stderr.
// Threads: any, at once, without a lock.
class Diagnostics {
 public:
  using Callback = std::function<void(std::string_view line)>;

  explicit Diagnostics(Callback callback);

  // What the callback throws is lost: an update or a lookup has no use for it.
  void tell(std::string_view line) const noexcept;

 private:
  const Callback callback_;
};

}  // namespace narthex::detail
