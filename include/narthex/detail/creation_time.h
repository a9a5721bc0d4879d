#pragma once

#include <chrono>

#include <narthex/detail/export.h>

namespace narthex::detail {

// When something was made, to some milliseconds: reads the clock that costs least.
class CreationTime {
 public:
  using Time = std::chrono::sys_time<std::chrono::milliseconds>;

  CreationTime() noexcept : time_(now()) {}

  Time time() const noexcept { return time_; }

  NARTHEX_EXPORT static Time now() noexcept;

 private:
  Time time_;
};

}  // namespace narthex::detail
