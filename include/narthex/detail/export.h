#pragma once

#include <narthex/detail/platform.h>

// The visibility of symbols. A static library hides all of them, those of inline functions and templates included, so
// that a program and a shared library that both contain narthex do not mix two copies of it. NARTHEX_SHARED is defined
// where the shared library is built or used. NARTHEX_EXPORT is for classes and functions that are defined in a library.
#ifdef NARTHEX_SHARED
#define NARTHEX_VISIBILITY
#define NARTHEX_EXPORT [[gnu::visibility("default")]]
#else
#define NARTHEX_VISIBILITY [[gnu::visibility("hidden")]]
#define NARTHEX_EXPORT [[gnu::visibility("hidden")]]
#if defined(__GNUC__) && !defined(__clang__)
// GCC warns where a visible class of the user has a member or a base of a hidden type, which every user has. No smaller
// scope works: GCC reports it at the class of the user.
#pragma GCC diagnostic ignored "-Wattributes"
#endif
#endif
