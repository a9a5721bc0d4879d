#pragma once

#include <cstdint>
#include <string_view>

#include <narthex/detail/export.h>

namespace narthex::detail {

// The random numbers of this process, so that untrusted clients cannot choose values that collide.
struct HashSeed {
  std::uint64_t start;
  std::uint64_t multiplier;
};

NARTHEX_EXPORT HashSeed hash_seed();

// Adds a word to a hash. The multiplication gives 128 bits, and the exclusive or of their halves depends on all bits of
// the word, as in wyhash and aHash. Which words collide depends on both secret factors.
inline std::uint64_t add_to_hash(std::uint64_t hash, std::uint64_t word, std::uint64_t multiplier) noexcept {
  __extension__ using Product = unsigned __int128;
  const Product product = Product{hash ^ word} * multiplier;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Returns the hash of a text. It is not cryptographic: it scatters texts of clients that do not know the seed, and
// label_hash_test.cc compares its collisions with those of random numbers. XXH3 with a seed takes more instructions (54
// against 34 for a text of 7 bytes, 62 against 50 for 28, 133 against 115 for 100) and not less time.
NARTHEX_EXPORT std::uint64_t hash_of_text(std::string_view text, const HashSeed& seed) noexcept;

}  // namespace narthex::detail
