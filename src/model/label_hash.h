#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#define XXH_INLINE_ALL  // label values are short: a function call would cost as much as the hash
#include <xxhash.h>

#include "base/bytes.h"

namespace narthex::detail {

// A hash of label values in their order.
struct LabelHash {
  std::uint32_t hash;
  bool has_quotes;  // some value has a quote
};

// Returns the random seed of this process, so that untrusted clients cannot choose values that collide.
std::uint64_t hash_seed();

// Returns the word for a value of more than eight bytes.
std::uint64_t long_label_word(std::string_view value, std::uint64_t seed) noexcept;

// Returns the 64-bit XXH3 hash of all words. A value of up to eight bytes is its own word; the word of a longer value
// is its hash. A span with a fixed size gives the same hash with fewer instructions.
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
    return word ^ value.size() << 61;  // the highest byte is mostly 0; values with equal hashes are compared
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
