#pragma once

#include <narthex/detail/export.h>
#include <narthex/detail/series.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// A series that has only labels.
class NARTHEX_EXPORT InfoSeries final : public Series {
 public:
  void collect(Sink& sink) const override;
};

}  // namespace detail
}  // namespace narthex
