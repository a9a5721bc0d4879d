#include "model/label_hash.h"

#include <random>

#include "base/fork_gate.h"

namespace narthex::detail {

HashSeed hash_seed() {
  const ForkGate::Pass pass;  // the child of a fork would wait for an initializer of another thread
  static const HashSeed seed = [] {
    std::random_device device;
    const auto word = [&device] { return std::uint64_t{device()} << 32 | device(); };
    return HashSeed{word(), word() | 1};  // odd, so that the lower half of the product is different for each word
  }();
  return seed;
}

}  // namespace narthex::detail
