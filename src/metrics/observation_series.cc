#include <narthex/detail/observation_series.h>

#include <cmath>
#include <utility>

#include "exemplars/exemplar_copies.h"

namespace narthex::detail {

ObservationSeries::ObservationSeries(Bounds bounds, const ExemplarSource& source, Buckets buckets)
    : bounds_(std::move(bounds)), buckets_(buckets), exemplars_(exemplar_shape(), source) {
  if (source) set_flag(kNeedsExemplar);
}

void ObservationSeries::observe(double value, ExemplarLabels exemplar) noexcept {
  mark_accessed();
  const std::size_t bucket = bounds_->bucket_of(value);
  add(bucket, value);
  if (!std::isnan(value)) exemplars_.store(exemplar_shape(), bucket, value, exemplar);
}

void ObservationSeries::observe_with_flags(double value) noexcept {
  mark_accessed();
  const std::size_t bucket = bounds_->bucket_of(value);
  add(bucket, value);
  if (has_flag(kNeedsExemplar) && !std::isnan(value) && !exemplars_.offer(bucket, value)) clear_flag(kNeedsExemplar);
}

void ObservationSeries::copy_exemplars(ExemplarCopies& copies) const {
  if (!exemplars_.is_empty() && exemplars_.copy_to(copies)) set_flag(kNeedsExemplar);
}

}  // namespace narthex::detail
