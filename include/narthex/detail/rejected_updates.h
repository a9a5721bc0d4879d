#pragma once

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// Counts an update that changed nothing because its value was not allowed, for example a negative or NaN amount.
NARTHEX_EXPORT void count_rejected_update() noexcept;

}  // namespace detail
}  // namespace narthex
