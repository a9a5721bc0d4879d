#include <narthex/detail/series.h>

#include <narthex/detail/kind.h>

namespace narthex::detail {

// Here, so that there is one vtable for all shared libraries.
Series::~Series() = default;
Kind::~Kind() = default;

}  // namespace narthex::detail
