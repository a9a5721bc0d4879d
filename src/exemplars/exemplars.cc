#include <narthex/detail/exemplars.h>

#include <memory>
#include <new>

#include "exemplars/exemplar_copies.h"
#include "exemplars/exemplar_text.h"
#include "exemplars/kept_exemplars.h"
#include "shards/shards.h"

namespace narthex::detail {

Exemplars::Exemplars(const std::shared_ptr<const ExemplarSource>& source)
    : kept_(source ? new KeptExemplars(source) : nullptr) {}

Exemplars::~Exemplars() { delete kept_.load(std::memory_order_relaxed); }  // relaxed: the last user

void Exemplars::give(const ExemplarShape& shape, std::size_t place, double value, ExemplarLabels labels) noexcept {
  const ExemplarText text(labels);
  if (text.text().empty()) return;
  if (KeptExemplars* const kept = find_or_create()) kept->put(shape, place, value, text.text());
}

bool Exemplars::offer(const ExemplarShape& shape, std::size_t place, double value) noexcept {
  return kept_.load(std::memory_order_relaxed)->offer(shape, place, value);  // relaxed: it was there from the start
}

bool Exemplars::copy_to(ExemplarCopies& copies) const {
  KeptExemplars* const kept = kept_.load(std::memory_order_acquire);  // acquire: sees it as it was made
  if (!kept) return false;
  copies.begin();
  const bool are_wanted = kept->copy_to(copies);
  copies.end();
  return are_wanted;
}

KeptExemplars* Exemplars::find_or_create() noexcept {
  if (KeptExemplars* const kept = kept_.load(std::memory_order_acquire)) return kept;  // acquire: as above
  const ReentrancyGuard growth;
  if (!growth) return nullptr;
  std::unique_ptr<KeptExemplars> made(new (std::nothrow) KeptExemplars(nullptr));
  KeptExemplars* none = nullptr;
  if (!made) return nullptr;
  // release: it is complete; acquire: another thread was faster
  if (!kept_.compare_exchange_strong(none, made.get(), std::memory_order_release, std::memory_order_acquire)) {
    return none;
  }
  return made.release();
}

}  // namespace narthex::detail
