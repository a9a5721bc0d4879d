#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <string_view>

#include "exemplars/stored_exemplar.h"

namespace narthex::detail {

// The exemplars of a native histogram: ten, by rising value, spread over the sizes that were observed. A full list that
// gets another one drops its oldest if that is out of date; else one of the two that are closest to each other, as
// sizes go: 1 and 2 are as far apart as 100 and 200.
// Threads: one at a time.
class NativeExemplars {
 public:
  using Time = StoredExemplar::Time;

  static constexpr std::size_t kMost = 10;
  static constexpr std::chrono::minutes kLifetime{5};

  // Returns whether there was memory; if not, nothing changes. The value is not NaN.
  bool add(double value, Time at, std::string_view labels) noexcept;

  std::span<const StoredExemplar> all() const noexcept { return {exemplars_.data(), size_}; }

 private:
  std::size_t to_be_replaced(double value, Time at) const noexcept;
  void sort_in(std::size_t place) noexcept;

  std::array<StoredExemplar, kMost> exemplars_;
  std::size_t size_ = 0;
};

}  // namespace narthex::detail
