#pragma once

#include <utility>

namespace narthex::detail {

// Encloses an allocation that an update makes. A program may count allocations in its own operator new, and that
// update then runs inside the outer one. The inner guard converts to false: the inner update must not allocate, and
// goes to the base of its series.
class ReentrancyGuard {
 public:
  ReentrancyGuard() noexcept : is_outermost_(!std::exchange(t_is_inside, true)) {}
  ReentrancyGuard(const ReentrancyGuard&) = delete;
  ReentrancyGuard& operator=(const ReentrancyGuard&) = delete;
  ~ReentrancyGuard() {
    if (is_outermost_) t_is_inside = false;
  }
  explicit operator bool() const noexcept { return is_outermost_; }
  // Whether this thread has a guard.
  static bool is_inside() noexcept { return t_is_inside; }

 private:
  static inline constinit thread_local bool t_is_inside = false;

  const bool is_outermost_;
};

}  // namespace narthex::detail
