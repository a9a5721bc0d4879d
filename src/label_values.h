#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "escape.h"

namespace narthex::detail {

// The values of one series' labels, as they stand in its text: UTF-8 and escaped.
using EscapedValues = std::span<const std::string_view>;

// Values that had to be changed for that. Bytes that are not UTF-8 become U+FFFD and are counted.
class EscapedCopy {
 public:
  explicit EscapedCopy(std::span<const std::string_view> values);
  EscapedValues values() const noexcept { return views_; }

 private:
  std::vector<std::string> texts_;
  std::vector<std::string_view> views_;
};

// Calls call(escaped values); plain values are passed on as they are.
template <class Call>
auto with_escaped(std::span<const std::string_view> values, Call call) {
  if (std::ranges::all_of(values, is_plain)) return call(EscapedValues(values));
  return call(EscapedCopy(values).values());
}

// Returns a hash under a seed that every process draws for itself, so that nobody outside can foresee which values
// collide.
std::uint32_t hash_of(EscapedValues values) noexcept;

}  // namespace narthex::detail
