#include "model/label_hash.h"

#include <random>

#include "base/fork_gate.h"

namespace narthex::detail {

std::uint64_t hash_seed() {
  const ForkGate::Pass pass;  // the child of a fork would wait for an initializer of another thread
  static const std::uint64_t seed = [] {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
  }();
  return seed;
}

std::uint64_t long_label_word(std::string_view value, std::uint64_t seed) noexcept {
  return XXH3_64bits_withSeed(value.data(), value.size(), seed);
}

}  // namespace narthex::detail
