#pragma once

#include <concepts>
#include <cstdint>

#include <narthex/detail/export.h>
#include <narthex/detail/label_value.h>

namespace NARTHEX_VISIBILITY narthex {

namespace detail {
// Is not defined. The constructor calls it for a negative constant, so that the error of the compiler shows this name.
void the_number_of_observations_must_not_be_negative();
}  // namespace detail

/// The number of observations in `observe(value, number)`: an unsigned integer, or a constant that is not negative. Other
/// types and negative constants do not compile.
///
/// Thread safety: concurrent reads are safe.
/// Exceptions: none.
///
/// Example:
///   latency.observe(0.042, 10);
///   latency.observe(0.042, replies.size());
class NARTHEX_VISIBILITY ObservationCount {
 public:
  /// Takes an unsigned integer.
  template <std::unsigned_integral Number>
  requires(!std::same_as<Number, bool> &&
           !detail::CharacterType<Number>) constexpr ObservationCount(Number number) noexcept
      : value_(number) {}
  /// Takes a constant, such as 10.
  template <std::signed_integral Number>
  requires(!detail::CharacterType<Number>) consteval ObservationCount(Number number) noexcept
      : value_(static_cast<std::uint64_t>(number)) {
    if (number < 0) detail::the_number_of_observations_must_not_be_negative();
  }

  /// Returns the number.
  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return value_; }

 private:
  std::uint64_t value_;
};

}  // namespace narthex
