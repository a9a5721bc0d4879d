#include "label_values.h"

#include <random>

#define XXH_INLINE_ALL  // label values are short: a call would cost as much as the hash
#include <xxhash.h>

#include "totals.h"

namespace narthex::detail {

namespace {

std::uint64_t draw_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace

EscapedCopy::EscapedCopy(std::span<const std::string_view> values) : texts_(values.size()) {
  for (std::size_t i = 0; i < values.size(); ++i) append_label_value(texts_[i], as_utf8(values[i]));
  views_.assign(texts_.begin(), texts_.end());
}

std::uint32_t hash_of(EscapedValues values) noexcept {
  static const std::uint64_t seed = draw_seed();
  std::uint64_t hash = seed;
  for (const std::string_view value : values) hash = XXH3_64bits_withSeed(value.data(), value.size(), hash);
  return static_cast<std::uint32_t>(hash);
}

}  // namespace narthex::detail
