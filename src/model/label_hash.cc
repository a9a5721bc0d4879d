#include "model/label_hash.h"

#include <atomic>
#include <cstddef>
#include <random>

#include <narthex/detail/label_value.h>

#include "base/bytes.h"
#include "base/fork_gate.h"

namespace narthex::detail {

namespace {

// The seed of hash_of_long_label(). Set when the first family is created. Only a lookup in a default Family, which has
// no series, reads it earlier.
constinit std::atomic<std::uint64_t> label_start{0};
constinit std::atomic<std::uint64_t> label_multiplier{0};

HashSeed random_seed() {
  std::random_device device;
  const auto word = [&device] { return std::uint64_t{device()} << 32 | device(); };
  return {word(), word() | 1};  // odd, so that the lower half of the product differs for each word
}

std::uint64_t mixed(std::uint64_t hash, const HashSeed& seed) noexcept {
  return add_to_hash(seed.start, hash, seed.multiplier);
}

inline std::uint64_t hash_of(std::string_view text, HashSeed seed) noexcept {
  const char* at = text.data();
  const std::size_t size = text.size();
  // Texts of different sizes can have the same words, because the last words overlap others. So the hash starts with the
  // size times a secret number, which no choice of bytes cancels.
  std::uint64_t hash = seed.start + size * seed.multiplier;
  if (size < sizeof(std::uint64_t)) return mixed(add_to_hash(hash, short_bytes_at(at, size), seed.multiplier), seed);

  // The products of the pieces do not depend on each other, so that a processor computes them at the same time. Each
  // piece has its own key, so that their order counts.
  const char* const end = at + size;
  std::uint64_t key = seed.multiplier;
  const auto add = [&](const char* first, const char* second) {
    hash += add_to_hash(seed.start, bytes_at(first), bytes_at(second) ^ key);
  };
  constexpr std::ptrdiff_t kPiece = 16;
  for (; end - at > kPiece; at += kPiece) {
    add(at, at + 8);
    key += seed.multiplier;
  }
  add(size > kPiece ? end - kPiece : at,
      end - 8);  // overlaps the piece before it; up to 16 bytes, its two words overlap each other
  return mixed(hash, seed);
}

}  // namespace

HashSeed hash_seed() {
  const ForkGate::Pass pass;  // the child of a fork would wait for an initializer of another thread
  static const HashSeed seed = [] {
    const HashSeed random = random_seed();
    label_start.store(random.start, std::memory_order_relaxed);  // relaxed: the thread that uses a family has seen it
    label_multiplier.store(random.multiplier, std::memory_order_relaxed);  // relaxed: as above
    return random;
  }();
  return seed;
}

std::uint64_t hash_of_text(std::string_view text, const HashSeed& seed) noexcept { return hash_of(text, seed); }

std::uint64_t hash_of_long_label(std::string_view value) noexcept {
  return hash_of(value, {label_start.load(std::memory_order_relaxed),         // relaxed: as in hash_seed()
                         label_multiplier.load(std::memory_order_relaxed)});  // relaxed: as in hash_seed()
}

}  // namespace narthex::detail
