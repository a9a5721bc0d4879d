#include "model/label_hash.h"

#include <atomic>
#include <random>

#define XXH_INLINE_ALL  // inlined into hash_of()
#include <narthex/detail/label_value.h>
#include <xxhash.h>

#include "base/fork_gate.h"

namespace narthex::detail {

namespace {

// The start of the seed. Set when the first family is created. Only a lookup in a default Family, which has no series,
// reads it earlier.
constinit std::atomic<std::uint64_t> start_of_seed{0};

std::uint64_t hash_of(std::string_view text, std::uint64_t start) noexcept {
  return XXH3_64bits_withSeed(text.data(), text.size(), start);
}

}  // namespace

HashSeed hash_seed() {
  const ForkGate::Pass pass;  // the child of a fork would wait for an initializer of another thread
  static const HashSeed seed = [] {
    std::random_device device;
    const auto word = [&device] { return std::uint64_t{device()} << 32 | device(); };
    const HashSeed random{word(), word() | 1};  // odd, so that the lower half of the product differs for each word
    start_of_seed.store(random.start, std::memory_order_relaxed);  // relaxed: the thread that uses a family has seen it
    return random;
  }();
  return seed;
}

std::uint64_t hash_of_text(std::string_view text, const HashSeed& seed) noexcept { return hash_of(text, seed.start); }

std::uint64_t hash_of_long_label(std::string_view value) noexcept {
  return hash_of(value, start_of_seed.load(std::memory_order_relaxed));  // relaxed: as above
}

}  // namespace narthex::detail
