#pragma once

#include <narthex/detail/series.h>

namespace narthex::detail {

// Labels and nothing else.
class NARTHEX_EXPORT InfoSeries final : public Series {
 public:
  void collect(Sink& sink) const override;
};

}  // namespace narthex::detail
