#pragma once

#include <cstdint>
#include <string_view>

#define XXH_INLINE_ALL  // label values are short: a function call would cost as much as the hash
#include <xxhash.h>

namespace narthex::detail {

// The random numbers of this process, so that untrusted clients cannot choose values that collide.
struct HashSeed {
  std::uint64_t start;
  std::uint64_t multiplier;
};

HashSeed hash_seed();

// Adds a word to a hash. The multiplication gives 128 bits, and the exclusive or of their halves depends on all bits of
// the word, as in wyhash and aHash. Which words collide depends on both secret factors.
inline std::uint64_t add_to_hash(std::uint64_t hash, std::uint64_t word, std::uint64_t multiplier) noexcept {
  __extension__ using Product = unsigned __int128;
  const Product product = Product{hash ^ word} * multiplier;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Returns the hash of a longer text. Not inlined, because XXH3 of long texts is a lot of code.
[[gnu::noinline]] inline std::uint64_t hash_of_text(std::string_view text, const HashSeed& seed) noexcept {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed.start);
}

}  // namespace narthex::detail
