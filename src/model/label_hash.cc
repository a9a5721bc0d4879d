#include "model/label_hash.h"

#include <random>

namespace narthex::detail {

std::uint64_t hash_seed() {
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
