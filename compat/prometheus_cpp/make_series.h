#pragma once

#include <memory>
#include <string_view>

#include <narthex/counter.h>
#include <narthex/detail/kind.h>
#include <narthex/detail/series.h>
#include <narthex/gauge.h>
#include <narthex/info.h>

namespace prometheus::detail {

// Returns a new series of the engine. `labels` is the text of its labels.
template <class Series>
narthex::detail::SeriesPtr<Series> make_series(const narthex::detail::Kind& kind, std::string_view labels) {
  return narthex::detail::SeriesPtr<Series>(static_cast<Series*>(kind.make_series(labels)));
}

// The same for a kind without settings. `Options` selects the kind. The kind is never destroyed, because static metrics
// of the program may be created and destroyed at any time.
template <class Series, class Options>
narthex::detail::SeriesPtr<Series> make_series(std::string_view labels) {
  static const narthex::detail::Kind& kind = *narthex::detail::make_kind(Options()).release();
  return make_series<Series>(kind, labels);
}

}  // namespace prometheus::detail
