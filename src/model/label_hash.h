#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#define XXH_INLINE_ALL  // label values are short: a call would cost as much as the hash
#include <xxhash.h>

#include "base/bytes.h"

namespace narthex::detail {

// A hash of label values and of their places, and what is seen on the way.
struct LabelHash {
  std::uint32_t hash;
  bool has_quotes;  // some value has a quote
};

// Returns the seed that this process has drawn, so that nobody outside can foresee which values collide.
std::uint64_t hash_seed();

// Returns the word that stands for a value of more than eight bytes.
std::uint64_t long_label_word(std::string_view value, std::uint64_t seed) noexcept;

// Source: XXH3, 64 bits, of the values that are longer than a word, and of all words together. The span may know its
// size, which makes the same hash of fewer instructions.
template <std::size_t kSize>
LabelHash hash_labels(std::span<const std::string_view, kSize> values, std::uint64_t seed) noexcept {
  bool has_quotes = false;
  std::uint64_t quotes = 0;
  const auto word_of = [&, seed](std::string_view value) {
    if (value.size() > 8) {
      has_quotes = has_quotes || value.find('"') != std::string_view::npos;
      return long_label_word(value, seed);
    }
    const std::uint64_t word = short_bytes_at(value.data(), value.size());
    quotes |= matches(word, '"');
    return word ^ value.size() << 61;  // most have no byte there; what collides all the same is compared
  };
  std::uint64_t all = seed;
  constexpr std::size_t kAtOnce = kSize == std::dynamic_extent ? 8 : kSize;
  std::array<std::uint64_t, kAtOnce> words;
  for (std::size_t first = 0; first < values.size(); first += kAtOnce) {
    const std::size_t count = std::min(values.size() - first, kAtOnce);
    for (std::size_t i = 0; i < count; ++i) words[i] = word_of(values[first + i]);
    all = XXH3_64bits_withSeed(words.data(), count * sizeof words[0], all);
  }
  return {static_cast<std::uint32_t>(all), has_quotes || quotes != 0};
}

}  // namespace narthex::detail
