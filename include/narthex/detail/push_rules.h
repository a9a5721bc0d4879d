#pragma once

#include <span>
#include <string>

#include <narthex/detail/export.h>
#include <narthex/exposition.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// Returns the metrics of a registry in text 0.0.4 for a receiver that is scraped in the place of the process. Reads the
// registry once. Throws SampleError, which quotes the sample, for a sample that such a receiver refuses: it has a
// timestamp, or one of the `group_labels`.
NARTHEX_EXPORT Exposition expose_for_push(const Registry& registry, std::span<const std::string> group_labels);

}  // namespace detail
}  // namespace narthex
