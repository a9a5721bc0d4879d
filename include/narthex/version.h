#pragma once

#include <narthex/detail/export.h>

/// \file
/// The version of narthex. CMake, the packages, and the tests read it from this file.
///
/// Before 1.0, a new minor version may break users' code and changes the name of the shared library. A new patch version
/// does neither.
///
/// Example:
///   #if NARTHEX_VERSION_MAJOR > 0 || NARTHEX_VERSION_MINOR >= 2

/// The version of the headers that a program is compiled with.
/// @{
#define NARTHEX_VERSION_MAJOR 0
#define NARTHEX_VERSION_MINOR 2
#define NARTHEX_VERSION_PATCH 0
/// @}

/// \cond
#define NARTHEX_QUOTE_VALUE(number) #number
#define NARTHEX_QUOTE(macro) NARTHEX_QUOTE_VALUE(macro)
/// \endcond

namespace NARTHEX_VISIBILITY narthex {

/// The version of the headers as text, for example "0.2.0". RuntimeCollector serves the version of the library.
inline constexpr const char* kVersion = NARTHEX_QUOTE(NARTHEX_VERSION_MAJOR) "." NARTHEX_QUOTE(
    NARTHEX_VERSION_MINOR) "." NARTHEX_QUOTE(NARTHEX_VERSION_PATCH);

}  // namespace narthex

#undef NARTHEX_QUOTE
#undef NARTHEX_QUOTE_VALUE
