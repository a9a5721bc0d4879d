#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <string_view>

#include "exemplars/stored_exemplar.h"

namespace narthex::detail {

// The exemplars of a native histogram: at most 10, by rising value, spread over the observed values. A full list
// replaces its oldest exemplar if that is older than kLifetime, or else one of the closest pair, the new one included.
// Distances are logarithmic: 1 and 2 are as far apart as 100 and 200. Not thread-safe.
class NativeExemplars {
 public:
  using Time = StoredExemplar::Time;

  static constexpr std::size_t kMaxExemplars = 10;
  static constexpr std::chrono::minutes kLifetime{5};

  // Adds an exemplar of a value that is not NaN. Returns false without memory, and changes nothing then.
  bool add(double value, Time at, std::string_view labels) noexcept;

  std::span<const StoredExemplar> all() const noexcept { return {exemplars_.data(), size_}; }

 private:
  std::size_t index_to_replace(double value, Time at) const noexcept;
  void sort_in(std::size_t index) noexcept;

  std::array<StoredExemplar, kMaxExemplars> exemplars_;
  std::size_t size_ = 0;
};

}  // namespace narthex::detail
