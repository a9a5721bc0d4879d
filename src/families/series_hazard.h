#pragma once

#include <narthex/detail/hazard_ptr.h>
#include <narthex/detail/series.h>

#include "shards/hazards.h"

namespace narthex::detail {

// A hazard of this thread that protects the series of a lookup, and then belongs to its result. If all hazards for
// results are in use, the result holds a counted reference instead.
class SeriesHazard {
 public:
  // `shard` is the shard of this thread.
  explicit SeriesHazard(Shard& shard) noexcept : shard_(shard), hazard_(free_hazard(shard)) {}

  // The caller then checks that the series was not removed meanwhile, unless it holds the mutex of the family.
  void publish(const Series* series) noexcept { detail::publish(hazard_, series); }

  // Returns the series that was published last, or null, as the result of the lookup. Must be the last call.
  LookupResult result(Series* series) noexcept {
    if (series && &hazard_ != &shard_.lookup) return {series, &hazard_};
    if (series) series->retain();
    clear(hazard_);
    return {series, nullptr};
  }

 private:
  Shard& shard_;
  Hazard& hazard_;
};

}  // namespace narthex::detail
