#pragma once

#include <span>
#include <string>

#include <narthex/detail/export.h>

namespace narthex {
class Registry;
}

namespace narthex::detail {

// Reads a registry once and throws SampleError, which quotes the culprit, for what may be scraped but not handed
// over to be scraped elsewhere: a sample with a time of its own, or with one of the `taken` labels.
NARTHEX_EXPORT void check_pushable(const Registry& registry, std::span<const std::string> taken);

}  // namespace narthex::detail
