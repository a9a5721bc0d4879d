#pragma once

#include <concepts>
#include <cstdint>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {

namespace detail {
// Has no body: the compiler names it where a negative constant is not allowed.
void the_number_of_observations_must_not_be_negative();
}  // namespace detail

/// The number of observations in `observe(value, number)`: an unsigned integer, or a constant that is not negative. Other
/// types and negative constants do not compile.
///
/// Thread safety: a value like any other.
/// Exceptions: none.
///
/// Example:
///   latency.observe(0.042, 10);
///   latency.observe(0.042, std::uint64_t{replies});
class NARTHEX_VISIBILITY ObservationCount {
 public:
  /// Takes an unsigned integer.
  template <std::unsigned_integral Number>
  requires(!std::same_as<Number, bool>) constexpr ObservationCount(Number number) noexcept : value_(number) {}
  /// Takes a constant, such as 10.
  template <std::signed_integral Number>
  consteval ObservationCount(Number number) noexcept : value_(static_cast<std::uint64_t>(number)) {
    if (number < 0) detail::the_number_of_observations_must_not_be_negative();
  }

  /// Returns the number.
  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return value_; }

 private:
  std::uint64_t value_;
};

}  // namespace narthex
