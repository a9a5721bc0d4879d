#pragma once

#include <narthex/detail/series.h>

namespace narthex::detail {

// A series that has only labels.
class NARTHEX_EXPORT InfoSeries final : public Series {
 public:
  void collect(Sink& sink) const override;
};

}  // namespace narthex::detail
