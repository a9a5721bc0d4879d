#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace narthex::detail {

// The values of one series' labels, in the order in which their names were declared.
using LabelValues = std::span<const std::string_view>;

// Values as they stand in the text of a series: escaped, and made UTF-8, where every byte that is part of no character
// becomes U+FFFD and is counted.
class EscapedValues {
 public:
  explicit EscapedValues(LabelValues raw);

  operator LabelValues() const noexcept { return views_; }
  // Whether none had to be changed.
  bool are_raw() const noexcept { return texts_.empty(); }

 private:
  std::vector<std::string> texts_;
  std::vector<std::string_view> views_;
};

// Returns the seed that this process has drawn, so that nobody outside can foresee which values collide.
std::uint64_t hash_seed();

// A hash of the values and of their places, and what is seen on the way.
// Source: XXH3, 64 bits, of the values that are longer than a word, and of all words together.
struct LabelHash {
  LabelHash(LabelValues values, std::uint64_t seed) noexcept;

  std::uint32_t hash;
  bool has_quotes;  // some value has a quote
};

}  // namespace narthex::detail
