#include <narthex/detail/signed_sum.h>

#include "base/compensated_sum.h"
#include "shards/promotion.h"

namespace narthex::detail {

void SignedSum::add(double amount) noexcept {
  double before = sum.load(std::memory_order_relaxed);  // relaxed: the compare-exchange checks it
  // relaxed: a sum orders nothing else
  while (!sum.compare_exchange_weak(before, before + amount, std::memory_order_relaxed)) {
  }
  const double lost = rounding_error(before, amount, before + amount);
  if (lost != 0) add_atomically(error, lost);
}

}  // namespace narthex::detail
