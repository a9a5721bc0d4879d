#include "exemplars/exemplar_source.h"

#include "base/totals.h"

namespace narthex::detail {

Labels ExemplarSource::ask() const noexcept {
  try {
    return options_.labels();
  } catch (...) {
    totals().exemplar_errors.fetch_add(1, std::memory_order_relaxed);  // relaxed: a sum orders nothing else
    return {};
  }
}

}  // namespace narthex::detail
