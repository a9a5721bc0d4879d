#pragma once

#include <chrono>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// The time of its construction. It reads the cheapest clock, which has a resolution of a few milliseconds.
class CreationTime {
 public:
  using Time = std::chrono::sys_time<std::chrono::milliseconds>;

  CreationTime() noexcept : time_(now()) {}

  Time time() const noexcept { return time_; }

  NARTHEX_EXPORT static Time now() noexcept;

 private:
  Time time_;
};

}  // namespace detail
}  // namespace narthex
